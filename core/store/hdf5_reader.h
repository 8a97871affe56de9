// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/hdf5_image.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace halfstep {

// Reads plain datasets out of an HDF5 file held in memory. Nothing in the file is trusted: links must be hard
// ones, data must lie in the file itself, filters must be HDF5's own deflate, shuffle or checksum, and no
// dataset may be larger than the bytes that are there can account for. Throws Error with the file and the
// path inside it.
class Hdf5Reader {
  public:
    // `image` must outlive the reader.
    Hdf5Reader(std::span<const std::byte> image, std::string file);

    bool has(const std::string& path) const;  // a group or dataset behind hard links

    std::string text_attribute(const std::string& group, const char* name) const;
    std::int64_t number_attribute(const std::string& group, const char* name) const;

    std::vector<std::string> texts(const std::string& path) const;
    // The extents must be those asked for; any integer or floating type is converted.
    std::vector<double> doubles(const std::string& path, const std::vector<hsize_t>& wanted) const;
    std::vector<std::int64_t> integers(const std::string& path, const std::vector<hsize_t>& wanted) const;
    std::vector<hsize_t> extents(const std::string& path) const;

    [[noreturn]] void fail(const std::string& path, const std::string& problem) const;

  private:
    struct Dataset;
    Dataset open(const std::string& path) const;
    void check_storage(hid_t dataset, const std::string& path, std::uint64_t bytes) const;
    template <class Number>
    std::vector<Number> numbers(const std::string& path, const std::vector<hsize_t>& wanted,
                                hid_t type) const;

    std::string file_;
    std::uint64_t file_bytes_;
    Hdf5Session session_;
    Hdf5Handle image_;
};

}  // namespace halfstep
