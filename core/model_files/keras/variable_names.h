// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras_layer.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace halfstep {

// What a layer calls its variable number `index` of `count`: Keras 3 stores them by number alone. The order
// is that in which each class makes them. The number itself where the class is not known.
std::string variable_name(const KerasLayer& layer, std::size_t index, std::size_t count);

// The name of a weight in the files of Keras 1 and 2 and in Keras 3's .h5 as LAYER/…: what stands before the
// layer's own name goes, and so does TensorFlow's ":0". "conv2d_1_1/kernel:0" of the layer conv2d_1 is
// "conv2d_1/kernel", Keras 1's "dense_1_W" of dense_1 is "dense_1/W".
std::string legacy_tensor_name(std::string_view layer, std::string_view weight);

}  // namespace halfstep
