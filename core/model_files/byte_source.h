// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace halfstep {

// Bytes that do not stand in a file as they are read: compressed, in another order, or behind a library.
// Safe to read from any thread.
class ByteSource {
  public:
    ByteSource() = default;
    virtual ~ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    virtual std::uint64_t size() const = 0;

    // Fills `into` with the bytes from `offset` on, all of them below size(). Throws Error, naming the tensor
    // if given, where the file behind it does not hold them.
    virtual void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const = 0;
};

}  // namespace halfstep
