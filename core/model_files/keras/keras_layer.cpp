// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_layer.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace halfstep {
namespace {

// The layers of Keras 1 to 3 that hold weights.
constexpr std::array classes = std::to_array<std::string_view>({"BatchNormalization",
                                                                "Bidirectional",
                                                                "Conv1D",
                                                                "Conv1DTranspose",
                                                                "Conv2D",
                                                                "Conv2DTranspose",
                                                                "Conv3D",
                                                                "Conv3DTranspose",
                                                                "ConvLSTM1D",
                                                                "ConvLSTM2D",
                                                                "ConvLSTM3D",
                                                                "Convolution1D",
                                                                "Convolution2D",
                                                                "Convolution3D",
                                                                "CuDNNGRU",
                                                                "CuDNNLSTM",
                                                                "Deconvolution2D",
                                                                "Dense",
                                                                "DepthwiseConv1D",
                                                                "DepthwiseConv2D",
                                                                "EinsumDense",
                                                                "Embedding",
                                                                "GRU",
                                                                "GRUCell",
                                                                "GroupNormalization",
                                                                "GroupQueryAttention",
                                                                "LSTM",
                                                                "LSTMCell",
                                                                "LayerNormalization",
                                                                "LocallyConnected1D",
                                                                "LocallyConnected2D",
                                                                "MultiHeadAttention",
                                                                "Normalization",
                                                                "PReLU",
                                                                "RMSNormalization",
                                                                "SeparableConv1D",
                                                                "SeparableConv2D",
                                                                "SeparableConvolution2D",
                                                                "SimpleRNN",
                                                                "SimpleRNNCell",
                                                                "TimeDistributed"});

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

// A word begins at a capital before a small letter, and at one after a small letter.
bool begins_word(std::string_view name, std::size_t at) {
    if (at == 0 || !is_upper(name[at])) return false;
    return is_lower(name[at - 1]) || (at + 1 < name.size() && is_lower(name[at + 1]));
}

}  // namespace

const KerasLayer* KerasLayer::part(std::string_view attribute) const {
    for (const auto& [name_of_part, layer] : parts)
        if (name_of_part == attribute) return &layer;
    return nullptr;
}

KerasLayerIndex::KerasLayerIndex(const KerasLayer& top) {
    std::vector<const KerasLayer*> level{&top};
    while (!level.empty()) {
        std::vector<const KerasLayer*> next;
        for (const KerasLayer* layer : level) {
            if (layer != &top) by_name_.emplace(layer->name, layer);
            for (const KerasLayer& inner : layer->layers)
                next.push_back(&inner);
            for (const auto& [attribute, part] : layer->parts)
                next.push_back(&part);
        }
        level = std::move(next);
    }
}

const KerasLayer* KerasLayerIndex::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

std::string snake_case(std::string_view class_name) {
    std::string name;
    for (std::size_t at = 0; at < class_name.size(); ++at) {
        if (begins_word(class_name, at)) name += '_';
        const char c = class_name[at];
        name += is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return name;
}

std::string class_named_like(std::string_view name) {
    const std::string_view bare = without_number(name);
    const auto found = std::ranges::find_if(classes, [&](std::string_view known) {
        const std::string snake = snake_case(known);
        // Keras 1 wrote its layers' names without any underscore: "batchnormalization_1".
        std::string joined = snake;
        std::erase(joined, '_');
        return bare == snake || bare == joined;
    });
    return found == classes.end() ? std::string() : std::string(*found);
}

std::string_view without_number(std::string_view name) {
    const std::size_t end = name.find_last_not_of("0123456789");
    if (end == std::string_view::npos || end + 1 == name.size() || name[end] != '_' || end == 0) return name;
    return name.substr(0, end);
}

}  // namespace halfstep
