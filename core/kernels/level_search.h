// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// Binary search among up to 16 sorted levels whose tables stay in registers: 15 thresholds (padded by NaN),
// 16 levels. x goes to level[number of thresholds <= x].
namespace halfstep::kernels {
namespace {

#ifdef __AVX512DQ__
// One 16-lane permutation a look-up. Tables are indexed by what is known of the result so far, so that the
// tables of the earlier steps have gaps.
class LevelSearch512 {
  public:
    LevelSearch512(const float* threshold, const float* level)
        : middle_(_mm512_set1_ps(threshold[7])), level_(_mm512_loadu_ps(level)) {
        for (std::size_t step = 0; step < 3; ++step) {
            float table[16] = {};
            for (std::size_t i = 0; i + offset[step] < 15; ++i)
                table[i] = threshold[i + offset[step]];
            threshold_[step] = _mm512_loadu_ps(table);
        }
    }

    __m512 level_of(__m512 x) const {
        __m512i index = _mm512_maskz_set1_epi32(_mm512_cmp_ps_mask(x, middle_, _CMP_GE_OQ), 8);
        for (std::size_t step = 0; step < 3; ++step) {
            const __m512 threshold = _mm512_permutexvar_ps(index, threshold_[step]);
            index = _mm512_mask_add_epi32(index, _mm512_cmp_ps_mask(x, threshold, _CMP_GE_OQ), index,
                                          _mm512_set1_epi32(4 >> step));
        }
        return _mm512_permutexvar_ps(index, level_);
    }

  private:
    static constexpr std::size_t offset[3] = {3, 1, 0};

    __m512 middle_;
    __m512 level_;
    __m512 threshold_[3];
};
#endif

#ifdef __AVX2__
// 8-lane permutations, which leave room for three steps; at the last one the bits in which the two levels
// left differ are turned over. A mask is -1 where a threshold is reached and permutations look at three bits:
// what is found of the index stands negative, and place() says where in a table that is.
class LevelSearch256 {
  public:
    LevelSearch256(const float* threshold, const float* level) : first_(_mm256_set1_ps(threshold[7])) {
        float second[8] = {};
        float third[8] = {};
        float fourth[8];
        float even[8];
        float odd[8];
        for (std::size_t i = 0; i < 8; ++i) {
            if (i < 2) second[place(i)] = threshold[8 * i + 3];
            if (i < 4) third[place(i)] = threshold[4 * i + 1];
            fourth[place(i)] = threshold[2 * i];
            even[place(i)] = level[2 * i];
            odd[place(i)] = level[2 * i + 1];
        }
        second_ = _mm256_loadu_ps(second);
        third_ = _mm256_loadu_ps(third);
        fourth_ = _mm256_loadu_ps(fourth);
        even_ = _mm256_loadu_ps(even);
        turned_ = _mm256_xor_ps(even_, _mm256_loadu_ps(odd));
    }

    __m256 level_of(__m256 x) const {
        __m256i index = _mm256_castps_si256(reached(x, first_));
        index = with_bit(index, reached(x, _mm256_permutevar8x32_ps(second_, index)));
        index = with_bit(index, reached(x, _mm256_permutevar8x32_ps(third_, index)));
        const __m256 last = reached(x, _mm256_permutevar8x32_ps(fourth_, index));
        const __m256 turned = _mm256_and_ps(last, _mm256_permutevar8x32_ps(turned_, index));
        return _mm256_xor_ps(_mm256_permutevar8x32_ps(even_, index), turned);
    }

  private:
    static __m256 reached(__m256 x, __m256 threshold) { return _mm256_cmp_ps(x, threshold, _CMP_GE_OQ); }

    static constexpr std::size_t place(std::size_t index) { return (8 - index) % 8; }

    // 2·index, and 1 less in the lanes of the mask.
    static __m256i with_bit(__m256i index, __m256 mask) {
        return _mm256_add_epi32(_mm256_add_epi32(index, index), _mm256_castps_si256(mask));
    }

    __m256 first_;
    __m256 second_;
    __m256 third_;
    __m256 fourth_;
    __m256 even_;
    __m256 turned_;
};
#endif

}  // namespace
}  // namespace halfstep::kernels
