// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/npy_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace halfstep {
namespace {

struct NumberType {
    std::string_view code;
    DType dtype;
};

constexpr std::array number_types = {
    NumberType{"f2", DType::f16}, NumberType{"f4", DType::f32}, NumberType{"f8", DType::f64},
    NumberType{"i1", DType::i8},  NumberType{"i2", DType::i16}, NumberType{"i4", DType::i32},
    NumberType{"i8", DType::i64}, NumberType{"u1", DType::u8},  NumberType{"u2", DType::u16},
    NumberType{"u4", DType::u32}, NumberType{"u8", DType::u64}, NumberType{"b1", DType::boolean},
    NumberType{"c8", DType::c64},
};

// What is listed by its own code, because it has no place among the types of weights.
struct OtherType {
    char kind;
    std::uint64_t unit;  // bytes that the number in the code counts
    std::string_view what;
};

constexpr std::array other_types = {
    OtherType{'f', 1, "floats of more than 64 bits"},
    OtherType{'c', 1, "complex numbers"},
    OtherType{'S', 1, "text"},
    OtherType{'a', 1, "text"},
    OtherType{'U', 4, "text"},
    OtherType{'V', 1, "raw bytes"},
    OtherType{'M', 1, "dates"},
    OtherType{'m', 1, "spans of time"},
};

std::optional<NpyType> other_type(std::string_view code) {
    const auto found = std::ranges::find(other_types, code.front(), &OtherType::kind);
    if (found == other_types.end()) return std::nullopt;
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(code.data() + 1, code.data() + code.size(), count);
    const std::string_view rest(end, static_cast<std::size_t>(code.data() + code.size() - end));
    const bool time = found->kind == 'M' || found->kind == 'm';
    const bool unit_follows = time && rest.starts_with('[') && rest.ends_with(']');
    if (error != std::errc() || count > (1U << 30U) || !(rest.empty() || unit_follows)) return std::nullopt;
    if (time && count != 8) return std::nullopt;
    if (found->kind == 'f' && count != 12 && count != 16) return std::nullopt;
    if (found->kind == 'c' && count != 16 && count != 24 && count != 32) return std::nullopt;
    return NpyType{DType::unknown, std::string(code), count * found->unit, 0, std::string(found->what),
                   false};
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '[' || c == ']';
}

}  // namespace

std::optional<NpyType> parse_npy_type(std::string_view descr) {
    constexpr std::size_t longest = 32;
    char order = '|';
    if (!descr.empty() && std::string_view("<>|=").find(descr.front()) != std::string_view::npos) {
        order = descr.front();
        descr.remove_prefix(1);
    }
    if (descr.empty() || descr.size() > longest || !std::ranges::all_of(descr, is_plain)) return std::nullopt;
    if (descr == "O" || descr == "O8" || descr == "O4")
        return NpyType{DType::unknown, "objects", 0, 0, "Python objects", true};
    const auto number = std::ranges::find(number_types, descr, &NumberType::code);
    if (number == number_types.end()) return other_type(descr);
    const DTypeTraits& type = traits(number->dtype);
    NpyType result{number->dtype, std::string(type.name), type.block_bits / 8, 0, {}, false};
    const bool complex = type.kind == DTypeKind::complex;
    if (complex) result.not_numbers = "complex numbers";
    const std::uint64_t part = complex ? result.bytes / 2 : result.bytes;
    if (order == '>' && part > 1) result.swapped = part;
    return result;
}

}  // namespace halfstep
