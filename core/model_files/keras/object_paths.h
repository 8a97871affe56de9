// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras_layer.h"
#include "core/model_files/keras/variable_use.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace halfstep {

// Where the weights of Keras 3 lie: "layers/dense_1/vars" is the second Dense of the model, whatever its
// name. Resolves such paths by the configuration of the model.
class KerasObjectPaths {
  public:
    // `model` must outlive it; null where there is no configuration.
    explicit KerasObjectPaths(const KerasLayer* model) : model_(model) {}

    struct Place {
        std::string name;  // "encoder/dense_4", empty for the model itself
        KerasOwner owner;
    };
    // `path` is that of the object without its "/vars"; `stored_name` what the file says of its name, or
    // empty.
    Place resolve(std::string_view path, std::string_view stored_name);

  private:
    using Children = std::unordered_map<std::string, const KerasLayer*>;
    const Children& children_of(const KerasLayer& model);

    const KerasLayer* model_;
    std::unordered_map<const KerasLayer*, Children> children_;
};

}  // namespace halfstep
