// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/lanes_kernel.h"

// Integer formats. Codes stay floats from which zero_point is already taken: whole numbers far below 2^24
// are exact, and a huge x/s saturates where an integer would overflow.
namespace halfstep::kernels {
namespace {

template <class V>
inline void apply_uniform(typename V::Float x, typename V::Float reciprocal, typename V::Float scale,
                          typename V::Float low, typename V::Float high, typename V::Float& reconstruction,
                          typename V::Mask& clipped) {
    const typename V::Float code = V::round_even(x * reciprocal);
    const typename V::Float kept = V::min(V::max(code, low), high);
    clipped = code != kept;
    reconstruction = scale * kept;
}

// Units are whole blocks of 16 (or there is only one).
template <class V>
class BlockedUniform {
  public:
    explicit BlockedUniform(const UniformUnits& units)
        : unit_(units.unit),
          blocks_per_unit_(units.elements_per_unit / lanes),
          blocks_left_((units.elements_per_unit - units.first_offset) / lanes) {
        load(*unit_);
    }

    // One unit for the whole segment, of whatever length.
    explicit BlockedUniform(const UniformUnit& unit)
        : unit_(&unit), blocks_per_unit_(SIZE_MAX), blocks_left_(SIZE_MAX) {
        load(unit);
    }

    void begin(std::size_t /*first*/) {
        if (blocks_left_ == 0) {
            load(*++unit_);
            blocks_left_ = blocks_per_unit_;
        }
        --blocks_left_;
    }
    void begin_tail(std::size_t first, std::size_t /*n*/) { begin(first); }

    void apply(std::size_t /*k*/, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        apply_uniform<V>(x, reciprocal_, scale_, low_, high_, reconstruction, clipped);
    }

  private:
    void load(const UniformUnit& unit) {
        reciprocal_ = V::set(unit.reciprocal);
        scale_ = V::set(unit.scale);
        low_ = V::set(unit.low);
        high_ = V::set(unit.high);
    }

    const UniformUnit* unit_;
    std::size_t blocks_per_unit_;
    std::size_t blocks_left_;
    typename V::Float reciprocal_;
    typename V::Float scale_;
    typename V::Float low_;
    typename V::Float high_;
};

// Units of any length: the 16 elements' parameters are laid out one by one.
template <class V>
class ScatteredUniform {
  public:
    explicit ScatteredUniform(const UniformUnits& units) : units_(units), offset_(units.first_offset) {}

    void begin(std::size_t first) { begin_tail(first, lanes); }
    void begin_tail(std::size_t /*first*/, std::size_t n) {
        for (std::size_t i = 0; i < lanes; ++i) {
            if (i < n && offset_ == units_.elements_per_unit) {
                offset_ = 0;
                ++units_.unit;
            }
            reciprocal_[i] = units_.unit->reciprocal;
            scale_[i] = units_.unit->scale;
            low_[i] = units_.unit->low;
            high_[i] = units_.unit->high;
            if (i < n) ++offset_;
        }
    }

    void apply(std::size_t k, typename V::Float x, typename V::Float& reconstruction,
               typename V::Mask& clipped) const {
        const std::size_t at = k * V::width;
        apply_uniform<V>(x, V::load(reciprocal_ + at), V::load(scale_ + at), V::load(low_ + at),
                         V::load(high_ + at), reconstruction, clipped);
    }

  private:
    UniformUnits units_;
    std::size_t offset_;
    float reciprocal_[lanes];
    float scale_[lanes];
    float low_[lanes];
    float high_[lanes];
};

template <class V>
struct UniformKernel {
    [[gnu::flatten]] static void measure(const float* x, std::size_t n, bool all_finite,
                                         const UniformUnits& units, SegmentSums* sums) {
        if (units.elements_per_unit - units.first_offset >= n) {
            BlockedUniform<V> quantizer(*units.unit);
            measure_with<V>(x, n, all_finite, quantizer, sums);
        } else if (whole_blocks(units)) {
            BlockedUniform<V> quantizer(units);
            measure_with<V>(x, n, all_finite, quantizer, sums);
        } else {
            ScatteredUniform<V> quantizer(units);
            measure_with<V>(x, n, all_finite, quantizer, sums);
        }
    }

    [[gnu::flatten]] static std::uint64_t reconstruct(const float* x, std::size_t n,
                                                      const UniformUnits& units, float* reconstruction,
                                                      float* clipped) {
        if (units.elements_per_unit - units.first_offset >= n) {
            BlockedUniform<V> quantizer(*units.unit);
            return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
        }
        if (whole_blocks(units)) {
            BlockedUniform<V> quantizer(units);
            return reconstruct_with<V>(x, n, quantizer, reconstruction, clipped);
        }
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
