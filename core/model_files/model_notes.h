// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/tensor/tensor_info.h"

#include <vector>

namespace halfstep {

// What a user should know about a model that opened well: tensors that are listed but not measured, empty
// ones, an output head that is not stored. One note for each kind, however many tensors it concerns.
// `says_tied` is whether the model's configuration says that its head is its token embedding.
std::vector<Issue> notes_on(const std::vector<TensorInfo>& tensors, bool says_tied);

}  // namespace halfstep
