// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range_limits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {

float Limits::abs_max() const {
    return std::max(std::fabs(low), std::fabs(high));
}

Limits limited_to(const Limits& unit, float limit) {
    return {std::max(unit.low, -limit), std::min(unit.high, limit)};
}

Limits clipped_limits(const Scheme& scheme, const Limits& unit) {
    return {std::clamp(unit.low, scheme.clip_low, scheme.clip_high),
            std::clamp(unit.high, scheme.clip_low, scheme.clip_high)};
}

PercentileRank percentile_rank(double percent, std::uint64_t count) {
    const double position = static_cast<double>(count - 1) * (percent / 100);
    const double index = std::floor(position);
    return {std::min(static_cast<std::uint64_t>(index), count - 1), position - index};
}

float between(double below, double above, double rest) {
    const double distance = above - below;
    return static_cast<float>(rest < 0.5 ? below + distance * rest : above - distance * (1 - rest));
}

PercentPair asymmetric_percents(const Scheme& scheme) {
    const double low = (100 - scheme.percentile) / 2;
    return {low, 100 - low};
}

float percentile(std::span<float> values, double percent) {
    const PercentileRank rank = percentile_rank(percent, values.size());
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank.index);
    std::nth_element(values.begin(), at, values.end());
    if (rank.rest == 0 || at + 1 == values.end()) return *at;
    return between(static_cast<double>(*at), static_cast<double>(*std::min_element(at + 1, values.end())),
                   rank.rest);
}

void MagnitudeHistogram::add(float value, std::uint64_t count) {
    const double position = std::fabs(static_cast<double>(value)) * static_cast<double>(bins) / abs_max_;
    counts_[std::min(bins - 1, static_cast<std::size_t>(position))] += count;
}

void MagnitudeHistogram::add(std::span<const float> values) {
    for (const float x : values)
        if (std::isfinite(x)) add(x);
}

void MagnitudeHistogram::merge(const MagnitudeHistogram& other) {
    for (std::size_t i = 0; i < bins; ++i)
        counts_[i] += other.counts_[i];
}

namespace {

// n·ln n and ln n of counts, from a table where they are small: most are, and there are many.
class CountLogarithms {
  public:
    CountLogarithms() {
        table_[0] = 0;
        for (std::size_t n = 1; n < table_.size(); ++n)
            table_[n] = std::log(static_cast<double>(n));
    }

    double of(std::uint64_t n) const {
        return n < table_.size() ? table_[n] : std::log(static_cast<double>(n));
    }
    double times(std::uint64_t n) const { return static_cast<double>(n) * of(n); }

  private:
    std::array<double, 4096> table_{};
};

// Kullback-Leibler divergence of the histogram cut after bin i from its image in `levels` groups of bins.
class EntropySearch {
  public:
    EntropySearch(std::span<const std::uint64_t> counts, std::size_t levels)
        : counts_(counts), levels_(levels) {
        for (std::size_t j = 0; j < counts.size(); ++j) {
            mass_[j + 1] = mass_[j] + counts[j];
            filled_[j + 1] = filled_[j] + (counts[j] != 0 ? 1U : 0U);
            entropy_[j + 1] = entropy_[j] + logarithms().times(counts[j]);
        }
    }

    double divergence(std::size_t cut) const {
        const std::uint64_t total = mass_[counts_.size()];
        const std::uint64_t rest = total - mass_[cut];
        const std::uint64_t last = counts_[cut - 1];
        if (last == 0 && rest != 0) return std::numeric_limits<double>::infinity();
        double groups = 0;  // Σ (mass of a group)·ln(its mean over non-empty bins)
        double last_group = 0;
        std::size_t begin = 0;
        for (std::size_t g = 1; g <= levels_; ++g) {
            const std::size_t end = (g * cut + levels_ - 1) / levels_;
            const std::uint64_t group_mass = mass_[end] - mass_[begin];
            if (group_mass != 0) {
                last_group = logarithms().of(group_mass) - logarithms().of(filled_[end] - filled_[begin]);
                groups += static_cast<double>(group_mass) * last_group;
            }
            begin = end;
        }
        const double sum = entropy_[cut] - logarithms().times(last) + logarithms().times(last + rest) -
                           groups - static_cast<double>(rest) * last_group;
        const auto all = static_cast<double>(total);
        return sum / all + std::log(static_cast<double>(mass_[cut]) / all);
    }

  private:
    static const CountLogarithms& logarithms() {
        static const CountLogarithms table;
        return table;
    }

    std::span<const std::uint64_t> counts_;
    std::size_t levels_;
    std::array<std::uint64_t, MagnitudeHistogram::bins + 1> mass_{};
    std::array<std::uint32_t, MagnitudeHistogram::bins + 1> filled_{};
    std::array<double, MagnitudeHistogram::bins + 1> entropy_{};
};

}  // namespace

float MagnitudeHistogram::entropy_limit(int bits) const {
    constexpr double tie = 1e-12;
    constexpr std::size_t first_cut = 128;
    const std::size_t levels = std::size_t{1} << static_cast<unsigned>(bits - 1);
    if (levels >= bins) return static_cast<float>(abs_max_);
    std::array<std::uint64_t, bins> counts = counts_;
    counts[0] = counts[1];
    const EntropySearch search(counts, levels);
    std::array<double, bins + 1> divergence{};
    double least = std::numeric_limits<double>::infinity();
    const std::size_t first = std::max(first_cut, levels);
    for (std::size_t cut = first; cut <= bins; ++cut) {
        divergence[cut] = search.divergence(cut);
        least = std::min(least, divergence[cut]);
    }
    std::size_t cut = bins;
    while (cut > first && divergence[cut] > least + tie)
        --cut;
    return static_cast<float>(abs_max_ * static_cast<double>(cut) / static_cast<double>(bins));
}

}  // namespace halfstep
