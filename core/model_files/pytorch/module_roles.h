// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/pytorch/state_dict.h"
#include "core/tensor/tensor_info.h"

namespace halfstep {

// Sets role and axes of a tensor by its name (see assign_role), and by what is known of the module that it
// belongs to, if that was saved whole.
void assign_role(TensorInfo& tensor, const NamedTensor& saved);

}  // namespace halfstep
