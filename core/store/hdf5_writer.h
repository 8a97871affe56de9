// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/hdf5_image.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// Builds an HDF5 file in memory: groups of plain datasets. Throws Error, naming the file it is meant for,
// where the library fails.
class Hdf5Writer {
  public:
    explicit Hdf5Writer(std::string file_for_errors);

    void group(const char* path);
    void attribute(const char* group, const char* name, std::string_view text);
    void attribute(const char* group, const char* name, std::int64_t number);

    // Text is stored in fields of one length, padded with zero bytes.
    void texts(const std::string& path, const std::vector<std::string>& values);
    void numbers(const std::string& path, std::initializer_list<hsize_t> extents,
                 std::span<const double> values);
    void numbers(const std::string& path, std::initializer_list<hsize_t> extents,
                 std::span<const std::int64_t> values);

    std::vector<std::byte> finish();

  private:
    void dataset(const std::string& path, std::span<const hsize_t> extents, hid_t stored, hid_t in_memory,
                 const void* values);
    void attribute(const char* group, const char* name, hid_t type, const void* value);
    void check(bool done, std::string_view what) const;

    std::string file_;
    Hdf5Session session_;
    Hdf5Handle image_;
};

}  // namespace halfstep
