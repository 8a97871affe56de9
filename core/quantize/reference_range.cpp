// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/reference_range.h"

#include "core/base/error.h"
#include "core/schemes/small_floats.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace halfstep::reference {
namespace {

float largest_magnitude(std::span<const float> values) {
    float largest = 0;
    for (const float value : values)
        largest = std::max(largest, std::fabs(value));
    return largest;
}

// numpy.percentile with its default, linear interpolation.
float percentile(std::vector<double> values, double percent) {
    std::sort(values.begin(), values.end());
    const double position = static_cast<double>(values.size() - 1) * (percent / 100);
    const auto index = static_cast<std::size_t>(position);
    if (index + 1 >= values.size()) return static_cast<float>(values.back());
    const double t = position - static_cast<double>(index);
    const double a = values[index];
    const double b = values[index + 1];
    return static_cast<float>(t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t));
}

// --- kl ---

constexpr int bin_count = 2048;
using Bins = std::array<double, bin_count>;

Bins magnitude_histogram(std::span<const float> values, double largest) {
    Bins bins{};
    for (const float value : values) {
        const double position = std::fabs(static_cast<double>(value)) * bin_count / largest;
        bins[static_cast<std::size_t>(std::min(bin_count - 1, static_cast<int>(position)))] += 1;
    }
    bins[0] = bins[1];
    return bins;
}

// The first `kept` bins spread over `groups` codes: each non-empty bin gets its group's mean.
std::vector<double> spread_over_codes(const Bins& bins, int kept, int groups) {
    std::vector<double> mass(static_cast<std::size_t>(groups));
    std::vector<double> non_empty(static_cast<std::size_t>(groups));
    const auto group_of = [&](int bin) { return static_cast<std::size_t>(bin * groups / kept); };
    for (int j = 0; j < kept; ++j) {
        const double count = bins[static_cast<std::size_t>(j)];
        mass[group_of(j)] += count;
        non_empty[group_of(j)] += count > 0 ? 1 : 0;
    }
    std::vector<double> spread(static_cast<std::size_t>(kept));
    for (int j = 0; j < kept; ++j)
        if (bins[static_cast<std::size_t>(j)] > 0)
            spread[static_cast<std::size_t>(j)] = mass[group_of(j)] / non_empty[group_of(j)];
    return spread;
}

double sum(std::span<const double> values) {
    double total = 0;
    for (const double value : values)
        total += value;
    return total;
}

double divergence(const Bins& bins, int kept, int groups) {
    const auto all = std::span<const double>(bins);
    std::vector<double> p(all.begin(), all.begin() + kept);
    p.back() += sum(all.subspan(static_cast<std::size_t>(kept)));
    const std::vector<double> q = spread_over_codes(bins, kept, groups);
    const double p_total = sum(p);
    const double q_total = sum(q);
    double total = 0;
    for (std::size_t j = 0; j < p.size(); ++j) {
        if (p[j] == 0) continue;
        if (q[j] == 0) return std::numeric_limits<double>::infinity();
        total += p[j] / p_total * std::log((p[j] / p_total) / (q[j] / q_total));
    }
    return total;
}

float entropy_limit(const Scheme& scheme, std::span<const float> values) {
    constexpr int first_candidate = 128;
    constexpr double tie = 1e-12;
    const float largest = largest_magnitude(values);
    const int groups = 1 << (scheme.bits - 1);
    if (largest == 0 || groups >= bin_count) return largest;
    const Bins bins = magnitude_histogram(values, largest);
    const int first = std::max(first_candidate, groups);
    std::vector<double> divergences;
    for (int kept = first; kept <= bin_count; ++kept)
        divergences.push_back(divergence(bins, kept, groups));
    const double smallest = *std::min_element(divergences.begin(), divergences.end());
    int best = bin_count;
    while (divergences[static_cast<std::size_t>(best - first)] > smallest + tie)
        --best;
    return static_cast<float>(static_cast<double>(largest) * best / bin_count);
}

// --- mse ---

constexpr double most_breakpoints = 3e7;

// From `scale` downwards, a weight of this magnitude has a code of magnitude `code` instead of `code_before`.
struct Breakpoint {
    double scale;
    double magnitude;
    double code;
    double code_before;
};

std::vector<Breakpoint> breakpoints(std::span<const float> values, int most_negative, int most_positive) {
    std::vector<Breakpoint> points;
    for (const float value : values) {
        const double magnitude = std::fabs(static_cast<double>(value));
        const int most = value > 0 ? most_positive : most_negative;
        for (int code = 1; magnitude > 0 && code <= most; ++code)
            points.push_back({magnitude / (code - 0.5), magnitude, static_cast<double>(code), code - 1.0});
    }
    return points;
}

