// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep::testing {

// Binary files written down value by value, little-endian, so that a test can get each of them wrong.
class ByteString {
  public:
    template <typename Value>
    ByteString& value(Value number) {
        bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
        return *this;
    }
    ByteString& u8(std::uint8_t number) { return value(number); }
    ByteString& u16(std::uint16_t number) { return value(number); }
    ByteString& u32(std::uint32_t number) { return value(number); }
    ByteString& u64(std::uint64_t number) { return value(number); }
    ByteString& raw(std::string_view text) {
        bytes_ += text;
        return *this;
    }
    // As GGUF stores text: its length in 8 bytes, then the text.
    ByteString& text(std::string_view content) { return u64(content.size()).raw(content); }
    ByteString& zeros(std::size_t count) {
        bytes_.append(count, '\0');
        return *this;
    }
    ByteString& pad_to(std::size_t multiple) {
        return zeros((multiple - bytes_.size() % multiple) % multiple);
    }
    const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
};

// A safetensors file with this header and this many bytes of zeros as data.
inline std::string safetensors_file(std::string_view header, std::size_t data_bytes) {
    return ByteString().u64(header.size()).raw(header).zeros(data_bytes).bytes();
}

inline std::string floats(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

}  // namespace halfstep::testing
