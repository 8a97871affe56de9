// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace halfstep {

// Which of a number of equal bins over [low, high] a value is in, exactly as Histogram defines them: the
// edges decide, not the rounding of a division.
class EqualBins {
  public:
    EqualBins(double low, double high, std::size_t bins) : low_(low), high_(high) {
        const double width = (high - low) / static_cast<double>(bins);
        per_width_ = width > 0 ? 1 / width : 0;
        for (std::size_t i = 0; i <= bins; ++i)
            edges_.push_back(low + static_cast<double>(i) * width);
    }

    std::size_t size() const { return edges_.size() - 1; }
    double edge(std::size_t i) const { return edges_[i]; }

    // Of a value in [low, high].
    std::size_t bin(double value) const {
        if (per_width_ == 0) return 0;
        const std::size_t last = size() - 1;
        std::size_t i = std::min(static_cast<std::size_t>((value - low_) * per_width_), last);
        if (i > 0 && value < edges_[i]) --i;
        if (i < last && value >= edges_[i + 1]) ++i;
        return i;
    }

    bool below(double value) const { return value < low_; }
    bool above(double value) const { return value > high_; }

  private:
    double low_;
    double high_;
    double per_width_ = 0;
    std::vector<double> edges_;
};

// Fills a histogram; values that are not finite are left out. `bins` is at least 1.
class BinCounter {
  public:
    BinCounter(double low, double high, std::size_t bins) : bins_(low, high, std::max<std::size_t>(bins, 1)) {
        histogram_.low = low;
        histogram_.high = high;
        histogram_.counts.resize(bins_.size());
    }

    void add(double value) {
        if (!std::isfinite(value)) return;
        if (bins_.below(value))
            ++histogram_.below;
        else if (bins_.above(value))
            ++histogram_.above;
        else
            ++histogram_.counts[bins_.bin(value)];
    }

    const Histogram& histogram() const { return histogram_; }

  private:
    EqualBins bins_;
    Histogram histogram_;
};

// Adds the counts of a histogram with the same bins.
inline void add_counts(Histogram& to, const Histogram& from) {
    for (std::size_t i = 0; i < to.counts.size(); ++i)
        to.counts[i] += from.counts[i];
    to.below += from.below;
    to.above += from.above;
}

}  // namespace halfstep
