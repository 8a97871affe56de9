// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/scale_search.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace halfstep {
namespace {

// The nearest multiple of float16's spacing at `scale`; overflow is of no concern here.
double nearest_f16(double scale) {
    constexpr std::uint64_t exponent_bits = 0x7ff0'0000'0000'0000U;
    const double power = std::bit_cast<double>(std::bit_cast<std::uint64_t>(scale) & exponent_bits);
    const double spacing = std::max(power * 0x1p-10, 0x1p-24);
    const double shift = spacing * 0x1.8p52;
    return (scale + shift) - shift;
}

}  // namespace

void ScaleScan::start(const Interval& interval, const CodeWindow& window, double quantum) {
    interval_ = interval;
    window_ = window;
    per_t_ = static_cast<double>(interval.bins) / (interval.to - interval.from);
    shift_ = quantum * 0x1.8p52;
    base_product_ = 0;
    base_square_ = 0;
    bins_.assign(interval.bins, {});
}

void ScaleScan::add_point(double x, double weight) {
    const double limit = x < 0 ? -window_.lo : window_.hi;
    const double magnitude = std::fabs(x);
    const double first = std::min(limit, std::trunc(magnitude * interval_.from + 0.5));
    const double last = std::min(limit, std::trunc(magnitude * interval_.to + 0.5));
    const double product = weight * ((magnitude + shift_) - shift_);
    base_product_ += static_cast<long double>(product * first);
    base_square_ += static_cast<long double>(weight * first * first);
    if (last <= first) return;
    const double step = per_t_ / magnitude;
    double position = (first + 0.5) * step - interval_.from * per_t_;
    const std::size_t last_bin = interval_.bins - 1;
    double square = weight * (2 * first + 1);
    for (auto left = static_cast<std::int64_t>(last - first); left > 0; --left) {
        const auto bin = static_cast<std::int64_t>(position);
        CodeSums& sums = bins_[std::min(last_bin, static_cast<std::size_t>(std::max<std::int64_t>(bin, 0)))];
        sums.product += product;
        sums.square += square;
        square += 2 * weight;
        position += step;
    }
}

void ScaleScan::add(const ScalePoints& points) {
    if (!points.plain.empty()) {
        for (const float x : points.plain)
            add_point(static_cast<double>(x), 1.0);
        return;
    }
    for (std::size_t i = 0; i < points.values.size(); ++i)
        add_point(points.values[i], points.weights[i]);
}

void ScaleScan::merge(const ScaleScan& other) {
    base_product_ += other.base_product_;
    base_square_ += other.base_square_;
    for (std::size_t i = 0; i < bins_.size(); ++i) {
        bins_[i].product += other.bins_[i].product;
        bins_[i].square += other.bins_[i].square;
    }
}

void BestCandidates::offer(const ScaleCandidate& candidate) {
    if (!(candidate.error < worst())) return;
    for (std::size_t i = 0; i < count_; ++i) {
        const ScaleCandidate& other = list_[i];
        const bool neighbours = candidate.window.lo == other.window.lo &&
                                std::fabs(candidate.t - other.t) < 1.5 * candidate.bin_width;
        if (!neighbours) continue;
        if (candidate.error >= other.error) return;
        std::copy(list_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  list_.begin() + static_cast<std::ptrdiff_t>(count_),
                  list_.begin() + static_cast<std::ptrdiff_t>(i));
        --count_;
        break;
    }
    std::size_t place = count_;
    for (; place > 0 && candidate.error < list_[place - 1].error; --place)
        list_[place] = list_[place - 1];
    list_[place] = candidate;
    count_ = std::min(count_ + 1, keep_);
}

BestScale best_scale(const CodeSums& sums, double value_squared, ScaleStorage storage) {
    if (!(sums.product > 0)) return {value_squared, 0};
    const double scale = sums.product / sums.square;
    const double error = value_squared - sums.product * scale;
    if (storage == ScaleStorage::s32) return {error, scale};
    const double off = nearest_f16(scale) - scale;
    return {error + off * off * sums.square, scale};
}

void offer_edges(const ScaleScan& scan, double value_squared, ScaleStorage storage, BestCandidates& best) {
    const double width = scan.interval().bin_width();
    scan.visit_edges([&](double t, const CodeSums& sums) {
        const BestScale fit = best_scale(sums, value_squared, storage);
        if (fit.error < best.worst()) best.offer({fit.error, t, fit.scale, width, scan.window()});
    });
}

}  // namespace halfstep
