// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/variable_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace halfstep {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::array kernel_and_bias = std::to_array<std::string_view>(
    {"Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose",
     "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D", "LocallyConnected1D", "LocallyConnected2D",
     "MultiHeadAttention", "GroupQueryAttention",
     "GroupedQueryAttention"});  // the last for their projections
constexpr std::array separable = std::to_array<std::string_view>({"SeparableConv1D", "SeparableConv2D"});
constexpr std::array recurrent =
    std::to_array<std::string_view>({"LSTM", "LSTMCell", "GRU", "GRUCell", "SimpleRNN", "SimpleRNNCell",
                                     "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "ConvLSTMCell"});

bool is_one_of(std::span<const std::string_view> classes, std::string_view name) {
    return std::ranges::find(classes, name) != classes.end();
}

// After kernel and bias, quantized layers keep what scales their kernel.
void add_quantization(Names& names) {
    names.insert(names.end(), {"kernel_scale", "kernel_zero", "g_idx"});
}

Names weighted(const KerasLayer& layer, Names names, std::size_t count) {
    const bool bias = layer.use_bias.value_or(count > names.size());
    if (bias) names.push_back("bias");
    return names;
}

// Gamma and beta, where the layer has them, before what was gathered in training. Where the configuration
// does not say which of them is there, none is named.
Names normalization(const KerasLayer& layer, const Names& gathered, std::size_t count) {
    Names names;
    const bool both = count == 2 + gathered.size();
    if (layer.scale.value_or(both)) names.push_back("gamma");
    if (layer.center.value_or(both)) names.push_back("beta");
    names.insert(names.end(), gathered.begin(), gathered.end());
    return names.size() == count ? names : Names{};
}

Names names_of(const KerasLayer& layer, std::size_t count) {
    const std::string& name = layer.class_name;
    if (is_one_of(kernel_and_bias, name)) {
        Names names = weighted(layer, {"kernel"}, count);
        add_quantization(names);
        return names;
    }
    if (is_one_of(separable, name)) return weighted(layer, {"depthwise_kernel", "pointwise_kernel"}, count);
    if (is_one_of(recurrent, name)) return weighted(layer, {"kernel", "recurrent_kernel"}, count);
    if (name == "BatchNormalization") return normalization(layer, {"moving_mean", "moving_variance"}, count);
    if (name == "LayerNormalization" || name == "GroupNormalization") return normalization(layer, {}, count);
    if (name == "RMSNormalization") return {"scale"};
    if (name == "Normalization") return {"mean", "variance", "count"};
    if (name == "Embedding") return {"embeddings", "embeddings_scale", "embeddings_zero"};
    if (name == "PReLU") return {"alpha"};
    return {};
}

}  // namespace

std::string variable_name(const KerasLayer& layer, std::size_t index, std::size_t count) {
    const Names names = names_of(layer, count);
    return index < names.size() ? std::string(names[index]) : fmt::format("{}", index);
}

std::string legacy_tensor_name(std::string_view layer, std::string_view weight) {
    if (weight.ends_with(":0")) weight.remove_suffix(2);
    // The layer's own name, or the one that TensorFlow made unique, as a part of the path.
    for (std::size_t begin = 0; begin < weight.size();) {
        const std::size_t end = std::min(weight.find('/', begin), weight.size());
        const std::string_view part = weight.substr(begin, end - begin);
        const bool is_layer = part == layer || (part.starts_with(layer) && without_number(part) == layer);
        if (is_layer && end < weight.size()) return fmt::format("{}/{}", layer, weight.substr(end + 1));
        begin = end + 1;
    }
    if (weight.size() > layer.size() + 1 && weight.starts_with(layer) && weight[layer.size()] == '_')
        weight.remove_prefix(layer.size() + 1);
    return fmt::format("{}/{}", layer, weight);
}

}  // namespace halfstep
