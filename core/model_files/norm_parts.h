// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <span>

namespace halfstep {

// What stands beside the weight of a normalisation is a part of that, though its own name does not tell: the
// bias ("base_net.0.1.bias"), the running mean and variance. Roles must be set.
void find_norm_parts(std::span<TensorInfo> tensors);

}  // namespace halfstep
