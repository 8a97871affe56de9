// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/grid.h"

#include "core/schemes/small_floats.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

std::vector<float> integer_levels(const Scheme& scheme, float scale, int zero_point) {
    const int half = 1 << (scheme.bits - 1);
    int lowest = -half;
    if (scheme.symmetry == Symmetry::sym) lowest = 1 - half;
    if (scheme.symmetry == Symmetry::asym) lowest = -zero_point;
    const int count = static_cast<int>(level_count(scheme));
    std::vector<float> levels;
    levels.reserve(level_count(scheme));
    for (int steps = lowest; steps < lowest + count; ++steps)
        levels.push_back(scale * static_cast<float>(steps));
    return levels;
}

std::vector<float> logarithmic_levels(const Scheme& scheme, float scale) {
    const int positive_levels = (1 << (scheme.bits - 1)) - 1;
    const double octaves_a_step = scheme.half_octave ? 0.5 : 1.0;
    std::vector<float> levels = {0.0F};
    for (int below = 0; below < positive_levels; ++below) {
        const auto level =
            static_cast<float>(static_cast<double>(scale) * std::exp2(-below * octaves_a_step));
        levels.insert(levels.end(), {level, -level});
    }
    std::sort(levels.begin(), levels.end());
    return levels;
}

std::vector<float> small_float_levels(const Scheme& scheme, float scale) {
    std::vector<float> levels = unscaled_values(scheme.float_format);
    for (float& level : levels)
        level *= scale;
    return levels;
}

}  // namespace

std::vector<float> grid_levels(const Scheme& scheme, float scale, int zero_point) {
    if (!has_scales(scheme)) return {};
    if (scale == 0) return {0.0F};
    std::vector<float> levels = scheme.family == Family::integer ? integer_levels(scheme, scale, zero_point)
                                : scheme.family == Family::logarithmic ? logarithmic_levels(scheme, scale)
                                                                       : small_float_levels(scheme, scale);
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
    return levels;
}

}  // namespace halfstep
