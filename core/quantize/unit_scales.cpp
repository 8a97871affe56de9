// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/unit_scales.h"

#include "core/kernels/kernel_table.h"
#include "core/quantize/range.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

using kernels::lanes;

constexpr std::size_t shortest_unit = 16;
constexpr std::size_t longest_unit = 1024;
constexpr int most_bits = 5;

// A power of two near a unit's largest weight: divided by it, no square underflows or overflows.
float norm_of(float largest) {
    return largest > 0 ? std::ldexp(1.0F, std::clamp(std::ilogb(largest), -126, 126)) : 1.0F;
}

// Values of up to 16 units, side by side, times a factor each.
void lay_out(std::span<const float> values, std::size_t unit_elements, const std::array<float, lanes>& factor,
             std::span<float> columns) {
    std::fill(columns.begin(), columns.end(), 0.0F);
    for (std::size_t lane = 0; lane * unit_elements < values.size(); ++lane) {
        const std::span<const float> unit = values.subspan(
            lane * unit_elements, std::min(unit_elements, values.size() - lane * unit_elements));
        for (std::size_t i = 0; i < unit.size(); ++i)
            columns[lanes * i + lane] = unit[i] * factor[lane];
    }
}

}  // namespace

bool UnitScales::suits(const Scheme& scheme, std::size_t unit_elements) {
    return scheme.family == Family::integer && scheme.range == Range::mse &&
           scheme.symmetry != Symmetry::asym && scheme.bits <= most_bits && unit_elements >= shortest_unit &&
           unit_elements <= longest_unit;
}

// Even steps of a quarter of a code at the largest weight (smaller ones where codes are few) while most
// weights are not clipped, then steps that grow with t: units with outliers may be best with only these
// clipped.
void UnitScales::plan_for(const Scheme& scheme) {
    if (!position_.empty() && scheme == planned_) return;
    planned_ = scheme;
    position_.clear();
    step_.clear();
    constexpr double from = 0.5;
    constexpr double even_up_to = 2;
    const double farthest = scheme.bits == 2 ? 25 : scheme.bits == 3 ? 12 : 10;
    const double growth = scheme.bits < most_bits ? 1.09 : 1.05;
    const double step = std::min(0.06, 0.25 / code_limits(scheme).qmax);
    const auto add = [&](double position, double width) {
        position_.push_back(static_cast<float>(position));
        step_.push_back(static_cast<float>(width));
    };
    for (int i = 0; from + i * step < even_up_to; ++i)
        add(from + i * step, step);
    for (double position = even_up_to; position < farthest || position_.size() % 2 != 0; position *= growth)
        add(position, position * (growth - 1));
}

std::span<const float> UnitScales::find(const Scheme& scheme, std::span<const float> values,
                                        std::size_t unit_elements, std::span<const float> lows,
                                        std::span<const float> highs) {
    plan_for(scheme);
    const CodeLimits codes = code_limits(scheme);
    const kernels::ScaleScanPlan plan{position_.data(), step_.data(), position_.size(),
                                      static_cast<float>(codes.qmin), static_cast<float>(codes.qmax)};
    const std::size_t units = (values.size() + unit_elements - 1) / unit_elements;
    columns_.resize(lanes * unit_elements);
    scales_.resize((units + lanes - 1) / lanes * lanes);
    for (std::size_t first = 0; first < units; first += lanes) {
        std::array<float, lanes> unclipped{};
        std::array<float, lanes> norm;
        std::array<float, lanes> factor;
        norm.fill(1);
        factor.fill(1);
        for (std::size_t lane = 0; lane < lanes && first + lane < units; ++lane) {
            const float largest = std::max(highs[first + lane] / plan.high, lows[first + lane] / plan.low);
            norm[lane] = norm_of(largest);
            factor[lane] = 1 / norm[lane];
            unclipped[lane] = largest > 0 ? norm[lane] / largest : 0;
        }
        const std::size_t begin = first * unit_elements;
        lay_out(values.subspan(begin, std::min(lanes * unit_elements, values.size() - begin)), unit_elements,
                factor, columns_);
        std::array<double, lanes> product;
        std::array<double, lanes> square;
        kernels::kernel_table().find_codes(columns_.data(), unit_elements, unclipped.data(), plan,
                                           product.data(), square.data());
        for (std::size_t lane = 0; lane < lanes; ++lane)
            scales_[first + lane] = square[lane] > 0
                                        ? usable_scale(static_cast<float>(product[lane] / square[lane] *
                                                                          static_cast<double>(norm[lane])))
                                        : 0.0F;
    }
    return std::span<const float>(scales_).first(units);
}

}  // namespace halfstep
