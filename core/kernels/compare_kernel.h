// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

namespace halfstep::kernels {
namespace {

// x̂ was made elsewhere.
template <class V>
class GivenReconstruction {
  public:
    explicit GivenReconstruction(const float* reconstruction) : reconstruction_(reconstruction) {}

    static bool run_clips() { return false; }
    void begin(std::size_t first) { at_ = reconstruction_ + first; }
    void begin_tail(std::size_t first, std::size_t n) {
        for (std::size_t i = 0; i < lanes; ++i)
            tail_[i] = i < n ? reconstruction_[first + i] : 0;
        at_ = tail_;
    }

    template <bool /*may_clip*/>
    void apply(std::size_t k, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        reconstruction = V::load(at_ + k * V::width);
        clipped = x != x;
    }

  private:
    const float* reconstruction_;
    const float* at_ = nullptr;
    float tail_[lanes];
};

// All sums in double.
template <class V>
class AllWideLanes {
  public:
    AllWideLanes() {
        for (auto& sum : sum_)
            for (auto& lane : sum)
                lane = V::set_double(0);
    }

    void take(std::size_t k, typename V::Float x, typename V::Float reconstruction) {
        typename V::Double values[V::doubles];
        typename V::Double reconstructions[V::doubles];
        V::widen(x, values);
        V::widen(reconstruction, reconstructions);
        for (std::size_t j = 0; j < V::doubles; ++j) {
            const std::size_t at = k * V::doubles + j;
            const typename V::Double error = values[j] - reconstructions[j];
            sum_[0][at] = sum_[0][at] + error * error;
            sum_[1][at] = sum_[1][at] + values[j] * values[j];
            sum_[2][at] = sum_[2][at] + values[j] * reconstructions[j];
            sum_[3][at] = sum_[3][at] + reconstructions[j] * reconstructions[j];
            sum_[4][at] = V::max(V::abs(error), sum_[4][at]);
        }
    }

    void finish(WideSums* into) const {
        double errors[lanes];
        for (std::size_t at = 0; at < vectors<V> * V::doubles; ++at)
            V::store_double(errors + at * (V::width / V::doubles), sum_[4][at]);
        double max_error = 0;
        for (const double error : errors)
            max_error = error > max_error ? error : max_error;
        *into = {sum_of_lanes<V>(sum_[0]), sum_of_lanes<V>(sum_[1]), sum_of_lanes<V>(sum_[2]),
                 sum_of_lanes<V>(sum_[3]), max_error};
    }

  private:
    typename V::Double sum_[5][vectors<V> * V::doubles];
};

template <class V>
struct CompareKernel {
    [[gnu::flatten]] static void compare(const Segment& segment, const float* reconstruction,
                                         SegmentSums* sums) {
        GivenReconstruction<V> quantizer(reconstruction);
        measure_with<V>(segment, quantizer, sums);
    }

    [[gnu::flatten]] static void compare_wide(const float* x, const float* reconstruction, std::size_t n,
                                              WideSums* sums) {
        AllWideLanes<V> all;
        GivenReconstruction<V> quantizer(reconstruction);
        for (std::size_t i = 0; i < n; i += lanes) {
            const std::size_t left = n - i < lanes ? n - i : lanes;
            const TailBlock block(x + i, left, __builtin_nanf(""));
            quantizer.begin_tail(i, left);
            for (std::size_t k = 0; k < vectors<V>; ++k) {
                typename V::Float value = V::load(block.value + k * V::width);
                typename V::Mask clipped = V::none();
                const typename V::Float given = quantize<V, false, false>(k, value, quantizer, clipped);
                all.take(k, value, given);
            }
        }
        all.finish(sums);
    }
};

}  // namespace
}  // namespace halfstep::kernels
