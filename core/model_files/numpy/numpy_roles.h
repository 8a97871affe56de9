// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/tensor/tensor_info.h"

#include <span>
#include <vector>

namespace halfstep {

// Corrects roles and axes that assign_role found by the names that arrays have in NumPy files: weights that
// Keras and Flax call "kernel", and Keras's numbered variables ("layers/dense/vars/0"), have their outputs on
// the last axis; short names say by their last letters what they are ("enc_w_ih", "fc_b"). NumPy itself says
// nothing about axes: a note says which one is taken for the outputs where nothing else tells.
void find_numpy_roles(std::span<TensorInfo> tensors, std::vector<Issue>& issues);

}  // namespace halfstep
