// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <span>

namespace halfstep {

// Corrects the axes of GPT-2's projections in Hugging Face's files: its Conv1D layers store [inputs,
// outputs], which shows in the fused projection of h inputs to 3h outputs. Linear layers of the same names
// (GPT-J, StarCoder) are left as they are. Roles must be known.
void find_inputs_first(std::span<TensorInfo> tensors);

}  // namespace halfstep
