// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

// Integer formats. Codes stay floats from which zero_point is already taken: whole numbers far below 2^24
// are exact, and a huge x/s saturates where an integer would overflow.
namespace halfstep::kernels {
namespace {

// Added and taken away it rounds |x| < 2^22 to a whole number, ties to even.
inline constexpr float rounder = 0x1.8p23F;

template <class V, bool may_clip>
inline void apply_uniform(typename V::Float x, typename V::Float reciprocal, typename V::Float scale,
                          typename V::Float low, typename V::Float high, typename V::Float& reconstruction,
                          typename V::Mask& clipped) {
    const typename V::Float position = x * reciprocal;
    typename V::Float kept = position;
    if constexpr (may_clip) {
        kept = V::min(V::max(position, low), high);
        clipped = position != kept;
    }
    reconstruction = scale * ((kept + V::set(rounder)) - V::set(rounder));
}

// One unit for the whole segment, of whatever length.
template <class V>
class SingleUniform {
  public:
    explicit SingleUniform(const UniformUnits& units)
        : reciprocal_(V::set(*units.reciprocal)),
          scale_(V::set(*units.scale)),
          low_(V::set(*units.low)),
          high_(V::set(*units.high)),
          clips_(units.clips) {}

    bool run_clips() const { return clips_; }
    void begin(std::size_t /*first*/) {}
    void begin_tail(std::size_t /*first*/, std::size_t /*n*/) {}

    template <bool may_clip>
    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        apply_uniform<V, may_clip>(x, reciprocal_, scale_, low_, high_, reconstruction, clipped);
    }

  private:
    typename V::Float reciprocal_;
    typename V::Float scale_;
    typename V::Float low_;
    typename V::Float high_;
    bool clips_;
};

// Units of whole blocks of 16.
template <class V>
class BlockedUniform {
  public:
    explicit BlockedUniform(const UniformUnits& units)
        : units_(units),
          blocks_per_unit_(units.elements_per_unit / lanes),
          blocks_left_((units.elements_per_unit - units.first_offset) / lanes) {}

    // Whether any unit of the next 128 elements clips.
    bool run_clips() const {
        if (!units_.clips) return false;
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
        apply_uniform<V, may_clip>(x, V::set(units_.reciprocal[at_]), V::set(units_.scale[at_]),
                                   V::set(units_.low[at_]), V::set(units_.high[at_]), reconstruction,
                                   clipped);
    }

  private:
    UniformUnits units_;
    std::size_t at_ = 0;
    std::size_t blocks_per_unit_;
    std::size_t blocks_left_;
};

// Units of any length: the 16 elements' parameters are laid out one by one.
template <class V>
class ScatteredUniform {
  public:
    explicit ScatteredUniform(const UniformUnits& units) : units_(units), offset_(units.first_offset) {}

    static bool run_clips() { return true; }
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
        apply_uniform<V, may_clip>(x, V::load(reciprocal_ + at), V::load(scale_ + at), V::load(low_ + at),
                                   V::load(high_ + at), reconstruction, clipped);
    }

  private:
    UniformUnits units_;
    std::size_t at_ = 0;
    std::size_t offset_;
    float reciprocal_[lanes];
    float scale_[lanes];
    float low_[lanes];
    float high_[lanes];
};

template <class V>
struct UniformKernel {
    [[gnu::flatten]] static void measure(const Segment& segment, const UniformUnits& units,
                                         SegmentSums* sums) {
        const bool one_unit = units.elements_per_unit - units.first_offset >= segment.n;
        if (one_unit)
            measure_as<V, SingleUniform<V>>(segment, units, sums);
        else if (whole_blocks(units))
            measure_as<V, BlockedUniform<V>>(segment, units, sums);
        else
            measure_as<V, ScatteredUniform<V>>(segment, units, sums);
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n,
                                                      const UniformUnits& units, float* reconstruction,
                                                      float* clipped) {
        ScatteredUniform<V> quantizer(units);
        return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
    }

  private:
    static bool whole_blocks(const UniformUnits& units) {
        return units.elements_per_unit % lanes == 0 && units.first_offset % lanes == 0;
    }
};

}  // namespace
}  // namespace halfstep::kernels
