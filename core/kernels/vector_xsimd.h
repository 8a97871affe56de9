// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/vector_registers.h"

#include <xsimd/xsimd.hpp>

#include <cstddef>
#include <cstdint>

// The operations that kernels are written in, on the vectors of one instruction set.
namespace halfstep::kernels {
namespace {

template <class Arch>
struct XsimdVector {
    using Float = xsimd::batch<float, Arch>;
    using Double = xsimd::batch<double, Arch>;
    using Bits = xsimd::batch<std::uint32_t, Arch>;
    using Mask = xsimd::batch_bool<float, Arch>;
    using Quarter = __m128;
    static constexpr std::size_t width = Float::size;
    static constexpr std::size_t doubles = 2;
    static constexpr bool rounds_at_once = width >= 8;  // SSE2 has no instruction for it

    static Float load(const float* from) { return Float::load_unaligned(from); }
    static void store(float* to, Float v) { v.store_unaligned(to); }
    static Float set(float v) { return Float(v); }
    static void store_double(double* to, Double v) { v.store_unaligned(to); }
    static void store_bits(std::uint32_t* to, Bits v) { v.store_unaligned(to); }
    static Bits load_bits(const std::uint32_t* from) { return Bits::load_unaligned(from); }
    static Double set_double(double v) { return Double(v); }
    static void widen(Float v, Double* to) {
        typename Double::register_type halves[2];
        widen_register(v, halves);
        to[0] = halves[0];
        to[1] = halves[1];
    }

    static Bits bits(Float v) { return xsimd::bitwise_cast<Bits>(v); }
    static Float from_bits(Bits v) { return xsimd::bitwise_cast<Float>(v); }
    static Bits set_bits(std::uint32_t v) { return Bits(v); }
    template <int count>
    static Bits shift_right(Bits v) {
        return v >> count;
    }

    static Float min(Float a, Float b) { return xsimd::min(a, b); }
    static Float max(Float a, Float b) { return xsimd::max(a, b); }
    static Double max(Double a, Double b) { return xsimd::max(a, b); }
    static Float abs(Float v) { return xsimd::abs(v); }
    static Double abs(Double v) { return xsimd::abs(v); }
    static Float max_abs(Float largest, Float v) { return Float(max_abs_register(largest, v)); }
    static Float choose(Mask mask, Float yes, Float no) { return xsimd::select(mask, yes, no); }
    static Float sqrt(Float v) { return xsimd::sqrt(v); }
    static Mask both(Mask a, Mask b) { return a & b; }
    static Mask either(Mask a, Mask b) { return a | b; }
    static Mask none() { return Mask(false); }
    static bool any(Mask mask) { return any_register(mask.data); }
    static unsigned which(Mask mask) { return which_register(mask.data); }
    static Bits count(Bits counts, Mask mask) { return Bits(count_register(counts, mask.data)); }
    static Float round_even(Float v) { return xsimd::nearbyint(v); }

    static Quarter quarter(const Float* v) {
        typename Float::register_type registers[16 / width];
        for (std::size_t i = 0; i < 16 / width; ++i)
            registers[i] = v[i].data;
        return add_to_quarter(registers);
    }
    static void store_totals(float* to, const Quarter* four) { _mm_storeu_ps(to, add_quarters(four)); }

    static Bits truncated(Float v) { return Bits(truncate_register(v.data)); }
    static unsigned sign_bits(Bits v) { return sign_bits_register(v.data); }
    static void store_bytes(std::uint8_t* to, const Bits* v) {
        typename Bits::register_type registers[16 / width];
        for (std::size_t i = 0; i < 16 / width; ++i)
            registers[i] = v[i].data;
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), narrow_registers(registers));
    }

    static void transpose(Float* rows) {
        typename Float::register_type registers[width];
        for (std::size_t i = 0; i < width; ++i)
            registers[i] = rows[i].data;
        transpose_registers(registers);
        for (std::size_t i = 0; i < width; ++i)
            rows[i] = Float(registers[i]);
    }

    // Lane i: the smallest (largest) lane of rows[i], of `width` rows.
    static Float min_of_rows(const Float* rows) {
        return fold([](auto a, auto b) { return xsimd::min(Float(a), Float(b)).data; }, rows);
    }
    static Float max_of_rows(const Float* rows) {
        return fold([](auto a, auto b) { return xsimd::max(Float(a), Float(b)).data; }, rows);
    }

  private:
    template <class Fold>
    static Float fold(Fold fold_two, const Float* rows) {
        typename Float::register_type registers[width];
        for (std::size_t i = 0; i < width; ++i)
            registers[i] = rows[i].data;
        return Float(fold_rows(fold_two, registers));
    }
};

}  // namespace
}  // namespace halfstep::kernels
