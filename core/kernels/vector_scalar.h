// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

// The operations that kernels are written in, one element at a time: for any processor, and the plainest
// statement of what each of them does. See vector_xsimd.h for the vector ones.
namespace halfstep::kernels {
namespace {

struct ScalarVector {
    using Float = float;
    using Double = double;
    using Bits = std::uint32_t;
    using Mask = bool;
    struct Quarter {
        float lane[4];
    };
    static constexpr std::size_t width = 1;
    static constexpr std::size_t doubles = 1;      // Doubles that one Float widens to
    static constexpr bool rounds_at_once = false;  // round_even is one instruction

    static Float load(const float* from) { return *from; }
    static void store(float* to, Float v) { *to = v; }
    static Float set(float v) { return v; }
    static void store_double(double* to, Double v) { *to = v; }
    static void store_bits(std::uint32_t* to, Bits v) { *to = v; }
    static Bits load_bits(const std::uint32_t* from) { return *from; }
    static Double set_double(double v) { return v; }
    static void widen(Float v, Double* to) { *to = v; }

    static Bits bits(Float v) { return __builtin_bit_cast(Bits, v); }
    static Float from_bits(Bits v) { return __builtin_bit_cast(Float, v); }
    static Bits set_bits(std::uint32_t v) { return v; }
    template <int count>
    static Bits shift_right(Bits v) {
        return v >> count;
    }

    // As the processor's instructions: the second operand where neither is smaller (larger).
    static Float min(Float a, Float b) { return a < b ? a : b; }
    static Float max(Float a, Float b) { return a > b ? a : b; }
    static Double max(Double a, Double b) { return a > b ? a : b; }
    static Float abs(Float v) { return from_bits(bits(v) & 0x7fffffffU); }
    static Double abs(Double v) { return v < 0 ? -v : v; }
    static Float max_abs(Float largest, Float v) { return max(abs(v), largest); }
    static Float choose(Mask mask, Float yes, Float no) { return mask ? yes : no; }
    static Float sqrt(Float v) { return __builtin_sqrtf(v); }
    static Mask both(Mask a, Mask b) { return a && b; }
    static Mask either(Mask a, Mask b) { return a || b; }
    static Mask none() { return false; }
    static bool any(Mask mask) { return mask; }
    static unsigned which(Mask mask) { return mask ? 1U : 0U; }  // bit i: lane i
    static Bits count(Bits counts, Mask mask) { return counts + (mask ? 1U : 0U); }

    // To nearest, ties to even: from 2^23 on a float is whole, below the sums round it.
    static Float round_even(Float v) {
        const Float magnitude = abs(v);
        const Float rounded = magnitude < 0x1p23F ? (magnitude + 0x1p23F) - 0x1p23F : magnitude;
        return from_bits(bits(rounded) | (bits(v) & 0x80000000U));
    }

    // 16 lanes added to 4: lane i and i + 8, then i + 4. And the sums of four such quarters, in each of them
    // lane i and i + 2, then i + 1.
    static Quarter quarter(const Float* v) {
        Quarter sums{};
        for (std::size_t i = 0; i < 4; ++i)
            sums.lane[i] = (v[i] + v[i + 8]) + (v[i + 4] + v[i + 12]);
        return sums;
    }
    static void store_totals(float* to, const Quarter* four) {
        for (std::size_t j = 0; j < 4; ++j)
            to[j] = (four[j].lane[0] + four[j].lane[2]) + (four[j].lane[1] + four[j].lane[3]);
    }

    // Towards zero, as the processor's conversion: the lowest integer for what leaves the range.
    static Bits truncated(Float v) {
        return v >= -0x1p31F && v < 0x1p31F ? static_cast<Bits>(static_cast<std::int32_t>(v)) : 0x80000000U;
    }
    static unsigned sign_bits(Bits v) { return v >> 31; }  // bit i: lane i is negative
    // The lower bytes of 16 / width vectors.
    static void store_bytes(std::uint8_t* to, const Bits* v) {
        for (std::size_t i = 0; i < 16; ++i)
            to[i] = static_cast<std::uint8_t>(v[i] & 0xffU);
    }

    // `width` rows of `width` lanes become columns.
    static void transpose(Float* /*rows*/) {}

    static Float min_of_rows(const Float* rows) { return *rows; }
    static Float max_of_rows(const Float* rows) { return *rows; }
};

}  // namespace
}  // namespace halfstep::kernels
