// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <xsimd/xsimd.hpp>

#include <cstddef>
#include <cstdint>

// The operations that kernels are written in, on the vectors of one instruction set.
namespace halfstep::kernels {
namespace {

// Low and high half as doubles: xsimd 8.1 widens through memory only.
inline void widen_register(__m128 v, __m128d* to) {
    to[0] = _mm_cvtps_pd(v);
    to[1] = _mm_cvtps_pd(_mm_movehl_ps(v, v));
}
#ifdef __AVX2__
inline void widen_register(__m256 v, __m256d* to) {
    to[0] = _mm256_cvtps_pd(_mm256_castps256_ps128(v));
    to[1] = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
}
#endif
#ifdef __AVX512DQ__
inline void widen_register(__m512 v, __m512d* to) {
    to[0] = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
    to[1] = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
}
#endif

template <class Arch>
struct XsimdVector {
    using Float = xsimd::batch<float, Arch>;
    using Double = xsimd::batch<double, Arch>;
    using Bits = xsimd::batch<std::uint32_t, Arch>;
    using Mask = xsimd::batch_bool<float, Arch>;
    static constexpr std::size_t width = Float::size;
    static constexpr std::size_t doubles = 2;

    static Float load(const float* from) { return Float::load_unaligned(from); }
    static void store(float* to, Float v) { v.store_unaligned(to); }
    static Float set(float v) { return Float(v); }
    static void store_double(double* to, Double v) { v.store_unaligned(to); }
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
    static Float choose(Mask mask, Float yes, Float no) { return xsimd::select(mask, yes, no); }
    static Mask both(Mask a, Mask b) { return a & b; }
    static Float round_even(Float v) { return xsimd::nearbyint(v); }

    static Float gather(const float* from, Bits index) {
        if constexpr (width > 4) {
            return Float::gather(from, xsimd::bitwise_cast<xsimd::batch<std::int32_t, Arch>>(index));
        } else {
            std::uint32_t at[width];
            index.store_unaligned(at);
            float found[width];
            for (std::size_t i = 0; i < width; ++i)
                found[i] = from[at[i]];
            return load(found);
        }
    }
};

}  // namespace
}  // namespace halfstep::kernels
