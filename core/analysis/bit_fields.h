// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/trace_steps.h"
#include "core/analysis/weight_trace.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace halfstep {

inline constexpr FloatSplit split_of_f64{11, 52};
inline constexpr FloatSplit split_of_f32{8, 23};
inline constexpr FloatSplit split_of_f16{5, 10};
inline constexpr FloatSplit split_of_bf16{8, 7};

// One number stored by itself in `bits` bits, little-endian: of a float, its fields have their roles; a whole
// number's bits have `role`. The number is the selected group, of that role.
StoredBytes stored_number(StoredPart part, BitRole role, std::uint64_t pattern, int bits, FloatSplit split,
                          double value);
StoredBytes stored_f32(StoredPart part, BitRole role, float value);
StoredBytes stored_f16(StoredPart part, BitRole role, float value);  // which float16 holds exactly

// The `count` bits from `first` on as one group, the highest first.
BitGroup group_of(BitRole role, std::uint32_t first, std::uint32_t count, FloatSplit split, double value);

// Gives the bits of a float group the roles of its fields.
void give_field_roles(StoredBytes& stored, const BitGroup& group);

// Number `first + i` of equally wide codes is codes[i]; they are packed one after the other, the lowest bits
// first, and `total` of them belong together. `selected` is the place in `codes` of the weight's own.
struct PackedCodes {
    std::span<const std::uint32_t> codes;
    std::uint64_t first = 0;
    std::uint64_t total = 0;
    int bits = 0;
    FloatSplit split;
    std::size_t selected = 0;
    double value = 0;
};
StoredBytes packed_codes(const PackedCodes& packed);

// The bytes of a long unit's codes that are worth showing around one of them: codes [first, end), beginning
// and ending with whole bytes.
struct ShownCodes {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};
ShownCodes window_around(std::uint64_t position, std::uint64_t total, int bits);

// How the fields of a float give its value, as one step. `pattern` has the sign above the exponent above the
// mantissa; `bias` of the exponent.
void float_value_step(TraceSteps& steps, StepLabel label, std::uint64_t pattern, FloatSplit split, int bias,
                      TraceNumber result);

}  // namespace halfstep
