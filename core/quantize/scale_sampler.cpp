// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/scale_sampler.h"

#include "core/kernels/kernel_table.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

void ScaleSampler::start(std::span<const float> values, double width) {
    values_ = values;
    width_ = width;
    waiting_count_ = 0;
    count_ = 0;
    worst_ = std::numeric_limits<double>::infinity();
}

std::span<const ScaleSample> ScaleSampler::look(std::span<const ScalePlace> places) {
    kernels::ScaleTrials trials;
    for (std::size_t j = 0; j < at_once; ++j) {
        const ScalePlace& place = places[std::min(j, places.size() - 1)];
        trials.t[j] = static_cast<float>(place.t);
        trials.low[j] = static_cast<float>(place.low);
        trials.high[j] = static_cast<float>(place.low + width_);
    }
    kernels::ScaleTrialSums sums;
    kernels::kernel_table().try_scales(values_.data(), values_.size(), trials, &sums);
    std::array<double, at_once> error;
    std::array<double, at_once> at_t;
    std::array<double, at_once> scale;
    for (std::size_t j = 0; j < at_once; ++j) {
        const double step = 1 / static_cast<double>(trials.t[j]);
        const auto square = static_cast<double>(sums.square[j]);
        const double shift = static_cast<double>(sums.tilt[j]) / std::max(square, 1e-30);
        at_t[j] = static_cast<double>(sums.residual[j]) * (step * step);
        error[j] = at_t[j] - static_cast<double>(sums.tilt[j]) * shift * (step * step);
        scale[j] = (1 + shift) * step;
    }
    for (std::size_t j = 0; j < places.size(); ++j) {
        found_[j] = {error[j], at_t[j], scale[j], places[j]};
        if (error[j] < worst_ && sums.square[j] > 0) keep(found_[j]);
    }
    return std::span(found_).first(places.size());
}

void ScaleSampler::add(const ScalePlace& place) {
    waiting_[waiting_count_] = place;
    if (++waiting_count_ == at_once) flush();
}

void ScaleSampler::flush() {
    if (waiting_count_ != 0) look(std::span(waiting_).first(waiting_count_));
    waiting_count_ = 0;
}

void ScaleSampler::keep(const ScaleSample& sample) {
    std::size_t gap = count_;  // where an entry may be lost: a neighbour's, else the worst one's
    for (std::size_t i = 0; i < count_; ++i)
        if (best_[i].place.low == sample.place.low &&
            std::fabs(best_[i].place.t - sample.place.t) < 1.5 * sample.place.step) {
            if (sample.error >= best_[i].error) return;
            gap = i;
            break;
        }
    if (gap == count_ && count_ < kept) ++count_;
    gap = std::min(gap, kept - 1);
    for (; gap > 0 && sample.error < best_[gap - 1].error; --gap)
        best_[gap] = best_[gap - 1];
    best_[gap] = sample;
    if (count_ == kept) worst_ = best_[kept - 1].error;
}

}  // namespace halfstep
