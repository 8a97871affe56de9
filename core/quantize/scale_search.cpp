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

// Of a number that is not negative and not huge.
double whole(double x) {
    return static_cast<double>(static_cast<std::int64_t>(x));
}

struct PlainPoints {
    std::span<const float> values;

    std::size_t size() const { return values.size(); }
    double value(std::size_t i) const { return static_cast<double>(values[i]); }
    static double weight(std::size_t) { return 1; }
};

struct WeightedPoints {
    std::span<const double> values;
    std::span<const double> weights;

    std::size_t size() const { return values.size(); }
    double value(std::size_t i) const { return values[i]; }
    double weight(std::size_t i) const { return weights[i]; }
};

}  // namespace

void ScaleScan::start(const Interval& interval, const CodeWindow& window, double quantum) {
    interval_ = interval;
    window_ = window;
    per_t_ = static_cast<double>(interval.bins) / (interval.to - interval.from);
    shift_ = quantum * 0x1.8p52;
    base_product_ = 0;
    base_square_ = 0;
    bins_.assign(interval.bins + 2, {});
}

// Points one by one: only the events that are in the interval are looked at.
template <class Points>
void ScaleScan::add_each(const Points& points) {
    const double per_t = per_t_;
    const double from = interval_.from;
    const double to = interval_.to;
    const auto last_bin = static_cast<std::int64_t>(interval_.bins);
    const std::array<double, 2> limits{window_.hi, -window_.lo};
    CodeSums base;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double x = points.value(i);
        const double weight = points.weight(i);
        const double limit = limits[x < 0 ? 1 : 0];
        const double magnitude = std::fabs(x);
        const double first = std::min(limit, whole(magnitude * from + 0.5));
        const double last = std::min(limit, whole(magnitude * to + 0.5));
        const double product = weight * ((magnitude + shift_) - shift_);
        base.product += product * first;
        base.square += weight * first * first;
        if (last <= first) continue;
        const double step = per_t / magnitude;
        double position = (first + 0.5) * step - from * per_t + 1;
        double square = weight * (2 * first + 1);
        for (auto left = static_cast<std::int64_t>(last - first); left > 0; --left) {
            const auto bin = std::clamp(static_cast<std::int64_t>(position), std::int64_t{1}, last_bin);
            CodeSums& sums = bins_[static_cast<std::size_t>(bin)];
            sums.product += product;
            sums.square += square;
            square += 2 * weight;
            position += step;
        }
    }
    base_product_ += static_cast<long double>(base.product);
    base_square_ += static_cast<long double>(base.square);
}

// Whether it is cheaper to look at every event, inside the interval or not, and float32 tells bins apart.
bool ScaleScan::few_codes() const {
    return std::max(-window_.lo, window_.hi) <= 8 && interval_.from * per_t_ < 0x1p16 &&
           interval_.to > 1.2 * interval_.from && shift_ == 0 && per_t_ > 1e-30 && per_t_ < 1e30;
}

// Without branches, in blocks whose bins are computed ahead.
void ScaleScan::add_few_codes(std::span<const float> values) {
    constexpr std::size_t block = 128;
    std::array<float, block> magnitude;
    std::array<float, block> step;
    std::array<float, block> limit;
    std::array<std::int32_t, block> bin;
    const auto per_t = static_cast<float>(per_t_);
    const auto offset = static_cast<float>(interval_.from * per_t_) - 1;
    const auto after = static_cast<float>(interval_.bins + 1);
    const auto low = static_cast<float>(-window_.lo);
    const auto high = static_cast<float>(window_.hi);
    const auto codes = static_cast<int>(std::max(low, high));
    for (std::size_t first = 0; first < values.size(); first += block) {
        const std::size_t n = std::min(block, values.size() - first);
        for (std::size_t i = 0; i < n; ++i) {
            magnitude[i] = std::fabs(values[first + i]);
            step[i] = per_t / magnitude[i];
            limit[i] = values[first + i] < 0 ? low : high;
        }
        for (int number = 1; number <= codes; ++number) {
            const auto code = static_cast<float>(number);
            for (std::size_t i = 0; i < n; ++i) {
                const float position = std::min(after, std::max(0.0F, (code - 0.5F) * step[i] - offset));
                bin[i] = static_cast<std::int32_t>(code <= limit[i] ? position : after);
            }
            const double square = 2 * static_cast<double>(code) - 1;
            for (std::size_t i = 0; i < n; ++i) {
                CodeSums& sums = bins_[static_cast<std::size_t>(bin[i])];
                sums.product += static_cast<double>(magnitude[i]);
                sums.square += square;
            }
        }
    }
}

void ScaleScan::add(const ScalePoints& points) {
    if (points.plain.empty())
        add_each(WeightedPoints{points.values, points.weights});
    else if (few_codes())
        add_few_codes(points.plain);
    else
        add_each(PlainPoints{points.plain});
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
    if (storage != ScaleStorage::s16) return {error, scale};
    const double off = nearest_f16(scale) - scale;
    return {error + off * off * sums.square, scale};
}

void offer_edges(const ScaleScan& scan, double value_squared, ScaleStorage storage, BestCandidates& best) {
    const double width = scan.interval().bin_width();
    double worth = value_squared - best.worst();  // of product²/square, to be looked at
    scan.visit_edges([&](double t, const CodeSums& sums) {
        if (sums.product * sums.product <= worth * sums.square) return;
        const BestScale fit = best_scale(sums, value_squared, storage);
        if (!(fit.error < best.worst())) return;
        best.offer({fit.error, t, fit.scale, width, scan.window()});
        worth = value_squared - best.worst();
    });
}

}  // namespace halfstep
