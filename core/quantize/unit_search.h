// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/range_limits.h"
#include "core/quantize/scale_sampler.h"

#include <cstddef>
#include <span>
#include <vector>

namespace halfstep {

struct EstimatedGrid;

// The mse range of one unit held in memory, for integer schemes of up to 8 bits: the error is sampled over
// the scale (asym: and the zero-point) instead of followed from event to event as search_scales does.
//
// Samples a few per cent apart tell where the error is small at all; there it is sampled so densely that the
// codes of most weights do not change from one sample to the next; the best samples are then moved to the
// best scale for their codes until nothing changes.
class UnitSearch {
  public:
    static bool suits(const Scheme& scheme, std::span<const float> values, const Limits& limits);

    // The best grid as it is stored. `values` are finite, and `limits` theirs.
    EstimatedGrid find(const Scheme& scheme, std::span<const float> values, const Limits& limits);

  private:
    struct Node {
        double t = 0;
        double error = 0;
        double low_edge = 0;  // asym: the smallest weight not clipped
    };
    struct Lows {
        double first = 0;
        double last = 0;
    };

    void start(const Scheme& scheme, std::span<const float> values, const Limits& limits);
    void plan(int bits);
    Lows lows_at(double t) const;
    void walk_unclipped();
    void walk_symmetric();
    void walk_asymmetric();
    ScaleSample best_low(double t, Lows lows);
    void look_for_lattice();
    void take_few();
    void look_closely();
    void look_around(std::size_t node);
    double low_edge_at(double t, std::size_t node) const;
    void look_beside(double step);
    void refit();
    EstimatedGrid best_stored(const Scheme& scheme);

    // How thoroughly to look.
    struct Effort {
        bool short_unit = false;
        double farthest = 0;    // largest t, times the one that clips nothing
        double hopeless = 0;    // error, times the least one, from which on no larger t is looked at
        double tempting = 0;    // error, times the least one, up to which to look closely
        std::size_t tops = 0;   // samples to look beside of
        bool lattices = false;  // whether codes are so many that a lattice may be overlooked
    };

    Effort effort_;
    bool asymmetric_ = false;
    double top_ = 0;     // codes less the zero-point span this
    double bottom_ = 0;  // symmetric: the lowest code
    std::span<const float> values_;
    UnitSpread spread_;
    double unclipped_ = 0;  // the largest t that clips nothing
    double step_ = 0;       // of t, where it is looked closely
    ScaleSampler sampler_;
    std::vector<float> few_;  // some of the weights that are not 0
    std::vector<Node> nodes_;
};

}  // namespace halfstep
