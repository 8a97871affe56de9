// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <span>

namespace halfstep {

// The tensor to begin with: the first quantizable one of a block, which says more than an embedding; else the
// first that is quantizable; that can be measured at all; the first. -1 where there is none.
int firstTensor(std::span<const TensorInfo> tensors);

}  // namespace halfstep
