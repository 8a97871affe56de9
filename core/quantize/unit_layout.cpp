// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/unit_layout.h"

namespace halfstep {
namespace {

bool has_units(const Scheme& scheme) {
    return has_scales(scheme) || scheme.family == Family::kmeans;
}

}  // namespace

UnitLayout unit_layout(const Scheme& scheme, MatrixShape shape) {
    const bool one_unit =
        has_units(scheme) ? scheme.granularity == Granularity::tensor : scheme.family != Family::ggml;
    UnitLayout layout;
    layout.flat = one_unit;
    layout.rows = one_unit ? 1 : shape.channels;
    layout.row_elements = one_unit ? shape.channels * shape.inputs : shape.inputs;
    layout.unit_elements = layout.row_elements;
    if (scheme.family == Family::ggml)
        layout.unit_elements = traits(scheme.block_type).block_elements;
    else if (!one_unit && scheme.granularity == Granularity::group)
        layout.unit_elements = std::min<std::uint64_t>(scheme.group_size, shape.inputs);
    return layout;
}

}  // namespace halfstep
