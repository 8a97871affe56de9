// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moment_table.h"

#include "core/analysis/moment_counter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace halfstep {
namespace {

constexpr std::size_t chunk = 256;
constexpr std::size_t lanes = 4;  // independent sums, so that the compiler can use vectors

// Nearest integer, ties to even, for |x| < 2^22: the addition itself rounds.
float nearest_integer(float x) {
    return (x + 0x1.8p23F) - 0x1.8p23F;
}

// The mean of (t − round(t))² over [from, to].
double mean_rounding_square(double from, double to) {
    const auto integral = [](double t) {
        const double nearest = std::nearbyint(t);
        const double rest = t - nearest;
        return nearest / 12 + rest * rest * rest / 3;
    };
    return (integral(to) - integral(from)) / (to - from);
}

struct Lanes {
    std::array<double, lanes> sum{};

    double total() const { return (sum[0] + sum[1]) + (sum[2] + sum[3]); }
};

}  // namespace

// Sums over buckets that are assigned whole; chunks of them, so that nothing is allocated.
struct MomentTable::Walk {
    const MomentTable& table;
    Lanes error{};
    Lanes product{};
    Lanes quantized{};
    std::array<double, lanes> largest{};

    void add(std::size_t first, std::size_t count, const float* reconstruction) {
        std::size_t i = 0;
        for (; i + lanes <= count; i += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                add_one(lane, first + i + lane, static_cast<double>(reconstruction[i + lane]));
        for (; i < count; ++i)
            add_one(i % lanes, first + i, static_cast<double>(reconstruction[i]));
    }

    void add_one(std::size_t lane, std::size_t bucket, double level) {
        const double n = table.count_[bucket];
        const double mean = table.mean_[bucket];
        const double difference = mean - level;
        error.sum[lane] += table.spread_[bucket] + n * difference * difference;
        product.sum[lane] += n * mean * level;
        quantized.sum[lane] += n * level * level;
        const double distance = std::fabs(difference);
        largest[lane] = largest[lane] < distance ? distance : largest[lane];
    }

    Answer answer() const {
        Answer result;
        result.sums.count = table.total_;
        result.sums.error_squared = error.total();
        result.sums.value_squared = table.value_squared_;
        result.sums.product = product.total();
        result.sums.quantized_squared = quantized.total();
        result.sums.max_abs_error = *std::max_element(largest.begin(), largest.end());
        return result;
    }

    // What a bucket's ends add: the largest error, and how far off its sums may be where they go to
    // different levels. `step` is the distance of the levels where they are equally spaced, else 0;
    // `stored_step` what gamma makes of it.
    void add_ends(Answer& result, std::size_t bucket, Rounded low, Rounded middle, Rounded high, double step,
                  double stored_step) const {
        const double x0 = static_cast<double>(table.low_[bucket]);
        const double x1 = static_cast<double>(table.high_[bucket]);
        const double level0 = static_cast<double>(low.value);
        const double level1 = static_cast<double>(high.value);
        const double off0 = std::fabs(x0 - level0);
        const double off1 = std::fabs(x1 - level1);
        const double n = table.count_[bucket];
        result.sums.max_abs_error = std::max({result.sums.max_abs_error, off0, off1});
        if (low.clipped != high.clipped) result.clipped_uncertainty += static_cast<std::uint64_t>(n);
        if (low.value == high.value) return;
        const double level = static_cast<double>(middle.value);
        if (step > 0 && !low.clipped && !high.clipped) {
            // Taken as spread evenly over the bucket.
            const double rescaled = (step - stored_step) / step * table.mean_[bucket];
            const double mean_square =
                step * step * mean_rounding_square(x0 / step, x1 / step) + rescaled * rescaled;
            const bool holds_level = x0 < level0 || x1 > level1 || level1 - level0 > 1.5 * step;
            const double least = holds_level ? 0.0 : std::min(off0 * off0, off1 * off1);
            const double most = std::max({step * step / 4, off0 * off0, off1 * off1});
            const double difference = table.mean_[bucket] - level;
            result.sums.error_squared +=
                n * mean_square - (table.spread_[bucket] + n * difference * difference);
            result.uncertainty += n * std::max(mean_square - least, most - mean_square);
            return;
        }
        // Every x of the bucket goes to some level of [level0, level1], and was put on the middle's one.
        double most = 0;
        for (const double x : {x0, x1})
            for (const double other : {level0, level1})
                most = std::max(most, std::fabs(other - level) * std::fabs(2 * x - level - other));
        if (level != level0 && level != level1) most += std::max(off0 * off0, off1 * off1);
        result.uncertainty += n * most;
    }
};

MomentTable MomentTable::build(std::span<const float> values, DType source) {
    MomentCounter counter(source);
    counter.add(values);
    return counter.finish();
}

MomentTable::Answer MomentTable::evaluate(const std::function<Rounded(float)>& quantizer) const {
    Walk walk{*this};
    std::array<float, chunk> levels;
    std::uint64_t clipped = 0;
    for (std::size_t first = 0; first < mean_.size(); first += chunk) {
        const std::size_t count = std::min(chunk, mean_.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            const Rounded rounded = quantizer(middle_[first + i]);
            levels[i] = rounded.value;
            if (rounded.clipped) clipped += static_cast<std::uint64_t>(count_[first + i]);
        }
        walk.add(first, count, levels.data());
    }
    Answer result = walk.answer();
    result.sums.clipped = clipped;
    if (!exact_)
        for (std::size_t i = 0; i < mean_.size(); ++i)
            walk.add_ends(result, i, quantizer(low_[i]), quantizer(middle_[i]), quantizer(high_[i]), 0, 0);
    return result;
}

MomentTable::Answer MomentTable::evaluate_levels(std::span<const float> ascending_levels) const {
    return evaluate([ascending_levels](float x) {
        const auto above = std::lower_bound(ascending_levels.begin(), ascending_levels.end(), x);
        if (above == ascending_levels.begin()) return Rounded{*above, false};
        const float below = above[-1];
        if (above == ascending_levels.end()) return Rounded{below, false};
        const double to_below = static_cast<double>(x) - static_cast<double>(below);
        const double to_above = static_cast<double>(*above) - static_cast<double>(x);
        return Rounded{to_above < to_below ? *above : below, false};
    });
}

namespace {

// Codes less the zero-point, in float32: exact, since they are small integers.
struct Rounding {
    float reciprocal;
    float scale;
    float lowest;
    float highest;

