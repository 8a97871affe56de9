// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras_layer.h"
#include "core/model_files/keras/variable_use.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// A variable where Keras 3 puts it: by the path of its object and its number.
struct ObjectVariable {
    std::string path;        // "/layers/dense/vars/0"
    std::string layer_name;  // what the file says of its layer's name, or empty
};

bool is_object_variable(std::string_view path);

// What a variable is called, and who it belongs to.
struct NamedVariable {
    std::size_t which = 0;  // of those given
    std::string name;       // "dense/kernel"
    KerasOwner owner;
};

// Names the variables and puts them in the model's order, all but those of the optimizer. `model`, which
// owners refer to, is null where there is no configuration.
std::vector<NamedVariable> name_object_variables(std::span<const ObjectVariable> variables,
                                                 const KerasLayer* model);

}  // namespace halfstep
