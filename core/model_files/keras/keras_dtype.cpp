// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_dtype.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <array>

namespace halfstep {
namespace {

using listing_wire::TypeKind;

// The fields of a floating-point type, in bits; the sign is above the exponent and that above the mantissa.
struct FloatFields {
    DType dtype;
    std::uint32_t bytes;
    std::uint32_t exponent_size;
    std::uint32_t mantissa_size;
    std::uint32_t exponent_bias;
};

constexpr std::array floats = {
    FloatFields{DType::f64, 8, 11, 52, 1023},
    FloatFields{DType::f32, 4, 8, 23, 127},
    FloatFields{DType::f16, 2, 5, 10, 15},
    FloatFields{DType::bf16, 2, 8, 7, 127},
};

struct NamedPattern {
    std::string_view name;
    DType dtype;
    std::uint32_t bytes;
};

constexpr std::array patterns = {
    NamedPattern{"bfloat16", DType::bf16, 2},
    NamedPattern{"float8_e4m3fn", DType::f8_e4m3, 1},
    NamedPattern{"float8_e5m2", DType::f8_e5m2, 1},
};

DType float_of(const Hdf5Type& type) {
    for (const FloatFields& known : floats) {
        const bool same =
            type.size == known.bytes && type.mantissa_position == 0 &&
            type.mantissa_size == known.mantissa_size && type.exponent_position == known.mantissa_size &&
            type.exponent_size == known.exponent_size && type.exponent_bias == known.exponent_bias &&
            type.sign_position == 8 * known.bytes - 1;
        if (same) return known.dtype;
    }
    return DType::unknown;
}

DType integer_of(const Hdf5Type& type) {
    switch (type.size) {
        case 1:
            return type.is_signed ? DType::i8 : DType::u8;
        case 2:
            return type.is_signed ? DType::i16 : DType::u16;
        case 4:
            return type.is_signed ? DType::i32 : DType::u32;
        case 8:
            return type.is_signed ? DType::i64 : DType::u64;
        default:
            return DType::unknown;
    }
}

DType stored_dtype(const Hdf5Type& type, std::string_view stored_name) {
    const bool bits_alone = type.kind == TypeKind::opaque || type.kind == TypeKind::integer;
    for (const NamedPattern& pattern : patterns)
        if (bits_alone && pattern.name == stored_name && pattern.bytes == type.size) return pattern.dtype;
    switch (type.kind) {
        case TypeKind::floating:
            return float_of(type);
        case TypeKind::integer:
            return integer_of(type);
        case TypeKind::boolean:
            return DType::boolean;
        default:
            return DType::unknown;
    }
}

std::string unknown_name(const Hdf5Type& type, std::string_view stored_name) {
    if (!stored_name.empty()) return quotable(stored_name);
    if (type.kind == TypeKind::text || type.kind == TypeKind::free_text) return "string";
    const char* kind = type.kind == TypeKind::floating   ? "float"
                       : type.kind == TypeKind::integer  ? "integer"
                       : type.kind == TypeKind::opaque   ? "opaque"
                       : type.kind == TypeKind::compound ? "compound"
                                                         : "hdf5 type";
    return fmt::format("{} of {} bytes", kind, type.size);
}

}  // namespace

NamedDType dtype_of(const Hdf5Type& type, std::string_view stored_name) {
    const DType dtype = stored_dtype(type, stored_name);
    return {dtype,
            dtype == DType::unknown ? unknown_name(type, stored_name) : std::string(traits(dtype).name)};
}

}  // namespace halfstep
