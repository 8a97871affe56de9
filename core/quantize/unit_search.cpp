// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/unit_search.h"

#include "core/kernels/kernel_table.h"
#include "core/quantize/range.h"
#include "core/quantize/range_mse.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr std::size_t at_once = ScaleSampler::at_once;
constexpr double growth = 1.1;  // of t from node to node

double nearest_whole(double x) {
    constexpr double shift = 0x1.8p52;
    return (x + shift) - shift;
}

// Few weights can be represented so well, by so narrow a choice of scales, that samples miss it.
bool many_magnitudes(std::span<const float> values) {
    constexpr std::size_t many = 12;
    std::array<float, many> found{};
    std::size_t count = 1;  // zero
    for (const float x : values) {
        const float magnitude = std::fabs(x);
        const auto end = found.begin() + static_cast<std::ptrdiff_t>(count);
        if (std::find(found.begin(), end, magnitude) != end) continue;
        found[count++] = magnitude;
        if (count == many) return true;
    }
    return false;
}

}  // namespace

bool UnitSearch::suits(const Scheme& scheme, std::span<const float> values, const Limits& limits) {
    constexpr std::size_t longest = 65536;
    return scheme.family == Family::integer && scheme.range == Range::mse && scheme.bits <= 8 &&
           values.size() <= longest && limits.abs_max() >= 0x1p-40F && limits.abs_max() <= 0x1p40F &&
           many_magnitudes(values);
}

EstimatedGrid UnitSearch::find(const Scheme& scheme, std::span<const float> values, const Limits& limits) {
    start(scheme, values, limits);
    walk_unclipped();
    if (asymmetric_)
        walk_asymmetric();
    else
        walk_symmetric();
    if (effort_.lattices) look_for_lattice();
    look_closely();
    look_beside(step_ / 3);
    if (effort_.short_unit) look_beside(step_ / 9);
    refit();
    return best_stored(scheme);
}

void UnitSearch::start(const Scheme& scheme, std::span<const float> values, const Limits& limits) {
    const CodeLimits codes = code_limits(scheme);
    asymmetric_ = scheme.symmetry == Symmetry::asym;
    top_ = codes.qmax - codes.qmin;
    bottom_ = codes.qmin;
    values_ = values;
    spread_ = spread_of(values, limits.low, limits.high);
    unclipped_ = asymmetric_ ? top_ / (spread_.max - spread_.min)
                             : 1 / std::max(spread_.max / codes.qmax, spread_.min / codes.qmin);
    sampler_.start(values, spread_, top_);
    nodes_.clear();
    plan(scheme.bits);
}

void UnitSearch::plan(int bits) {
    const double count = spread_.count;
    // The fewer the weights, the more the error varies from one scale to the next.
    const bool short_unit = count < 64;
    effort_.short_unit = short_unit;
    effort_.farthest = bits <= 3 ? 25 : 12;
    effort_.hopeless = bits <= 3 ? 5 : 2.5;
    effort_.tempting = 1.1 + (short_unit ? 10 : 6) / std::sqrt(count);
    effort_.tops = bits > 5 ? ScaleSampler::kept : 2;
    effort_.lattices = bits > 4;
    const double codes_of_mean = short_unit ? (bits > 5 ? 0.05 : 0.09) : count < 256 ? 0.1 : 0.14;
    const double codes_of_largest = short_unit ? 0.45 : 0.6;
    step_ = std::min(codes_of_mean * count / spread_.magnitude,
                     codes_of_largest / std::max(spread_.max, -spread_.min));
}

// The lowest codes that there can be a reason for.
UnitSearch::Lows UnitSearch::lows_at(double t) const {
    if (!asymmetric_) return {bottom_, bottom_};
    const double low = std::max(nearest_whole(spread_.min * t), -top_);
    return {low, std::min(0.0, std::max(low, nearest_whole(spread_.max * t) - top_))};
}

void UnitSearch::walk_unclipped() {
    double t = unclipped_;
    while (t > unclipped_ / 2)
        t /= growth;
    while (t < unclipped_ * 0.99) {
        std::array<ScalePlace, at_once> places;
        for (ScalePlace& place : places) {
            place = {t, lows_at(t).first, step_};
            t *= growth;
        }
        for (const ScaleSample& sample : sampler_.look(places))
            nodes_.push_back({sample.place.t, sample.error, spread_.min});
    }
}

