// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras_layer.h"
#include "core/tensor/tensor_info.h"

#include <string>

namespace halfstep {

// Who a variable belongs to, as far as that is known.
struct KerasOwner {
    std::string class_name;             // of the layer that uses it; empty where nothing says
    const KerasLayer* layer = nullptr;  // its configuration, where there is one
    bool has_recurrent_kernel = false;  // a variable of that name lies beside it
};

// Sets role, axes and whether it is to be quantized, from the class of the layer, the last part of the
// tensor's name ("kernel", "depthwise_kernel", Keras 1's "W") and its shape. Keras puts inputs before
// outputs: Dense [inputs, outputs], convolutions [kernel…, inputs, outputs], transposed ones [kernel…,
// outputs, inputs], depthwise ones [kernel…, channels, multiplier], recurrent ones [inputs, gates × units],
// embeddings [rows, columns]. The projections of attention are [inputs, heads, size] and [heads, size,
// outputs]. Each head's each element is an output, and so is each product of a depthwise channel.
void assign_role(TensorInfo& tensor, const KerasOwner& owner);

}  // namespace halfstep
