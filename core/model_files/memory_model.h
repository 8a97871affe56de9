// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace halfstep {

// A matrix of weights that no file holds: made by a formula, or trained a moment ago.
struct MemoryTensor {
    std::string name;
    MatrixShape shape;          // channels (outputs) x inputs
    std::vector<float> values;  // row-major; as many as the shape says
    Role role = Role::dense;
};

// A model of such tensors, which is measured, shown and exported like one that was opened. Throws Error where
// values and shape do not agree or a name stands twice.
std::shared_ptr<const Model> model_of_matrices(const std::string& name, std::vector<MemoryTensor> tensors);

}  // namespace halfstep
