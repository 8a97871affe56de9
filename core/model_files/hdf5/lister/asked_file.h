// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/lister/handle.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace halfstep::lister {

// The other end of the socket.
class Asker {
  public:
    explicit Asker(int socket) : socket_(socket) {}

    // False where the other end is gone.
    bool send(std::span<const std::byte> bytes) const;
    bool receive(std::span<std::byte> into) const;
    bool read_file(std::uint64_t offset, std::span<std::byte> into) const;  // at most longest_read bytes

  private:
    int socket_;
};

// A file access list for reading through `asker` a file that this process cannot open itself. Both `asker`
// and the list must outlive the file that is opened with it.
Handle access_by_asking(const Asker& asker, std::uint64_t file_bytes);

}  // namespace halfstep::lister
