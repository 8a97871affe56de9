// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

// Binary search among up to 16 sorted levels whose tables stay in registers: 15 thresholds (padded by
// +infinity), 16 levels. x goes to level[number of thresholds <= x].
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
// 8-lane permutations: the first two steps choose between constants, the last one between two tables of
// levels.
class LevelSearch256 {
  public:
    LevelSearch256(const float* threshold, const float* level)
        : middle_(_mm256_set1_ps(threshold[7])),
          lower_(_mm256_set1_ps(threshold[3])),
          upper_(_mm256_set1_ps(threshold[11])) {
        float third[8] = {};
        float fourth[8];
        float even[8];
        float odd[8];
        for (std::size_t i = 0; i < 8; ++i) {
            if (i < 4) third[i] = threshold[4 * i + 1];
            fourth[i] = threshold[2 * i];
            even[i] = level[2 * i];
            odd[i] = level[2 * i + 1];
        }
        third_ = _mm256_loadu_ps(third);
        fourth_ = _mm256_loadu_ps(fourth);
        even_ = _mm256_loadu_ps(even);
        odd_ = _mm256_loadu_ps(odd);
    }

    __m256 level_of(__m256 x) const {
        const __m256 first = _mm256_cmp_ps(x, middle_, _CMP_GE_OQ);
        const __m256 second = _mm256_cmp_ps(x, _mm256_blendv_ps(lower_, upper_, first), _CMP_GE_OQ);
        __m256i index =
            with_bit(_mm256_sub_epi32(_mm256_setzero_si256(), _mm256_castps_si256(first)), second);
        const __m256 third = _mm256_cmp_ps(x, _mm256_permutevar8x32_ps(third_, index), _CMP_GE_OQ);
        index = with_bit(index, third);
        const __m256 fourth = _mm256_cmp_ps(x, _mm256_permutevar8x32_ps(fourth_, index), _CMP_GE_OQ);
        return _mm256_blendv_ps(_mm256_permutevar8x32_ps(even_, index), _mm256_permutevar8x32_ps(odd_, index),
                                fourth);
    }

  private:
    // 2·index, and 1 more in the lanes of the mask.
    static __m256i with_bit(__m256i index, __m256 mask) {
        return _mm256_sub_epi32(_mm256_add_epi32(index, index), _mm256_castps_si256(mask));
    }

    __m256 middle_;
    __m256 lower_;
    __m256 upper_;
    __m256 third_;
    __m256 fourth_;
    __m256 even_;
    __m256 odd_;
};
#endif

}  // namespace
}  // namespace halfstep::kernels
