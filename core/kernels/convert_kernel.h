// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#if defined(__F16C__) || defined(__AVX512F__)
#include <immintrin.h>
#endif

// 16-bit floats to float32, exactly. Plain loops without branches: the compiler makes vectors of them, each
// file with its own instruction set.
namespace halfstep::kernels {
namespace {

inline void convert_bf16(const std::uint16_t* from, std::size_t n, float* to) {
    for (std::size_t i = 0; i < n; ++i)
        to[i] = __builtin_bit_cast(float, static_cast<std::uint32_t>(from[i]) << 16U);
}

inline float f16_value(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t magnitude = half & 0x7fffU;
    const std::uint32_t normal = (magnitude << 13U) + ((127U - 15U) << 23U);
    // Multiples of 2^-24, by way of the integer: a float32 subnormal would make some processors slow.
    const auto subnormal = __builtin_bit_cast(
        std::uint32_t, static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24F);
    const std::uint32_t special = (magnitude << 13U) | 0x7f800000U;
    const std::uint32_t finite = magnitude < 0x400U ? subnormal : normal;
    return __builtin_bit_cast(float, (magnitude >= 0x7c00U ? special : finite) | sign);
}

inline void convert_f16(const std::uint16_t* from, std::size_t n, float* to) {
    std::size_t i = 0;
#if defined(__AVX512F__)
    for (; i + 16 <= n; i += 16)
        _mm512_storeu_ps(to + i,
                         _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i))));
#elif defined(__F16C__)
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(to + i,
                         _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i))));
#endif
    for (; i < n; ++i)
        to[i] = f16_value(from[i]);
}

}  // namespace
}  // namespace halfstep::kernels
