// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"
#include "core/quantize/range.h"
#include "core/schemes/scheme.h"
#include "core/schemes/small_floats.h"

#include <cstddef>
#include <span>
#include <vector>

namespace halfstep {

// What one scale unit is quantized with. Codes are chosen by `grid`; reconstructions use `stored_scale`,
// which differs from its scale where gamma is asked for.
struct UnitParameters {
    UnitGrid grid;
    float stored_scale = 0;
    std::vector<float> levels;  // kmeans
};

// The same in the form that the kernels take.

struct UniformUnit {
    float reciprocal = 0;
    float scale = 0;
    float low = 0;
    float high = 0;
};

// See kernels::UniformUnits.
UniformUnit uniform_unit(CodeLimits codes, const UnitGrid& grid, float stored_scale);
// The opposite, for an integer scheme: what a unit's grid was.
UnitGrid grid_of(CodeLimits codes, const UniformUnit& unit);
UniformUnit float_unit(const SmallFloat& format, float scale, float stored_scale);
// The same for an integer, small float or block-scaled scheme.
UniformUnit scaled_unit(const Scheme& scheme, const UnitGrid& grid, float stored_scale);

// The units of a stretch, in arrays that are reused from stretch to stretch.
class UniformUnitArrays {
  public:
    void resize(std::size_t units);
    void set(std::size_t index, const UniformUnit& unit);
    // Of reconstructions; codes stay what they are.
    void set_scales(std::span<const float> scales);
    std::span<const float> scales(std::size_t units) const { return {values_.data() + stride_, units}; }
    kernels::UnitArrays arrays();
    // From unit `first` on.
    kernels::UniformUnits view(std::size_t first, std::size_t elements_per_unit, std::size_t first_offset,
                               bool clips) const;

  private:
    static constexpr std::size_t arrays_ = 5;

    std::size_t stride_ = 0;
    std::vector<float> values_;
};

// `tensor_scale` is that of nvfp4.
kernels::UnitRule unit_rule(const Scheme& scheme, float tensor_scale = 0);

kernels::FloatGrid float_grid(const SmallFloat& format);  // rounding to nearest even, saturating
kernels::LogGrid log_grid(const Scheme& scheme, float chosen_largest, float stored_largest);
void fill_codebook_grid(std::span<const float> levels, kernels::CodebookGrid& grid);

// The scale that keeps Σx² where reconstructions by `scale` have Σx̂² = quantized_squared.
EstimatedGrid gamma_rescaled(const Scheme& scheme, float scale, double values_squared,
                             double quantized_squared);

}  // namespace halfstep
