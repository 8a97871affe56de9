// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// What xsimd 8.1 has no word for, or does through memory, on the registers of each instruction set.
namespace halfstep::kernels {
namespace {

// Low and high half as doubles.
inline void widen_register(__m128 v, __m128d* to) {
    to[0] = _mm_cvtps_pd(v);
    to[1] = _mm_cvtps_pd(_mm_movehl_ps(v, v));
}

// The larger magnitude of two, of the first one where both are as large.
inline __m128 max_abs_register(__m128 largest, __m128 v) {
    return _mm_max_ps(_mm_andnot_ps(_mm_set1_ps(-0.0F), v), largest);
}

// Adds 1 to the lanes of the mask.
inline __m128i count_register(__m128i counts, __m128 mask) {
    return _mm_sub_epi32(counts, _mm_castps_si128(mask));
}

inline bool any_register(__m128 mask) {
    return _mm_movemask_ps(mask) != 0;
}

inline unsigned which_register(__m128 mask) {
    return static_cast<unsigned>(_mm_movemask_ps(mask));
}

inline __m128i truncate_register(__m128 v) {
    return _mm_cvttps_epi32(v);
}
inline unsigned sign_bits_register(__m128i v) {
    return static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(v)));
}
// The lower bytes of 16 integers.
inline __m128i narrow_registers(const __m128i* v) {
    const __m128i low = _mm_set1_epi32(255);
    const __m128i first = _mm_packs_epi32(_mm_and_si128(v[0], low), _mm_and_si128(v[1], low));
    const __m128i second = _mm_packs_epi32(_mm_and_si128(v[2], low), _mm_and_si128(v[3], low));
    return _mm_packus_epi16(first, second);
}

inline void transpose_registers(__m128* rows) {
    _MM_TRANSPOSE4_PS(rows[0], rows[1], rows[2], rows[3]);
}

// Two registers folded into one: each of its quarters (128 bits) holds, of two registers' same quarter, the
// values of both, half as many of each as before.
template <class Fold>
inline __m128 fold_pair(Fold fold, __m128 a, __m128 b) {
    return fold(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
}
template <class Fold>
inline __m128 fold_fours(Fold fold, __m128 a, __m128 b) {
    return fold(_mm_movelh_ps(a, b), _mm_movehl_ps(b, a));
}

// Lane i of the result is all lanes of rows[i] folded into one; as many rows as a register has lanes.
template <class Fold>
inline __m128 fold_rows(Fold fold, const __m128* rows) {
    return fold_fours(fold, fold_pair(fold, rows[0], rows[1]), fold_pair(fold, rows[2], rows[3]));
}

// 16 lanes added to 4: lane i and i + 8, then i + 4.
inline __m128 add_to_quarter(const __m128* v) {
    return _mm_add_ps(_mm_add_ps(v[0], v[2]), _mm_add_ps(v[1], v[3]));
}

// The sums of four quarters, in each of them lane i and i + 2, then i + 1.
inline __m128 add_quarters(const __m128* v) {
    const __m128 first = _mm_add_ps(_mm_movelh_ps(v[0], v[1]), _mm_movehl_ps(v[1], v[0]));
    const __m128 second = _mm_add_ps(_mm_movelh_ps(v[2], v[3]), _mm_movehl_ps(v[3], v[2]));
    return _mm_add_ps(_mm_shuffle_ps(first, second, 0x88), _mm_shuffle_ps(first, second, 0xdd));
}

#ifdef __AVX2__
inline __m128 add_to_quarter(const __m256* v) {
    const __m256 sum = _mm256_add_ps(v[0], v[1]);
    return _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
}
inline void widen_register(__m256 v, __m256d* to) {
    to[0] = _mm256_cvtps_pd(_mm256_castps256_ps128(v));
    to[1] = _mm256_cvtps_pd(_mm256_extractf128_ps(v, 1));
}
inline __m256 max_abs_register(__m256 largest, __m256 v) {
    return _mm256_max_ps(_mm256_andnot_ps(_mm256_set1_ps(-0.0F), v), largest);
}
inline __m256i count_register(__m256i counts, __m256 mask) {
    return _mm256_sub_epi32(counts, _mm256_castps_si256(mask));
}
inline bool any_register(__m256 mask) {
    return _mm256_movemask_ps(mask) != 0;
}
inline unsigned which_register(__m256 mask) {
    return static_cast<unsigned>(_mm256_movemask_ps(mask));
}

inline __m256i truncate_register(__m256 v) {
    return _mm256_cvttps_epi32(v);
}
inline unsigned sign_bits_register(__m256i v) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(v)));
}
inline __m128i narrow_registers(const __m256i* v) {
    const __m256i low = _mm256_set1_epi32(255);
    // Words of each half of the first, then of the second, in both halves.
    const __m256i words = _mm256_packs_epi32(_mm256_and_si256(v[0], low), _mm256_and_si256(v[1], low));
    const __m256i ordered = _mm256_permute4x64_epi64(words, 0xd8);
    return _mm_packus_epi16(_mm256_castsi256_si128(ordered), _mm256_extracti128_si256(ordered, 1));
}

