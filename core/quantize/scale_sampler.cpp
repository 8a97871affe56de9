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
    values_ = values;
    spread_ = spread;
    width_ = width;
    waiting_count_ = 0;
    count_ = 0;
    worst_ = std::numeric_limits<double>::infinity();
}

std::span<const ScaleSample> ScaleSampler::look(std::span<const ScalePlace> places) {
    const Errors errors = errors_at(places);
    for (std::size_t j = 0; j < places.size(); ++j) {
        found_[j] = {errors.best[j], errors.at_t[j], errors.scale[j], places[j]};
        if (errors.best[j] < worst_) keep(found_[j]);
    }
    return std::span(found_).first(places.size());
}

void ScaleSampler::add(const ScalePlace& place) {
    waiting_[waiting_count_] = place;
    if (++waiting_count_ == at_once) flush();
}

void ScaleSampler::flush() {
    if (waiting_count_ == 0) return;
    const Errors errors = errors_at(std::span(waiting_).first(waiting_count_));
    for (std::size_t j = 0; j < waiting_count_; ++j)
        if (errors.best[j] < worst_) keep({errors.best[j], errors.at_t[j], errors.scale[j], waiting_[j]});
    waiting_count_ = 0;
}

ScaleSampler::Errors ScaleSampler::errors_at(std::span<const ScalePlace> places) const {
    kernels::ScaleTrials trials;
    trials.clips = false;
    for (std::size_t j = 0; j < at_once; ++j) {
        const ScalePlace& place = places[std::min(j, places.size() - 1)];
        trials.t[j] = static_cast<float>(place.t);
        trials.low[j] = static_cast<float>(place.low);
        trials.high[j] = static_cast<float>(place.low + width_);
        trials.clips = trials.clips || spread_.min * place.t < place.low - 0.49 ||
                       spread_.max * place.t > place.low + width_ + 0.49;
    }
    kernels::ScaleTrialSums sums;
    kernels::kernel_table().try_scales(values_.data(), values_.size(), trials, &sums);
    Errors errors;
    for (std::size_t j = 0; j < at_once; ++j) {
        constexpr double least_square = 0.5;  // of codes that are not all 0
        const auto t = static_cast<double>(trials.t[j]);
        const auto residual = static_cast<double>(sums.residual[j]);
        const auto tilt = static_cast<double>(sums.tilt[j]);
        const double square = spread_.squared * (t * t) - 2 * tilt - residual;
        const double step = 1 / t;
        const double shift = tilt / std::max(square, least_square);
        errors.at_t[j] = residual * (step * step);
        errors.best[j] = errors.at_t[j] - tilt * shift * (step * step);
        errors.scale[j] = (1 + shift) * step;
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
