// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/gguf_values.h"

#include "core/model_files/file_contents.h"

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <limits>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t longest_text = 1ULL << 30U;  // the reference reader's limits
constexpr std::uint64_t longest_array = 1ULL << 30U;

struct TypeTraits {
    std::string_view name;
    std::uint64_t bytes;  // of one value; 0 where they differ
};

constexpr std::array<TypeTraits, 13> table = {{{"u8", 1},
                                               {"i8", 1},
                                               {"u16", 2},
                                               {"i16", 2},
                                               {"u32", 4},
                                               {"i32", 4},
                                               {"f32", 4},
                                               {"bool", 1},
                                               {"string", 0},
                                               {"array", 0},
                                               {"u64", 8},
                                               {"i64", 8},
                                               {"f64", 8}}};

const TypeTraits& traits_of(GgufType type) {
    return table[static_cast<std::size_t>(type)];
}

GgufType read_type(ByteReader& reader) {
    const std::uint64_t position = reader.position();
    const auto id = reader.read<std::uint32_t>();
    if (id >= table.size()) reader.fail(fmt::format("{} is not the number of a value type", id), position);
    return static_cast<GgufType>(id);
}

std::uint64_t read_text_length(ByteReader& reader) {
    const std::uint64_t position = reader.position();
    const auto length = reader.read<std::uint64_t>();
    if (length > longest_text)
        reader.fail(
            fmt::format("a text is said to be {} bytes long, at most {} are allowed", length, longest_text),
            position);
    reader.require(length);
    return length;
}

template <typename Number>
GgufValue number_value(ByteReader& reader, GgufType type) {
    const auto value = reader.read<Number>();
    GgufValue result{type, fmt::format("{}", value), {}};
    if constexpr (std::integral<Number>)
        if (std::in_range<std::uint64_t>(value)) result.number = static_cast<std::uint64_t>(value);
    return result;
}

GgufValue string_value(ByteReader& reader) {
    const std::uint64_t length = read_text_length(reader);
    if (length <= longest_property) return {GgufType::string, reader.text(length), {}};
    reader.skip(length);
    return {GgufType::string, fmt::format("{} bytes of text", length), {}};
}

GgufValue array_value(ByteReader& reader, const JobContext& job) {
    const GgufType type = read_type(reader);
    if (type == GgufType::array) reader.fail("arrays of arrays are not allowed");
    const std::uint64_t position = reader.position();
    const auto count = reader.read<std::uint64_t>();
    if (count > longest_array)
        reader.fail(
            fmt::format("an array is said to hold {} values, at most {} are allowed", count, longest_array),
            position);
    if (type == GgufType::string) {
        reader.require(count * sizeof(std::uint64_t));  // the lengths alone
        if (count > most_gguf_texts)
            reader.fail(fmt::format("an array is said to hold {} texts, at most {} are allowed", count,
                                    most_gguf_texts),
                        position);
        for (std::uint64_t index = 0; index < count; ++index) {
            if (index % 4096 == 0) job.throw_if_stopped();
            reader.skip(read_text_length(reader));
        }
    } else {
        reader.skip(count * traits_of(type).bytes);
    }
    return {GgufType::array,
            fmt::format("{} × {}", count, traits_of(type).name),
            {},
            type == GgufType::string ? count : 0};
}

}  // namespace

GgufValue read_gguf_value(ByteReader& reader, const JobContext& job) {
    const GgufType type = read_type(reader);
    switch (type) {
        case GgufType::u8:
            return number_value<std::uint8_t>(reader, type);
        case GgufType::i8:
            return number_value<std::int8_t>(reader, type);
        case GgufType::u16:
            return number_value<std::uint16_t>(reader, type);
        case GgufType::i16:
            return number_value<std::int16_t>(reader, type);
        case GgufType::u32:
            return number_value<std::uint32_t>(reader, type);
        case GgufType::i32:
            return number_value<std::int32_t>(reader, type);
        case GgufType::f32:
            return number_value<float>(reader, type);
        case GgufType::boolean:
            return {type, reader.read<std::uint8_t>() != 0 ? "true" : "false", {}};
        case GgufType::string:
            return string_value(reader);
        case GgufType::array:
            return array_value(reader, job);
        case GgufType::u64:
            return number_value<std::uint64_t>(reader, type);
        case GgufType::i64:
            return number_value<std::int64_t>(reader, type);
        case GgufType::f64:
            return number_value<double>(reader, type);
    }
    reader.fail("this value type is not known");
}

}  // namespace halfstep
