// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace halfstep::testing {

// Puts together a small safetensors file for a test.
class SafetensorsBuilder {
  public:
    // Raw bytes under a safetensors type name ("F32", "BF16", "I64"); bytes must match the shape.
    SafetensorsBuilder& add(const std::string& name, const std::string& dtype,
                            const std::vector<std::int64_t>& shape, std::vector<std::byte> bytes);
    SafetensorsBuilder& add_f32(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::span<const float> values);
    SafetensorsBuilder& add_f16(const std::string& name, const std::vector<std::int64_t>& shape,
                                std::span<const float> values);  // rounded to nearest even
    SafetensorsBuilder& add_bf16(const std::string& name, const std::vector<std::int64_t>& shape,
                                 std::span<const float> values);

    std::vector<std::byte> bytes() const;
    void write(const std::filesystem::path& path) const;

  private:
    struct Entry {
        std::string name;
        std::string dtype;
        std::vector<std::int64_t> shape;
        std::vector<std::byte> bytes;
    };
    std::vector<Entry> entries_;
};

}  // namespace halfstep::testing
