// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

struct Hdf5ChunkCache;  // core/model_files/hdf5/hdf5_data.h

// The plain datasets and attributes of a workspace file. libhdf5 has looked at it only in its own process
// (core/model_files/hdf5/README.md); the elements are read here. Throws Error with the file and the path
// inside it.
class WorkspaceTables {
  public:
    WorkspaceTables(std::shared_ptr<const InputFile> file, const Hdf5Listing& listing);

    bool has_group(std::string_view path) const;  // with a dataset in it
    bool has(std::string_view path) const;        // a dataset

    // Attributes; the path of the root group is empty.
    std::string text_attribute(const std::string& path, const char* name) const;
    std::int64_t number_attribute(const std::string& path, const char* name) const;

    std::vector<std::uint64_t> extents(const std::string& path) const;
    // Of fields of one length; a text ends at its first zero byte.
    std::vector<std::string> texts(const std::string& path) const;
    // The extents must be those asked for. Doubles are also made of float32 and of integers.
    std::vector<double> doubles(const std::string& path, const std::vector<std::uint64_t>& wanted) const;
    std::vector<std::int64_t> integers(const std::string& path,
                                       const std::vector<std::uint64_t>& wanted) const;

    [[noreturn]] void fail(const std::string& path, const std::string& problem) const;

  private:
    const Hdf5Dataset& dataset(const std::string& path) const;
    const Hdf5Dataset& table(const std::string& path, const std::vector<std::uint64_t>& wanted) const;
    std::vector<std::byte> elements(const Hdf5Dataset& dataset) const;
    // Of what is read, before it is: chunks that are not there would make numbers out of nothing.
    void account_for(const Hdf5Dataset& dataset, std::uint64_t element_size) const;

    std::shared_ptr<const InputFile> file_;
    const Hdf5Listing& listing_;
    std::shared_ptr<Hdf5ChunkCache> cache_;
    mutable std::uint64_t memory_ = 0;
};

}  // namespace halfstep
