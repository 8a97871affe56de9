// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

namespace halfstep::kernels {
namespace {

template <class V>
class PowerLanes {
  public:
    explicit PowerLanes(double centre) : centre_(V::set_double(centre)) {
        for (auto& power : sum_)
            for (auto& lane : power)
                lane = V::set_double(0);
    }

    void take_block(const float* x) {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            typename V::Double values[V::doubles];
            V::widen(V::load(x + k * V::width), values);
            for (std::size_t j = 0; j < V::doubles; ++j) {
                const std::size_t at = k * V::doubles + j;
                const typename V::Double d = values[j] - centre_;
                const typename V::Double squared = d * d;
                sum_[0][at] = sum_[0][at] + d;
                sum_[1][at] = sum_[1][at] + squared;
                sum_[2][at] = sum_[2][at] + squared * d;
                sum_[3][at] = sum_[3][at] + squared * squared;
            }
        }
    }

    double total(std::size_t power) const { return sum_of_lanes<V>(sum_[power]); }

  private:
    typename V::Double centre_;
    typename V::Double sum_[4][vectors<V> * V::doubles];
};

template <class V>
struct MomentsKernel {
    [[gnu::flatten]] static void sum_powers(const float* x, std::size_t n, double centre, PowerSums* sums) {
        PowerLanes<V> powers(centre);
        const std::size_t whole = n / lanes * lanes;
        for (std::size_t i = 0; i < whole; i += lanes)
            powers.take_block(x + i);
        *sums = {powers.total(0), powers.total(1), powers.total(2), powers.total(3)};
        for (std::size_t i = whole; i < n; ++i) {
            const double d = static_cast<double>(x[i]) - centre;
            sums->d1 += d;
            sums->d2 += d * d;
            sums->d3 += d * d * d;
            sums->d4 += d * d * (d * d);
        }
    }
};

}  // namespace
}  // namespace halfstep::kernels
