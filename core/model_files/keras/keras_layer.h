// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace halfstep {

struct KerasPart;

// A layer, or a model that is one, as a configuration describes it. Only what tells names and axes is kept.
struct KerasLayer {
    std::string class_name;  // "Conv2D"; empty where nothing says
    std::string name;        // "conv2d_3"

    // Of the layers that need them.
    std::optional<bool> use_bias;
    std::optional<bool> scale;    // normalisations: whether there is a gamma
    std::optional<bool> center;   // … a beta
    std::string equation;         // EinsumDense: "abc,cd->abd"
    bool channels_first = false;  // Keras 1 with Theano's order of axes

    std::vector<KerasLayer> layers;  // of a model
    std::vector<KerasPart> parts;    // by attribute: layer, cell, backward_layer, …

    const KerasLayer* part(std::string_view attribute) const;  // null where there is none
};

// A layer that is an attribute of another one: the layer of a wrapper, the cell of an RNN.
struct KerasPart {
    std::string attribute;
    KerasLayer layer;
};

// The layers of a model by name, those inside other layers included; of several with one name the outermost.
class KerasLayerIndex {
  public:
    // `top` must outlive the index.
    explicit KerasLayerIndex(const KerasLayer& top);

    const KerasLayer* find(std::string_view name) const;  // null where there is none

  private:
    std::unordered_map<std::string_view, const KerasLayer*> by_name_;
};

// "DepthwiseConv2D" as Keras writes it in paths and names: "depthwise_conv2d".
std::string snake_case(std::string_view class_name);

// The class whose layers Keras names like that on its own: "depthwise_conv2d_2" is a DepthwiseConv2D. Empty
// where there is no such class.
std::string class_named_like(std::string_view name);

// "dense_12" without its number.
std::string_view without_number(std::string_view name);

}  // namespace halfstep
