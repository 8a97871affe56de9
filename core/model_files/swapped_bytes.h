// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/byte_source.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <memory>

namespace halfstep {

// A part of a file that holds big-endian numbers, read as little-endian ones.
class SwappedBytes : public ByteSource {
  public:
    // `size` is a multiple of `width`, the bytes of a number: 2, 4 or 8.
    SwappedBytes(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t size,
                 std::uint64_t width);

    std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, std::span<std::byte> into, std::string_view tensor) const override;

  private:
    const std::shared_ptr<const InputFile> file_;
    const std::uint64_t offset_;
    const std::uint64_t size_;
    const std::uint64_t width_;
};

}  // namespace halfstep
