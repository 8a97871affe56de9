// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/code_trace.h"

#include <span>

// What the traces of formats with scales have in common.
namespace halfstep {

// A scale as it is stored: one number, for nvfp4 two (`tensor_scale` is the other factor). None of a nested
// one (dq), which has no bits of its own.
std::vector<StoredBytes> stored_scale(const Scheme& scheme, float scale, float tensor_scale);

// x/s, by the reciprocal that the engine multiplies with.
float in_steps(const UniformUnit& unit, float weight, TraceSteps& steps);

// The number of the nearest level; half-way between two, the lower one.
std::uint32_t nearest_level(std::span<const float> levels, float position);

// Of small floats, nf4 and block-scaled formats.
std::unique_ptr<CodeTrace> small_float_trace(const Scheme& scheme, const TracedUnit& unit);

}  // namespace halfstep