struct BestScale {
    long double error = 0;
    double scale = 0;
};

// No scale above `largest`. Between two breakpoints all codes are fixed, and Σ(|x| −
// s·|q|)² is smallest at s = Σ|x||q|/Σq², or at the end of the interval next to it.
BestScale best_scale(std::span<const float> values, std::vector<Breakpoint> points,
                     double largest = std::numeric_limits<double>::infinity()) {
    std::sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.scale > b.scale; });
    long double squares = 0;
    for (const float value : values)
        squares += static_cast<long double>(value) * static_cast<long double>(value);
    BestScale best = {squares, points.empty() ? 0.0 : points.front().scale};
    long double products = 0;
    long double code_squares = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto code = static_cast<long double>(points[i].code);
        const auto before = static_cast<long double>(points[i].code_before);
        products += static_cast<long double>(points[i].magnitude) * (code - before);
        code_squares += code * code - before * before;
        const double lowest = i + 1 < points.size() ? points[i + 1].scale : 0.0;
        const double scale =
            std::clamp(static_cast<double>(products / code_squares), lowest, points[i].scale);
        const auto s = static_cast<long double>(scale);
        const long double error = squares - 2 * s * products + s * s * code_squares;
        if (error < best.error && scale <= largest) best = {error, scale};
    }
    return best;
}

// Codes from -most_negative to most_positive.
BestScale best_scale(std::span<const float> values, int most_negative, int most_positive) {
    return best_scale(values, breakpoints(values, most_negative, most_positive));
}

}  // namespace

double best_float_scale(const Scheme& scheme, std::span<const float> values) {
    const std::vector<float> codes = magnitudes(small_float(scheme.float_format));
    std::vector<Breakpoint> points;
    for (const float value : values) {
        const double magnitude = std::fabs(static_cast<double>(value));
        for (std::size_t i = 1; magnitude > 0 && i < codes.size(); ++i) {
            const auto code = static_cast<double>(codes[i]);
            const auto before = static_cast<double>(codes[i - 1]);
            points.push_back({magnitude / ((code + before) / 2), magnitude, code, before});
        }
    }
    // Above twice the scale that clips nothing, all values are also values of half the scale.
    const double unclipped =
        static_cast<double>(largest_magnitude(values)) / static_cast<double>(codes.back());
    return best_scale(values, std::move(points), 2 * unclipped).scale;
}

Limits limits_of(const Scheme& scheme, std::span<const float> values) {
    if (values.empty()) return {};
    Limits limits = {values[0], values[0]};
    for (const float value : values)
        limits = {std::min(limits.low, value), std::max(limits.high, value)};
    const auto cut_to = [&limits](float low, float high) {
        return Limits{std::clamp(limits.low, low, high), std::clamp(limits.high, low, high)};
    };
    switch (scheme.range) {
        case Range::minmax:
        case Range::mse:
            break;
        case Range::clip:
            return cut_to(scheme.clip_low, scheme.clip_high);
        case Range::kl: {
            const float limit = entropy_limit(scheme, values);
            return cut_to(-limit, limit);
        }
        case Range::percentile: {
            std::vector<double> sample(values.begin(), values.end());
            if (scheme.symmetry == Symmetry::asym) {
                const double tail = (100 - scheme.percentile) / 2;
                return {percentile(sample, tail), percentile(sample, 100 - tail)};
            }
            for (double& value : sample)
                value = std::fabs(value);
            const float limit = percentile(sample, scheme.percentile);
            return cut_to(-limit, limit);
        }
    }
    return limits;
}

BestGrid best_integer_grid(const Scheme& scheme, std::span<const float> values) {
    const int half = 1 << (scheme.bits - 1);
    const bool free_zero_point = scheme.symmetry == Symmetry::asym;
    const double most = static_cast<double>(values.size()) * half * (free_zero_point ? 4.0 * half : 1.0);
    if (most > most_breakpoints) throw Error("too much for the plain search of the best scale");
    if (scheme.symmetry == Symmetry::sym) return {best_scale(values, half - 1, half - 1).scale, 0};
    if (scheme.symmetry == Symmetry::symfull) return {best_scale(values, half, half - 1).scale, 0};
    BestGrid best;
    long double smallest = std::numeric_limits<long double>::infinity();
    for (int zero_point = 0; zero_point < 2 * half; ++zero_point) {
        const BestScale candidate = best_scale(values, zero_point, 2 * half - 1 - zero_point);
        if (candidate.error >= smallest) continue;
        smallest = candidate.error;
        best = {candidate.scale, zero_point};
    }
    return best;
}

}  // namespace halfstep::reference
