// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/range.h"
#include "core/schemes/scheme.h"

#include <functional>
#include <span>

namespace halfstep {

// Calls visit with the stored scale and the zero point of every unit of a tensor under an integer scheme, row
// by row and in each row from left to right, some units at a time. Memory does not grow with the tensor, but
// for one grid a row where rows are very long. Throws Error for weights that are not finite, and where the
// scheme cannot be applied.
void visit_unit_grids(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                      const JobContext& job, const std::function<void(std::span<const UnitGrid>)>& visit);

}  // namespace halfstep
