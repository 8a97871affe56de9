// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Parts of the plain reference (reference.h): ranges and codebooks found the long way, sharing nothing with
// the fast estimators. Values are finite; units are small.
namespace halfstep::reference {

struct Limits {
    float low = 0;
    float high = 0;
};

// The limits that the scheme's range gives to a unit, by the rules in range.h; not for mse.
Limits limits_of(const Scheme& scheme, std::span<const float> values);

// The scale (and zero-point) with the smallest squared error, by trying every interval of scales between two
// at which some code changes. Throws Error where there are too many to try.
struct BestGrid {
    double scale = 0;
    std::int32_t zero_point = 0;
};
BestGrid best_integer_grid(const Scheme& scheme, std::span<const float> values);

// The same for a small float format (not NF4).
double best_float_scale(const Scheme& scheme, std::span<const float> values);

// round(log_base(magnitude)) with the scheme's base; magnitude > 0.
int log_step(const Scheme& scheme, float magnitude);

// base^step as float32, at most the largest such power that float32 holds.
float log_level(const Scheme& scheme, int step);

// The step of the largest level with the smallest squared error.
int best_log_step(const Scheme& scheme, std::span<const float> values);

// What one value becomes in a log scheme whose largest level is `scale`.
struct LogCode {
    std::int32_t code = 0;  // sign times the level's place, counted from the smallest positive level as 1
    float reconstruction = 0;
    bool clipped = false;
};
LogCode log_code(const Scheme& scheme, float scale, float value);

// The nearest value of a small float format to a magnitude within it, ties to the even place.
float nearest_magnitude(FloatFormat format, float magnitude);

// The scales of a tensor as they are read back once they are nested (see nested_scales.h).
void nest(std::vector<float>& scales);

// The exact 1-D k-means optimum in O(levels·n²).
std::vector<double> kmeans_centres(std::span<const float> values, std::size_t levels);

}  // namespace halfstep::reference
