// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/nested_scales.h"
#include "core/quantize/reference_range.h"
#include "core/schemes/small_floats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

namespace halfstep::reference {
namespace {

int steps_per_octave(const Scheme& scheme) {
    return scheme.half_octave ? 2 : 1;
}

// Distinct values with their counts, and the cost of one cluster over a run of them.
class Clusters {
  public:
    explicit Clusters(std::span<const float> values) {
        std::map<float, int> counts;
        for (const float value : values)
            ++counts[value + 0.0F];  // -0 is 0
        for (const auto& [value, count] : counts) {
            const auto x = static_cast<long double>(value);
            sum_.push_back(sum_.back() + x * count);
            squares_.push_back(squares_.back() + x * x * count);
            count_.push_back(count_.back() + count);
        }
    }

    std::size_t size() const { return sum_.size() - 1; }

    double mean(std::size_t first, std::size_t end) const {
        return static_cast<double>((sum_[end] - sum_[first]) / (count_[end] - count_[first]));
    }

    long double cost(std::size_t first, std::size_t end) const {
        const long double sum = sum_[end] - sum_[first];
        const long double spread =
            squares_[end] - squares_[first] - sum * sum / (count_[end] - count_[first]);
        return std::max(spread, 0.0L);
    }

  private:
    std::vector<long double> sum_ = {0};
    std::vector<long double> squares_ = {0};
    std::vector<long double> count_ = {0};
};

}  // namespace

int log_step(const Scheme& scheme, float magnitude) {
    // No float32 is nearer than 1e-8 to a midpoint base^(k+1/2), so a double logarithm decides right.
    return static_cast<int>(
        std::nearbyint(steps_per_octave(scheme) * std::log2(static_cast<double>(magnitude))));
}

float log_level(const Scheme& scheme, int step) {
    const int largest_step = scheme.half_octave ? 255 : 127;
    const double octave = static_cast<double>(std::min(step, largest_step)) / steps_per_octave(scheme);
    return static_cast<float>(std::exp2(octave));
}

LogCode log_code(const Scheme& scheme, float scale, float value) {
    if (scale == 0 || !std::isfinite(scale) || value == 0) return {};
    const int levels = (1 << (scheme.bits - 1)) - 1;
    const int top = log_step(scheme, scale);
    const int step = log_step(scheme, std::fabs(value));
    const int below = std::max(top - step, 0);
    if (below >= levels) return {};
    const double ratio = std::exp2(-static_cast<double>(below) / steps_per_octave(scheme));
    const auto level = static_cast<float>(static_cast<double>(scale) * ratio);
    const int place = levels - below;
    return {value > 0 ? place : -place, value > 0 ? level : -level, step > top};
}

int best_log_step(const Scheme& scheme, std::span<const float> values) {
    int highest = std::numeric_limits<int>::min();
    int lowest = std::numeric_limits<int>::max();
    for (const float value : values) {
        if (value == 0) continue;
        highest = std::max(highest, log_step(scheme, std::fabs(value)));
        lowest = std::min(lowest, log_step(scheme, std::fabs(value)));
    }
    int best = highest;
    double smallest = std::numeric_limits<double>::infinity();
    for (int step = highest; step >= lowest; --step) {
        double error = 0;
        for (const float value : values) {
            const double difference =
                static_cast<double>(value) -
                static_cast<double>(log_code(scheme, log_level(scheme, step), value).reconstruction);
            error += difference * difference;
        }
        if (error >= smallest) continue;
        smallest = error;
        best = step;
    }
    return best;
}

float nearest_magnitude(FloatFormat format, float magnitude) {
    const std::vector<float> values = magnitudes(small_float(format));
    std::size_t best = 0;
    for (std::size_t i = 1; i < values.size(); ++i) {
        const float distance = std::fabs(values[i] - magnitude);
        const float least = std::fabs(values[best] - magnitude);
        if (distance < least || (distance == least && i % 2 == 0)) best = i;
    }
    return values[best];
}

void nest(std::vector<float>& scales) {
    if (scales.empty()) return;
    const double sum = std::accumulate(scales.begin(), scales.end(), 0.0);
    const auto mean = static_cast<float>(sum / static_cast<double>(scales.size()));
    for (std::size_t first = 0; first < scales.size(); first += 256) {
        const std::size_t end = std::min(first + 256, scales.size());
        float largest = 0;
        for (std::size_t i = first; i < end; ++i)
            largest = std::max(largest, std::fabs(scales[i] - mean));
        for (std::size_t i = first; i < end; ++i) {
            const double wanted = largest == 0 ? 0.0 : static_cast<double>((scales[i] - mean) / largest);
            const auto nearest = std::ranges::min_element(dynamic_map(), {}, [wanted](float value) {
                return std::fabs(static_cast<double>(value) - wanted);
            });
            scales[i] = *nearest * largest + mean;
        }
    }
}

std::vector<double> kmeans_centres(std::span<const float> values, std::size_t levels) {
    const Clusters clusters(values);
    const std::size_t n = clusters.size();
    levels = std::min(levels, n);
    constexpr long double infinite = std::numeric_limits<long double>::infinity();
    // least[end]: the smallest cost of the first `end` values in the clusters so far; first[k][end]: where
    // the last of k + 1 clusters begins.
    std::vector<long double> least(n + 1, infinite);
    least[0] = 0;
    std::vector<std::vector<std::size_t>> first(levels, std::vector<std::size_t>(n + 1, 0));
    for (std::size_t k = 0; k < levels; ++k) {
        std::vector<long double> next(n + 1, infinite);
        for (std::size_t end = k + 1; end <= n; ++end)
            for (std::size_t start = k; start < end; ++start) {
                const long double cost = least[start] + clusters.cost(start, end);
                if (cost >= next[end]) continue;
                next[end] = cost;
                first[k][end] = start;
            }
        least = next;
    }
    std::vector<double> centres(levels);
    std::size_t end = n;
    for (std::size_t k = levels; k-- > 0;) {
        const std::size_t start = first[k][end];
        centres[k] = clusters.mean(start, end);
        end = start;
    }
    return centres;
}

}  // namespace halfstep::reference
