// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/log_moments.h"

#include "core/quantize/log_levels.h"
#include "core/quantize/range.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace halfstep {

void LogMoments::start(const Scheme& scheme) {
    scheme_ = scheme;
    for (int step = first_; step <= last_; ++step)
        step_[static_cast<std::size_t>(step)] = {};
    first_ = steps;
    last_ = -1;
}

// nearest_log_step, from the bits of a normal number.
int LogMoments::step_of(float magnitude) const {
    constexpr std::uint32_t one = 0x3f800000;
    constexpr int mantissa_bits = 23;
    constexpr std::uint32_t mantissas = (1U << mantissa_bits) - 1;
    constexpr std::uint32_t root = 0x3504f4;  // the first mantissas above 2^(1/2), 2^(1/4) and 2^(3/4)
    constexpr std::uint32_t fourth_root = 0x1837f1;
    constexpr std::uint32_t three_fourths = 0x5744fd;
    const auto bits = std::bit_cast<std::uint32_t>(magnitude);
    if (bits <= mantissas) return nearest_log_step(scheme_, static_cast<double>(magnitude));
    const int exponent = static_cast<int>(bits >> mantissa_bits) - static_cast<int>(one >> mantissa_bits);
    const std::uint32_t mantissa = bits & mantissas;
    if (!scheme_.half_octave) return exponent + (mantissa >= root ? 1 : 0);
    return 2 * exponent + (mantissa >= fourth_root ? 1 : 0) + (mantissa >= three_fourths ? 1 : 0);
}

void LogMoments::add(std::span<const float> values) {
    for (const float x : values) {
        const float magnitude = std::fabs(x);
        if (magnitude == 0) continue;
        const int step = step_of(magnitude) - lowest_step;
        Step& sums = step_[static_cast<std::size_t>(step)];
        const auto exact = static_cast<double>(magnitude);
        sums.count += 1;
        sums.magnitude += exact;
        sums.squared += exact * exact;
        first_ = std::min(first_, step);
        last_ = std::max(last_, step);
    }
}

void LogMoments::add(double value, double count, double spread) {
    const double magnitude = std::fabs(value);
    if (magnitude == 0) return;
    const int step = nearest_log_step(scheme_, magnitude) - lowest_step;
    Step& sums = step_[static_cast<std::size_t>(step)];
    sums.count += count;
    sums.magnitude += count * magnitude;
    sums.squared += count * magnitude * magnitude + spread;
    first_ = std::min(first_, step);
    last_ = std::max(last_, step);
}

void LogMoments::merge(const LogMoments& other) {
    for (std::size_t i = 0; i < step_.size(); ++i) {
        step_[i].count += other.step_[i].count;
        step_[i].magnitude += other.step_[i].magnitude;
        step_[i].squared += other.step_[i].squared;
    }
    first_ = std::min(first_, other.first_);
    last_ = std::max(last_, other.last_);
}

LogMoments::Error LogMoments::error(int top, std::span<const float> levels) const {
    Error error;
    const int bottom = top - static_cast<int>(levels.size()) + 1;
    for (int step = first_; step <= last_; ++step) {
        const Step& sums = step_[static_cast<std::size_t>(step)];
        const int at = std::min(step, top) - bottom;
        const double level = at < 0 ? 0.0 : static_cast<double>(levels[static_cast<std::size_t>(at)]);
        const double part = sums.squared - 2 * level * sums.magnitude + level * level * sums.count;
        error.all += part;
        if (step > top) error.clipped += part;
    }
    return error;
}

// From the largest top down: what is clipped only grows.
EstimatedGrid LogMoments::best() const {
    constexpr std::size_t most_levels = 127;
    EstimatedGrid best;
    if (last_ < 0) return best;
    const int most = (1 << (scheme_.bits - 1)) - 1;
    std::array<float, most_levels> levels;
    double least = std::numeric_limits<double>::infinity();
    for (int top = last_; top >= first_; --top) {
        const EstimatedGrid grid = stored_grid(scheme_, log_level(scheme_, top + lowest_step));
        if (grid.scale_lost) {
            if (top == last_) return grid;
            continue;
        }
        const auto count = static_cast<std::size_t>(std::min(most, top - first_ + 1));
        for (std::size_t below = 0; below < count; ++below)
            levels[count - 1 - below] = log_level_below(scheme_, grid.grid.scale, static_cast<int>(below));
        const Error found = error(top, std::span(levels).first(count));
        if (found.all < least) {
            least = found.all;
            best = grid;
        }
        if (found.clipped >= least) break;
    }
    return best;
}

}  // namespace halfstep