// In steps: pairs of rows are mixed lane by lane, then by two, then by halves.
inline void transpose_registers(__m256* rows) {
    __m256 pairs[8];
    for (std::size_t i = 0; i < 8; i += 2) {
        pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
    }
    __m256 fours[8];
    for (std::size_t i = 0; i < 8; i += 4) {
        fours[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
        fours[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
        fours[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
        fours[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        rows[i] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x20);
        rows[i + 4] = _mm256_permute2f128_ps(fours[i], fours[i + 4], 0x31);
    }
}
template <class Fold>
inline __m256 fold_pair(Fold fold, __m256 a, __m256 b) {
    return fold(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
}
template <class Fold>
inline __m256 fold_fours(Fold fold, __m256 a, __m256 b) {
    const __m256d c = _mm256_castps_pd(a);
    const __m256d d = _mm256_castps_pd(b);
    return fold(_mm256_castpd_ps(_mm256_unpacklo_pd(c, d)), _mm256_castpd_ps(_mm256_unpackhi_pd(c, d)));
}
template <class Fold>
inline __m256 fold_rows(Fold fold, const __m256* rows) {
    __m256 four[2];
    for (std::size_t i = 0; i < 2; ++i)
        four[i] = fold_fours(fold, fold_pair(fold, rows[4 * i], rows[4 * i + 1]),
                             fold_pair(fold, rows[4 * i + 2], rows[4 * i + 3]));
    return fold(_mm256_permute2f128_ps(four[0], four[1], 0x20),
                _mm256_permute2f128_ps(four[0], four[1], 0x31));
}
#endif

#ifdef __AVX512DQ__
inline __m128 add_to_quarter(const __m512* v) {
    const __m256 sum = _mm256_add_ps(_mm512_castps512_ps256(*v), _mm512_extractf32x8_ps(*v, 1));
    return _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps(sum, 1));
}
inline void widen_register(__m512 v, __m512d* to) {
    to[0] = _mm512_cvtps_pd(_mm512_castps512_ps256(v));
    to[1] = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v, 1));
}
inline __m512 max_abs_register(__m512 largest, __m512 v) {
    return _mm512_range_ps(largest, v, 0xb);  // the larger magnitude, its sign cleared
}
inline __m512i count_register(__m512i counts, __mmask16 mask) {
    return _mm512_mask_sub_epi32(counts, mask, counts, _mm512_set1_epi32(-1));
}
inline bool any_register(__mmask16 mask) {
    return mask != 0;
}
inline unsigned which_register(__mmask16 mask) {
    return mask;
}

inline __m512i truncate_register(__m512 v) {
    return _mm512_cvttps_epi32(v);
}
inline unsigned sign_bits_register(__m512i v) {
    return _mm512_movepi32_mask(v);
}
inline __m128i narrow_registers(const __m512i* v) {
    return _mm512_cvtepi32_epi8(*v);
}

inline void transpose_registers(__m512* rows) {
    __m512 fours[16];
    for (std::size_t i = 0; i < 16; i += 4) {
        const __m512 low01 = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
        const __m512 high01 = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
        const __m512 low23 = _mm512_unpacklo_ps(rows[i + 2], rows[i + 3]);
        const __m512 high23 = _mm512_unpackhi_ps(rows[i + 2], rows[i + 3]);
        fours[i] = _mm512_shuffle_ps(low01, low23, 0x44);
        fours[i + 1] = _mm512_shuffle_ps(low01, low23, 0xee);
        fours[i + 2] = _mm512_shuffle_ps(high01, high23, 0x44);
        fours[i + 3] = _mm512_shuffle_ps(high01, high23, 0xee);
    }
    // Quarter q of fours[4·i + j] holds column 4·q + j of rows 4·i to 4·i + 3.
    for (std::size_t j = 0; j < 4; ++j) {
        const __m512 even01 = _mm512_shuffle_f32x4(fours[j], fours[4 + j], 0x88);
        const __m512 odd01 = _mm512_shuffle_f32x4(fours[j], fours[4 + j], 0xdd);
        const __m512 even23 = _mm512_shuffle_f32x4(fours[8 + j], fours[12 + j], 0x88);
        const __m512 odd23 = _mm512_shuffle_f32x4(fours[8 + j], fours[12 + j], 0xdd);
        rows[j] = _mm512_shuffle_f32x4(even01, even23, 0x88);
        rows[8 + j] = _mm512_shuffle_f32x4(even01, even23, 0xdd);
        rows[4 + j] = _mm512_shuffle_f32x4(odd01, odd23, 0x88);
        rows[12 + j] = _mm512_shuffle_f32x4(odd01, odd23, 0xdd);
    }
}
template <class Fold>
inline __m512 fold_pair(Fold fold, __m512 a, __m512 b) {
    return fold(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
}
template <class Fold>
inline __m512 fold_fours(Fold fold, __m512 a, __m512 b) {
    const __m512d c = _mm512_castps_pd(a);
    const __m512d d = _mm512_castps_pd(b);
    return fold(_mm512_castpd_ps(_mm512_unpacklo_pd(c, d)), _mm512_castpd_ps(_mm512_unpackhi_pd(c, d)));
}
template <class Fold>
inline __m512 fold_quarters(Fold fold, __m512 a, __m512 b) {
    return fold(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
}
template <class Fold>
inline __m512 fold_rows(Fold fold, const __m512* rows) {
    __m512 four[4];
    for (std::size_t i = 0; i < 4; ++i)
        four[i] = fold_fours(fold, fold_pair(fold, rows[4 * i], rows[4 * i + 1]),
                             fold_pair(fold, rows[4 * i + 2], rows[4 * i + 3]));
    return fold_quarters(fold, fold_quarters(fold, four[0], four[1]), fold_quarters(fold, four[2], four[3]));
}
#endif

}  // namespace
}  // namespace halfstep::kernels
