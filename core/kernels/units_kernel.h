// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

// Grids that every scale unit stretches by a scale of its own: x̂ = scale · nearest(x · reciprocal). A
// Rounding says what the grid is: nearest() gives its value next to a position, clamp() what is beyond its
// outermost values. Three ways to find the unit of an element, which differ in nothing else.
namespace halfstep::kernels {
namespace {

template <class V>
struct UnitVectors {
    typename V::Float reciprocal;
    typename V::Float scale;
    typename V::Float low;
    typename V::Float high;
};

template <class V, bool may_clip, class Rounding>
inline void apply_unit(typename V::Float x, const UnitVectors<V>& unit, const Rounding& rounding,
                       typename V::Float& reconstruction, typename V::Mask& clipped) {
    const typename V::Float position = x * unit.reciprocal;
    typename V::Float kept = position;
    if constexpr (may_clip && Rounding::clips) {
        kept = V::min(V::max(position, unit.low), unit.high);
        clipped = position != kept;
    }
    reconstruction = unit.scale * rounding.nearest(kept);
}

// One unit for the whole segment, of whatever length.
template <class V, class Rounding>
class SingleUnit {
  public:
    SingleUnit(const UniformUnits& units, const Rounding& rounding)
        : unit_{V::set(*units.reciprocal), V::set(*units.scale), V::set(*units.low), V::set(*units.high)},
          rounding_(rounding),
          clips_(units.clips) {}

    bool run_clips() const { return Rounding::clips && clips_; }
    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    template <bool may_clip>
    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        apply_unit<V, may_clip>(x, unit_, rounding_, reconstruction, clipped);
    }

  private:
    UnitVectors<V> unit_;
    Rounding rounding_;
    bool clips_;
};

// Units of whole blocks of 16.
template <class V, class Rounding>
class BlockedUnits {
  public:
    BlockedUnits(const UniformUnits& units, const Rounding& rounding)
        : units_(units),
          rounding_(rounding),
          blocks_per_unit_(units.elements_per_unit / lanes),
          blocks_left_((units.elements_per_unit - units.first_offset) / lanes) {}

    // Whether any unit of the next 128 elements clips.
    bool run_clips() const {
        if (!Rounding::clips || !units_.clips) return false;
        std::size_t unit = blocks_left_ == 0 ? at_ + 1 : at_;
        bool clips = units_.clipping[unit] != 0;
        for (std::size_t blocks = blocks_left_ == 0 ? blocks_per_unit_ : blocks_left_;
             blocks < float_sum_elements / lanes; blocks += blocks_per_unit_)
            clips |= units_.clipping[++unit] != 0;
        return clips;
    }

    void begin(std::size_t /*first*/) {
        if (blocks_left_ == 0) {
            ++at_;
            blocks_left_ = blocks_per_unit_;
        }
        --blocks_left_;
    }
    void begin_tail(std::size_t first, std::size_t /*n*/) { begin(first); }

    template <bool may_clip>
    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        const UnitVectors<V> unit{V::set(units_.reciprocal[at_]), V::set(units_.scale[at_]),
                                  V::set(units_.low[at_]), V::set(units_.high[at_])};
        apply_unit<V, may_clip>(x, unit, rounding_, reconstruction, clipped);
    }

  private:
    UniformUnits units_;
    Rounding rounding_;
    std::size_t at_ = 0;
    std::size_t blocks_per_unit_;
    std::size_t blocks_left_;
};

// Units of any length: the 16 elements' parameters are laid out one by one.
template <class V, class Rounding>
class ScatteredUnits {
  public:
    ScatteredUnits(const UniformUnits& units, const Rounding& rounding)
        : units_(units), rounding_(rounding), offset_(units.first_offset) {}

    static bool run_clips() { return Rounding::clips; }
    void begin(std::size_t first) { begin_tail(first, lanes); }
    void begin_tail(std::size_t /*first*/, std::size_t n) {
        for (std::size_t i = 0; i < lanes; ++i) {
            if (i < n && offset_ == units_.elements_per_unit) {
                offset_ = 0;
                ++at_;
            }
            reciprocal_[i] = units_.reciprocal[at_];
            scale_[i] = units_.scale[at_];
            low_[i] = units_.low[at_];
            high_[i] = units_.high[at_];
            if (i < n) ++offset_;
        }
    }

    template <bool may_clip>
    void apply(std::size_t k, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        const std::size_t at = k * V::width;
        const UnitVectors<V> unit{V::load(reciprocal_ + at), V::load(scale_ + at), V::load(low_ + at),
                                  V::load(high_ + at)};
        apply_unit<V, may_clip>(x, unit, rounding_, reconstruction, clipped);
    }

  private:
    UniformUnits units_;
    Rounding rounding_;
    std::size_t at_ = 0;
    std::size_t offset_;
    float reciprocal_[lanes];
    float scale_[lanes];
    float low_[lanes];
    float high_[lanes];
};

template <class V, class Rounding>
inline void measure_units(const Segment& segment, const UniformUnits& units, const Rounding& rounding,
                          SegmentSums* sums) {
    const bool one_unit = units.elements_per_unit - units.first_offset >= segment.n;
    const bool whole_blocks = units.elements_per_unit % lanes == 0 && units.first_offset % lanes == 0;
    if (one_unit) {
        SingleUnit<V, Rounding> quantizer(units, rounding);
        measure_with<V>(segment, quantizer, sums);
    } else if (whole_blocks) {
        BlockedUnits<V, Rounding> quantizer(units, rounding);
        measure_with<V>(segment, quantizer, sums);
    } else {
        ScatteredUnits<V, Rounding> quantizer(units, rounding);
        measure_with<V>(segment, quantizer, sums);
    }
}

template <class V, class Rounding>
inline std::uint64_t reconstruct_units(const float* x, std::size_t n, const UniformUnits& units,
                                       const Rounding& rounding, float* reconstruction, float* clipped) {
    if (units.elements_per_unit - units.first_offset >= n) {
        SingleUnit<V, Rounding> quantizer(units, rounding);
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }
    ScatteredUnits<V, Rounding> quantizer(units, rounding);
    return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
}

}  // namespace
}  // namespace halfstep::kernels
