// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace halfstep {

// Reads the values of a binary header one after another through a small buffer, never beyond the end of the
// file: what is missing is an Error that says so before anything is allocated for it. Little-endian.
class ByteReader {
  public:
    explicit ByteReader(const InputFile& file, std::uint64_t start = 0) : file_(file), position_(start) {}

    const InputFile& file() const { return file_; }
    std::uint64_t position() const { return position_; }
    std::uint64_t remaining() const { return file_.size() - position_; }

    // The tensor or key that errors name from now on.
    void set_context(std::string context) { context_ = std::move(context); }

    template <typename Value>
    Value read() {
        static_assert(std::is_arithmetic_v<Value>);
        std::byte bytes[sizeof(Value)];
        take(bytes);
        Value value;
        std::memcpy(&value, bytes, sizeof(Value));
        return value;
    }

    // `length` bytes as text; the caller has checked the length against its own limit.
    std::string text(std::uint64_t length);
    void skip(std::uint64_t bytes);
    void seek(std::uint64_t position) { position_ = position; }  // inside the file, or at its end
    void require(std::uint64_t bytes) const;                     // throws where fewer are left in the file

    [[noreturn]] void fail(const std::string& problem) const { fail(problem, position_); }
    [[noreturn]] void fail(const std::string& problem, std::uint64_t position) const;

  private:
    void take(std::span<std::byte> into);
    void fill(std::size_t wanted);

    const InputFile& file_;
    std::uint64_t position_;
    std::string context_;
    std::vector<std::byte> buffer_;
    std::uint64_t buffer_start_ = 0;
};

}  // namespace halfstep
