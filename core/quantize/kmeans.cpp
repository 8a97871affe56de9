// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/kmeans.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace halfstep {
namespace {

// Where the table of splits would outgrow this, the problem is cut in two (below).
constexpr std::size_t most_splits = std::size_t{1} << 23U;

// Clusters of sorted points are intervals. Layer k holds the smallest cost of the first j points in k
// clusters, for every j; the best start of the last cluster does not decrease where j grows.
class IntervalClusters {
  public:
    IntervalClusters(const WeightedPoints& points, const JobContext& job) : job_(job) {
        for (std::size_t i = 0; i < points.value.size(); ++i) {
            if (!value_.empty() && value_.back() == points.value[i]) {
                weight_.back() += points.weight[i];
                continue;
            }
            value_.push_back(points.value[i]);
            weight_.push_back(points.weight[i]);
        }
        // Around the mean, so that prefix sums lose little. What a point's own spread costs is the same
        // whatever the clusters.
        double sum = 0;
        double weight = 0;
        for (std::size_t i = 0; i < value_.size(); ++i) {
            sum += weight_[i] * value_[i];
            weight += weight_[i];
        }
        const double mean = value_.empty() ? 0.0 : sum / weight;
        prefix_.resize(value_.size() + 1);
        for (std::size_t i = 0; i < value_.size(); ++i) {
            const double x = value_[i] - mean;
            prefix_[i + 1] = {prefix_[i].weight + weight_[i], prefix_[i].sum + weight_[i] * x,
                              prefix_[i].squared + weight_[i] * x * x};
        }
    }

    std::vector<double> centres(std::size_t levels) {
        const std::size_t n = value_.size();
        std::vector<std::size_t> ends;
        if (n != 0) cluster(0, n, std::min(levels, n), ends);
        std::vector<double> result;
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            result.push_back(mean_of(begin, end));
            begin = end;
        }
        return result;
    }

  private:
    struct Sums {
        double weight = 0;
        double sum = 0;
        double squared = 0;
    };

    double mean_of(std::size_t begin, std::size_t end) const {
        double sum = 0;
        double weight = 0;
        for (std::size_t i = begin; i < end; ++i) {
            sum += weight_[i] * (value_[i] - value_[begin]);
            weight += weight_[i];
        }
        return value_[begin] + sum / weight;
    }

    // Σ w(x − mean)² of the points [begin, end)
    double cost(std::size_t begin, std::size_t end) const {
        const Sums& a = prefix_[begin];
        const Sums& b = prefix_[end];
        const double sum = b.sum - a.sum;
        return std::max(0.0, b.squared - a.squared - sum * sum / (b.weight - a.weight));
    }

    // One layer: next[j] for first <= j <= last from before[i], first_start <= i <= last_start.
    struct Layer {
        const std::vector<double>& before;
        std::vector<double>& next;
        std::vector<std::uint32_t>& start;  // of the last cluster
        std::size_t origin;                 // of the points; j and i count from it
    };

    void fill(const Layer& layer, std::size_t first, std::size_t last, std::size_t first_start,
              std::size_t last_start) const {
        const std::size_t middle = first + (last - first) / 2;
        double least = std::numeric_limits<double>::infinity();
        std::size_t best = first_start;
        for (std::size_t i = first_start; i <= std::min(last_start, middle - 1); ++i) {
            const double sum = layer.before[i] + cost(layer.origin + i, layer.origin + middle);
            if (sum < least) {
                least = sum;
                best = i;
            }
        }
        layer.next[middle] = least;
        layer.start[middle] = static_cast<std::uint32_t>(best);
        if (first < middle) fill(layer, first, middle - 1, first_start, best);
        if (middle < last) fill(layer, middle + 1, last, best, last_start);
    }

    // Appends the ends of the best `levels` clusters of the points [begin, end).
    void cluster(std::size_t begin, std::size_t end, std::size_t levels, std::vector<std::size_t>& ends) {
        const std::size_t n = end - begin;
        if (levels == 1) {
            ends.push_back(end);
            return;
        }
        const bool keep_all = levels <= most_splits / (n + 1) || levels == 2;
        const std::size_t half = levels / 2;
        std::vector<double> before(n + 1, std::numeric_limits<double>::infinity());
        std::vector<double> next = before;
        std::vector<std::vector<std::uint32_t>> starts(keep_all ? levels + 1 : 1,
                                                       std::vector<std::uint32_t>(n + 1));
        // Too large to keep: only where the path to j passed layer `half`, then both halves by themselves.
        std::vector<std::uint32_t> passed(keep_all ? 0 : n + 1);
        std::vector<std::uint32_t> passed_next = passed;
        for (std::size_t j = 1; j <= n; ++j)
            before[j] = cost(begin, begin + j);
        for (std::size_t k = 2; k <= levels; ++k) {
            job_.throw_if_stopped();
            std::vector<std::uint32_t>& start = starts[keep_all ? k : 0];
            std::fill(next.begin(), next.begin() + static_cast<std::ptrdiff_t>(k),
                      std::numeric_limits<double>::infinity());
            fill({before, next, start, begin}, k, n, k - 1, n - 1);
            before.swap(next);
            if (keep_all || k <= half) continue;
            for (std::size_t j = k; j <= n; ++j)
                passed_next[j] = k == half + 1 ? start[j] : passed[start[j]];
            passed.swap(passed_next);
        }
        if (!keep_all) {
            const std::size_t middle = begin + passed[n];
            starts.clear();
            cluster(begin, middle, half, ends);
            cluster(middle, end, levels - half, ends);
            return;
        }
        const std::size_t first = ends.size();
        std::size_t j = n;
        for (std::size_t k = levels; k >= 2; --k) {
            ends.push_back(begin + j);
            j = starts[k][j];
        }
        ends.push_back(begin + j);
        std::reverse(ends.begin() + static_cast<std::ptrdiff_t>(first), ends.end());
    }

    const JobContext& job_;
    std::vector<double> value_;
    std::vector<double> weight_;
    std::vector<Sums> prefix_;
};

}  // namespace

std::vector<double> optimal_centres(const WeightedPoints& points, std::size_t levels, const JobContext& job) {
    return IntervalClusters(points, job).centres(levels);
}

}  // namespace halfstep
