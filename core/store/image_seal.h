// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace halfstep {

// A workspace file is an HDF5 image behind a user block (HDF5 file format, II.A: 512 bytes that HDF5 skips),
// which holds a checksum of the image. libhdf5 does not survive every damage to what it reads; what was cut,
// or has changed since it was written, does not get that far.

// What every workspace file begins with.
inline constexpr std::string_view seal_start = "Halfstep workspace, checksum ";

// The bytes of the file.
std::vector<std::byte> sealed_image(std::span<const std::byte> image);

// Throws Error where the file has no seal or does not match it.
void check_seal(const InputFile& file);

}  // namespace halfstep