// Σ(x−x̂)² of what is clipped grows with t, and the rest of the error does not grow: far above the least error
// there is nothing to be found beyond.
void UnitSearch::walk_symmetric() {
    for (double t = unclipped_; t < effort_.farthest * unclipped_;) {
        std::array<ScalePlace, at_once> places;
        for (ScalePlace& place : places) {
            place = {t, bottom_, step_};
            t *= growth;
        }
        bool too_far = false;
        for (const ScaleSample& sample : sampler_.look(places)) {
            nodes_.push_back({sample.place.t, sample.error, spread_.min});
            too_far = too_far || sample.error_at_t > effort_.hopeless * sampler_.least();
        }
        if (too_far) break;
    }
}

void UnitSearch::walk_asymmetric() {
    double low_edge = spread_.min;
    double high_edge = spread_.max;
    for (double t = unclipped_; t < effort_.farthest * unclipped_; t *= growth) {
        Lows lows = lows_at(t);
        lows.first = std::max(lows.first, nearest_whole(low_edge * t) - 1);
        lows.last = std::max(lows.first, std::min(lows.last, nearest_whole(high_edge * t) - top_ + 1));
        const ScaleSample best = best_low(t, lows);
        low_edge = best.place.low / t;
        high_edge = (best.place.low + top_) / t;
        nodes_.push_back({t, best.error, low_edge});
        if (best.error_at_t > effort_.hopeless * sampler_.least()) break;
    }
}

ScaleSample UnitSearch::best_low(double t, Lows lows) {
    ScaleSample best;
    for (;;) {
        const double between = std::max(1.0, (lows.last - lows.first) / (at_once - 1));
        std::array<ScalePlace, at_once> places;
        std::size_t count = 0;
        for (std::size_t i = 0; i < at_once; ++i) {
            const double low = nearest_whole(lows.first + static_cast<double>(i) * between);
            if (low <= lows.last) places[count++] = {t, low, step_};
        }
        for (const ScaleSample& sample : sampler_.look(std::span(places).first(count)))
            if (sample.error < best.error) best = sample;
        if (between < 2) return best;
        const double reach = std::floor(between / 2);
        lows = {std::max(lows.first, best.place.low - reach), std::min(lows.last, best.place.low + reach)};
    }
}

void UnitSearch::take_few() {
    constexpr std::size_t few = 32;
    few_.clear();
    for (std::size_t i = 0; i < values_.size() && few_.size() < few; ++i)
        if (values_[i] != 0) few_.push_back(values_[i]);
}

// Weights that are multiples of something have no error where that is the scale: a dip so narrow that it has
// to be looked for. A few of the weights will do.
void UnitSearch::look_for_lattice() {
    constexpr double step_share = 0.3;  // of a code
    constexpr double dip = 0.35;        // of the error to expect
    take_few();
    double squares = 0;
    for (const float x : few_)
        squares += static_cast<double>(x) * static_cast<double>(x);
    const auto few = static_cast<double>(few_.size());
    const double step = step_share * std::sqrt(few / squares);
    const double last = unclipped_ * (1 + 0.5 / top_);
    kernels::ScaleTrials trials{};
    for (double first = last / 2; first < last; first += at_once * step) {
        for (std::size_t j = 0; j < at_once; ++j)
            trials.t[j] = static_cast<float>(first + static_cast<double>(j) * step);
        kernels::ScaleTrialSums sums;
        kernels::kernel_table().try_scales(few_.data(), few_.size(), trials, &sums);
        for (std::size_t j = 0; j < at_once; ++j) {
            const auto t = static_cast<double>(trials.t[j]);
            const auto tilt = static_cast<double>(sums.tilt[j]);
            const auto residual = static_cast<double>(sums.residual[j]);
            const double shift = tilt / std::max(1.0, squares * t * t - 2 * tilt - residual);
            if (residual - shift * tilt >= dip * few / 12) continue;
            sampler_.add({t / (1 + shift), lows_at(t / (1 + shift)).first, step_});
        }
    }
    sampler_.flush();
}