    explicit Rounding(const UniformQuantizer& q)
        : reciprocal(1.0F / q.scale),
          scale(q.stored_scale == 0 ? q.scale : q.stored_scale),
          lowest(static_cast<float>(q.qmin - q.zero_point)),
          highest(static_cast<float>(q.qmax - q.zero_point)) {}

    // Clamped before it is rounded, which is the same for integer limits.
    float reconstruct(float x) const {
        float code = x * reciprocal;
        code = code < lowest ? lowest : code;
        code = code > highest ? highest : code;
        return scale * nearest_integer(code);
    }

    bool clipped(float x) const {
        const float code = std::nearbyint(x * reciprocal);
        return code < lowest || code > highest;
    }
};

}  // namespace

MomentTable::Answer MomentTable::evaluate(const UniformQuantizer& quantizer) const {
    const Rounding rounding(quantizer);
    if (!std::isfinite(rounding.reciprocal) || !std::isfinite(quantizer.scale))
        return evaluate([](float) { return Rounded{}; });  // every x̂ is 0
    Walk walk{*this};
    std::array<float, chunk> levels;
    for (std::size_t first = 0; first < mean_.size(); first += chunk) {
        const std::size_t count = std::min(chunk, mean_.size() - first);
        for (std::size_t i = 0; i < count; ++i)
            levels[i] = rounding.reconstruct(middle_[first + i]);
        walk.add(first, count, levels.data());
    }
    Answer result = walk.answer();
    // Clipped values are the first and the last ones: walk inwards until one is not.
    double clipped = 0;
    std::size_t low = 0;
    while (low < middle_.size() && rounding.clipped(middle_[low]))
        clipped += count_[low++];
    for (std::size_t high = middle_.size(); high > low && rounding.clipped(middle_[high - 1]); --high)
        clipped += count_[high - 1];
    result.sums.clipped = static_cast<std::uint64_t>(clipped);
    if (!exact_)
        for (std::size_t i = 0; i < mean_.size(); ++i)
            walk.add_ends(result, i, {rounding.reconstruct(low_[i]), rounding.clipped(low_[i])},
                          {rounding.reconstruct(middle_[i]), rounding.clipped(middle_[i])},
                          {rounding.reconstruct(high_[i]), rounding.clipped(high_[i])},
                          static_cast<double>(quantizer.scale), static_cast<double>(rounding.scale));
    return result;
}

bool MomentTable::is_exact_for(DType source) {
    return source == DType::f16 || source == DType::bf16 || traits(source).kind == DTypeKind::small_float;
}

double MomentTable::min() const {
    return low_.empty() ? 0.0 : static_cast<double>(low_.front());
}

double MomentTable::max() const {
    return high_.empty() ? 0.0 : static_cast<double>(high_.back());
}

double MomentTable::abs_max() const {
    return std::max(std::fabs(min()), std::fabs(max()));
}

double MomentTable::share_within(double limit) const {
    if (total_ == 0) return 0;
    const auto first = std::lower_bound(mean_.begin(), mean_.end(), -limit) - mean_.begin();
    const auto last = std::upper_bound(mean_.begin(), mean_.end(), limit) - mean_.begin();
    double within = 0;
    for (auto i = first; i < last; ++i)
        within += count_[static_cast<std::size_t>(i)];
    return within / static_cast<double>(total_);
}

}  // namespace halfstep
