// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <span>

namespace halfstep {

// Corrects the axes of PyTorch's transposed convolutions, whose weights are [inputs, outputs, kernel...]: the
// length of the bias shows them, or else their name. Roles must be set.
void find_transposed_convolutions(std::span<TensorInfo> tensors);

}  // namespace halfstep
