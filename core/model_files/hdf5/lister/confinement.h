// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace halfstep::lister {

// Takes from this process what reading a file on a socket does not need: memory and processor time beyond
// what such a file may cost, all descriptors but `socket`, and every system call but those that read, write
// and get memory. Whatever a file makes HDF5 do after that, it opens no file, starts nothing and reaches
// nobody. False where that did not succeed.
bool confine(int socket, std::uint64_t file_bytes);

}  // namespace halfstep::lister
