// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

struct z_stream_s;

namespace halfstep {

// Inflates a raw deflate stream (RFC 1951) that lies in a file, from its start on. Its state can be copied,
// to go on from there later.
class Inflater {
  public:
    // The stream is `size` bytes long, from `offset` on.
    Inflater(const InputFile& file, std::uint64_t offset, std::uint64_t size);
    ~Inflater();
    Inflater(const Inflater& other);
    Inflater& operator=(const Inflater&) = delete;

    std::uint64_t position() const { return made_; }  // bytes made out so far
    std::uint64_t file_position() const { return offset_ + read_ - unread(); }
    bool ended() const { return ended_; }      // the stream said so
    bool damaged() const { return damaged_; }  // what stands here is not deflate data

    // Makes out the next bytes; returns how many: fewer than asked for where the stream or its bytes end, or
    // is damaged. Throws Error where the file cannot be read.
    std::size_t inflate(std::span<std::byte> into, std::string_view tensor);

  private:
    std::uint64_t unread() const;
    void refill(std::string_view tensor);

    const InputFile& file_;
    const std::uint64_t offset_;
    const std::uint64_t size_;
    std::uint64_t read_ = 0;  // of the stream, the buffer's content included
    std::uint64_t made_ = 0;
    bool ended_ = false;
    bool damaged_ = false;
    std::vector<std::byte> buffer_;  // compressed bytes; none in a copy
    std::unique_ptr<z_stream_s> stream_;
};

}  // namespace halfstep
