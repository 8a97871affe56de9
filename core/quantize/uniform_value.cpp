// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/uniform_value.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

CodedValue quantize_value(const Scheme& integer, const UnitGrid& grid, float x) {
    if (grid.scale == 0) return {};
    const CodeLimits limits = code_limits(integer);
    const float reciprocal = 1.0F / grid.scale;
    const float wanted = std::nearbyint(x * reciprocal) + static_cast<float>(grid.zero_point);
    const float held = std::clamp(wanted, static_cast<float>(limits.qmin), static_cast<float>(limits.qmax));
    const auto code = static_cast<std::int32_t>(held);
    return {code, grid.scale * static_cast<float>(code - grid.zero_point), wanted != held};
}

}  // namespace halfstep