void UnitSearch::look_closely() {
    const double enough = sampler_.least() * effort_.tempting;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i].error <= enough) look_around(i);
    sampler_.flush();
}

void UnitSearch::look_around(std::size_t node) {
    const double t = nodes_[node].t;
    const double factor = std::sqrt(growth);
    const double width = t * factor - t / factor;
    const double count = std::ceil(width / step_);
    const double step = width / count;
    for (double i = 0; i < count; ++i) {
        const double at = t / factor + (i + 0.5) * step;
        const Lows lows = lows_at(at);
        if (lows.first == lows.last) {
            sampler_.add({at, lows.first, step});
            continue;
        }
        const double low = nearest_whole(low_edge_at(at, node) * at - 0.5);
        for (double one = std::max(lows.first, low); one <= std::min(lows.last, low + 1); ++one)
            sampler_.add({at, one, step});
    }
}

double UnitSearch::low_edge_at(double t, std::size_t node) const {
    const Node& near = nodes_[node];
    const Node& other =
        nodes_[t > near.t ? std::min(node + 1, nodes_.size() - 1) : std::max<std::size_t>(node, 1) - 1];
    if (other.t == near.t) return near.low_edge;
    return near.low_edge + (other.low_edge - near.low_edge) * (t - near.t) / (other.t - near.t);
}

void UnitSearch::look_beside(double step) {
    const std::span<const ScaleSample> best = sampler_.best();
    std::array<ScalePlace, ScaleSampler::kept> tops;
    const std::size_t count = std::min(best.size(), effort_.tops);
    std::transform(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), tops.begin(),
                   [](const ScaleSample& sample) { return sample.place; });
    for (const ScalePlace& at : std::span(tops).first(count)) {
        for (const double share : {-2.0, -1.0, 1.0, 2.0})
            sampler_.add({at.t + share * step, at.low, step});
        if (!asymmetric_) continue;
        if (at.low > -top_) sampler_.add({at.t, at.low - 1, at.step});
        if (at.low < 0) sampler_.add({at.t, at.low + 1, at.step});
    }
    sampler_.flush();
}

void UnitSearch::refit() {
    constexpr int rounds = 2;
    for (int round = 0; round < rounds; ++round) {
        const std::span<const ScaleSample> best = sampler_.best();
        std::array<ScalePlace, at_once> places;
        const std::size_t count = std::min(best.size(), at_once);
        for (std::size_t i = 0; i < count; ++i)
            places[i] = {1 / best[i].scale, best[i].place.low, best[i].place.step};
        if (count != 0) sampler_.look(std::span(places).first(count));
    }
}

EstimatedGrid UnitSearch::best_stored(const Scheme& scheme) {
    const std::span<const ScaleSample> best = sampler_.best();
    const std::size_t count =
        scheme.scale_storage != ScaleStorage::s16 ? 1 : std::min<std::size_t>(2, best.size());
    std::array<ScaleCandidate, 2> candidates;
    for (std::size_t i = 0; i < count; ++i) {
        const ScalePlace& place = best[i].place;
        candidates[i] = {best[i].error, place.t, best[i].scale, place.step, {place.low, place.low + top_}};
    }
    const std::vector<EstimatedGrid> grids = stored_grids(scheme, std::span(candidates).first(count));
    if (grids.size() == 1) return grids.front();
    std::array<ScalePlace, at_once> places;
    for (std::size_t i = 0; i < grids.size(); ++i) {
        if (grids[i].scale_lost) return grids[i];
        const double low = asymmetric_ ? -grids[i].grid.zero_point : bottom_;
        places[i] = {1 / static_cast<double>(grids[i].grid.scale), low, step_};
    }
    const std::span<const ScaleSample> found = sampler_.look(std::span(places).first(grids.size()));
    const auto least = std::min_element(
        found.begin(), found.end(),
        [](const ScaleSample& a, const ScaleSample& b) { return a.error_at_t < b.error_at_t; });
    return grids[static_cast<std::size_t>(least - found.begin())];
}

}  // namespace halfstep
