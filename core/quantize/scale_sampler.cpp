// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/scale_sampler.h"

#include "core/kernels/kernel_table.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

UnitSpread spread_of(std::span<const float> values, float low, float high) {
    constexpr std::size_t lanes = 16;
    std::array<float, lanes> squared{};
    std::array<float, lanes> magnitude{};
    std::array<float, lanes> count{};
    const auto take = [&](float x, std::size_t lane) {
        squared[lane] += x * x;
        magnitude[lane] += std::fabs(x);
        count[lane] += x != 0 ? 1.0F : 0.0F;
    };
    std::size_t i = 0;
    for (; i + lanes <= values.size(); i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            take(values[i + lane], lane);
    for (; i < values.size(); ++i)
        take(values[i], i % lanes);
    UnitSpread spread{std::min(0.0, static_cast<double>(low)), std::max(0.0, static_cast<double>(high)), 0, 0,
                      0};
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        spread.squared += static_cast<double>(squared[lane]);
        spread.magnitude += static_cast<double>(magnitude[lane]);
        spread.count += static_cast<double>(count[lane]);
    }
    return spread;
}

void ScaleSampler::start(std::span<const float> values, const UnitSpread& spread, double width) {
    kernel_ = &kernels::kernel_table();
    values_ = values;
    spread_ = spread;
    width_ = static_cast<float>(width);
    waiting_count_ = 0;
    count_ = 0;
    worst_ = std::numeric_limits<double>::infinity();
}

std::span<const ScaleSample> ScaleSampler::look(std::span<const ScalePlace> places) {
    const Errors errors = errors_at(places);
    for (std::size_t j = 0; j < places.size(); ++j) {
        found_[j] = errors.sample(j, places[j]);
        if (found_[j].error < worst_) keep(found_[j]);
    }
    return std::span(found_).first(places.size());
}

void ScaleSampler::add(const ScalePlace& place) {
    waiting_[waiting_count_] = place;
    if (++waiting_count_ == waiting_.size()) flush();
}

// What the errors decide comes after all of them, so that the processor need not wait for each.
void ScaleSampler::flush() {
    const std::span<const ScalePlace> places = std::span(waiting_).first(waiting_count_);
    for (std::size_t first = 0; first < places.size(); first += at_once)
        errors_[first / at_once] = errors_at(places.subspan(first, std::min(at_once, places.size() - first)));
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Errors& errors = errors_[i / at_once];
        if (static_cast<double>(errors.best[i % at_once]) < worst_)
            keep(errors.sample(i % at_once, places[i]));
    }
    waiting_count_ = 0;
}

ScaleSample ScaleSampler::Errors::sample(std::size_t j, const ScalePlace& place) const {
    const double scale = (1 + static_cast<double>(shift[j])) / static_cast<double>(t[j]);
    return {static_cast<double>(best[j]), static_cast<double>(at_t[j]), scale, place};
}

ScaleSampler::Errors ScaleSampler::errors_at(std::span<const ScalePlace> places) const {
    constexpr float near_half = 0.49F;
    kernels::ScaleTrials trials;
    for (std::size_t j = 0; j < at_once; ++j) {
        const ScalePlace& place = places[std::min(j, places.size() - 1)];
        trials.t[j] = static_cast<float>(place.t);
        trials.low[j] = static_cast<float>(place.low);
    }
    const auto min = static_cast<float>(spread_.min);
    const auto max = static_cast<float>(spread_.max);
    int clipping = 0;
    for (std::size_t j = 0; j < at_once; ++j) {
        trials.high[j] = trials.low[j] + width_;
        clipping += min * trials.t[j] < trials.low[j] - near_half ? 1 : 0;
        clipping += max * trials.t[j] > trials.high[j] + near_half ? 1 : 0;
    }
    trials.clips = clipping != 0;
    kernels::ScaleTrialSums sums;
    kernel_->try_scales(values_.data(), values_.size(), trials, &sums);
    const auto squared = static_cast<float>(spread_.squared);
    Errors errors;
    for (std::size_t j = 0; j < at_once; ++j) {
        constexpr float least_square = 0.5F;  // of codes that are not all 0
        const float t = trials.t[j];
        const float tilt = sums.tilt[j];
        const float square = squared * t * t - 2 * tilt - sums.residual[j];
        const float shift = tilt / (square > least_square ? square : least_square);
        errors.t[j] = t;
        errors.shift[j] = shift;
        errors.at_t[j] = sums.residual[j] / t / t;
        errors.best[j] = (sums.residual[j] - tilt * shift) / t / t;
    }
    return errors;
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
