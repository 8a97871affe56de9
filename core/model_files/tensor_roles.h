// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

namespace halfstep {

// Works out from a tensor's name, shape and dtype what it does in its network: sets role, block,
// channel_axis, input_axis and quantizable. Knows the names of Hugging Face models, GGUF files and llama2.c;
// a weight that it does not know counts as dense or, by its rank, as a convolution.
void assign_role(TensorInfo& tensor);

}  // namespace halfstep
