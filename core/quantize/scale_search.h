// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace halfstep {

// The search for the scale s that minimises Σ w(x − s·k)², k = clamp(round(x/s), lo, hi).
//
// Write t = 1/s. A code changes only at t = (j − 1/2)/|x|, so that between two such events the codes are
// fixed, A = Σ w·x·k and B = Σ w·k² are constants, the best scale for these codes is A/B and its error
// Σ w·x² − A²/B. The smallest of these errors is the true minimum. A scan sorts the events of an interval of
// t into equal bins, which makes A and B exact at the edges of the bins, for about 2 ns an event; the best
// edges are then scanned again in finer bins until bins hold single events.

// The codes less the zero-point.
struct CodeWindow {
    double lo = 0;
    double hi = 0;
};

// Points with weights, or (weights empty) plain values.
struct ScalePoints {
    std::span<const float> plain;
    std::span<const double> values;
    std::span<const double> weights;

    std::size_t size() const { return plain.empty() ? values.size() : plain.size(); }
    double value(std::size_t i) const { return plain.empty() ? values[i] : static_cast<double>(plain[i]); }
    double weight(std::size_t i) const { return plain.empty() ? weights[i] : 1.0; }
    ScalePoints part(std::size_t first, std::size_t count) const {
        if (!plain.empty()) return {plain.subspan(first, count), {}, {}};
        return {{}, values.subspan(first, count), weights.subspan(first, count)};
    }
};

// What the codes of some t come to.
struct CodeSums {
    double product = 0;  // A = Σ w·x·k
    double square = 0;   // B = Σ w·k²
};

// One interval of t, in bins.
class ScaleScan {
  public:
    struct Interval {
        double from = 0;  // of t
        double to = 0;
        std::size_t bins = 1;

        double bin_width() const { return (to - from) / static_cast<double>(bins); }
    };

    // With a quantum, a power of two, |x| is rounded to multiples of it: then sums over many values are
    // exact, whatever the order.
    void start(const Interval& interval, const CodeWindow& window, double quantum = 0);
    void add(const ScalePoints& points);
    // Adds the sums of a scan of the same interval.
    void merge(const ScaleScan& other);

    const Interval& interval() const { return interval_; }
    const CodeWindow& window() const { return window_; }

    // Calls visit(t, sums) for both ends of every bin, ascending.
    template <class Visit>
    void visit_edges(Visit visit) const {
        const double width = interval_.bin_width();
        CodeSums sums{static_cast<double>(base_product_), static_cast<double>(base_square_)};
        for (std::size_t i = 0; i <= interval_.bins; ++i) {
            sums.product += bins_[i].product;
            sums.square += bins_[i].square;
            visit(interval_.from + static_cast<double>(i) * width, sums);
        }
    }

  private:
    template <class Points>
    void add_each(const Points& points);
    bool few_codes() const;
    void add_few_codes(std::span<const float> values);

    Interval interval_;
    CodeWindow window_;
    double per_t_ = 0;  // bins per unit of t
    double shift_ = 0;  // added and taken away it rounds to the quantum
    long double base_product_ = 0;
    long double base_square_ = 0;
    std::vector<CodeSums> bins_;  // between two that take what lies before and after the interval
};

// A scale worth looking at closely.
struct ScaleCandidate {
    double error = std::numeric_limits<double>::infinity();  // Σ w(x − x̂)²
    double t = 0;                                            // where its codes were found
    double scale = 0;                                        // the best for these codes
    double bin_width = 0;
    CodeWindow window;
};

// The few best candidates, no two from neighbouring bins.
class BestCandidates {
  public:
    static constexpr std::size_t capacity = 24;

    explicit BestCandidates(std::size_t keep) : keep_(keep) {}
    void offer(const ScaleCandidate& candidate);
    double worst() const {
        return count_ < keep_ ? std::numeric_limits<double>::infinity() : list_[count_ - 1].error;
    }
    std::span<const ScaleCandidate> list() const { return {list_.data(), count_}; }

  private:
    std::array<ScaleCandidate, capacity + 1> list_;
    std::size_t count_ = 0;
    std::size_t keep_;
};

// The error of the best storable scale for given codes, and that scale.
struct BestScale {
    double error = 0;
    double scale = 0;
};
BestScale best_scale(const CodeSums& sums, double value_squared, ScaleStorage storage);

// Offers every edge of a scan.
void offer_edges(const ScaleScan& scan, double value_squared, ScaleStorage storage, BestCandidates& best);

}  // namespace halfstep
