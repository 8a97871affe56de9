// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras_layer.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// A longer text is not taken for a configuration, in bytes.
inline constexpr std::size_t longest_keras_config = std::size_t{8} << 20U;

struct KerasConfig {
    bool valid = false;  // whether the text is a configuration at all
    KerasLayer model;
    std::vector<std::string> lambdas;  // names of the layers that carry Python code
    bool carries_code = false;         // code anywhere, also outside Lambda layers
};

// Reads the configuration of a model (the attribute model_config, the file config.json). What is nested
// deeper than that of any model is left out. Code that it carries is nothing but text here.
KerasConfig read_keras_config(std::string_view text);

}  // namespace halfstep
