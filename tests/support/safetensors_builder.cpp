// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/safetensors_builder.h"

#include "core/tensor/float_conversion.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <fstream>
#include <utility>

namespace halfstep::testing {
namespace {

template <class Bits, class Convert>
std::vector<std::byte> stored(std::span<const float> values, Convert convert) {
    std::vector<std::byte> bytes(values.size() * sizeof(Bits));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Bits bits = convert(values[i]);
        std::memcpy(bytes.data() + i * sizeof(Bits), &bits, sizeof(Bits));
    }
    return bytes;
}

}  // namespace

SafetensorsBuilder& SafetensorsBuilder::add(const std::string& name, const std::string& dtype,
                                            const std::vector<std::int64_t>& shape,
                                            std::vector<std::byte> bytes) {
    entries_.push_back({name, dtype, shape, std::move(bytes)});
    return *this;
}

SafetensorsBuilder& SafetensorsBuilder::add_f32(const std::string& name,
                                                const std::vector<std::int64_t>& shape,
                                                std::span<const float> values) {
    return add(name, "F32", shape, stored<float>(values, [](float value) { return value; }));
}

SafetensorsBuilder& SafetensorsBuilder::add_f16(const std::string& name,
                                                const std::vector<std::int64_t>& shape,
                                                std::span<const float> values) {
    return add(name, "F16", shape, stored<std::uint16_t>(values, f32_to_f16));
}

SafetensorsBuilder& SafetensorsBuilder::add_bf16(const std::string& name,
                                                 const std::vector<std::int64_t>& shape,
                                                 std::span<const float> values) {
    return add(name, "BF16", shape, stored<std::uint16_t>(values, f32_to_bf16));
}

std::vector<std::byte> SafetensorsBuilder::bytes() const {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    std::uint64_t offset = 0;
    for (const Entry& entry : entries_) {
        header[entry.name] = {{"dtype", entry.dtype},
                              {"shape", entry.shape},
                              {"data_offsets", {offset, offset + entry.bytes.size()}}};
        offset += entry.bytes.size();
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();
    std::vector<std::byte> file(sizeof length + text.size() + offset);
    std::byte* end = file.data();
    const auto append = [&end](const void* data, std::size_t size) {
        if (size != 0) std::memcpy(end, data, size);
        end += size;
    };
    append(&length, sizeof length);
    append(text.data(), text.size());
    for (const Entry& entry : entries_)
        append(entry.bytes.data(), entry.bytes.size());
    return file;
}

void SafetensorsBuilder::write(const std::filesystem::path& path) const {
    const std::vector<std::byte> file = bytes();
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
}

}  // namespace halfstep::testing
