// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/transposed_convolutions.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

namespace halfstep {
namespace {

constexpr std::string_view weight = ".weight";
constexpr std::string_view bias = ".bias";

bool is_called_transposed(std::string_view name) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    constexpr auto words = std::to_array<std::string_view>(
        {"transpose", "deconv", "upconv", "up_conv", "convt.", "conv_t.", "upsample.conv_tr"});
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// An ordinary convolution has as many biases as its first axis is long; a transposed one in g groups, g
// times as many as its second.
bool is_transposed(const TensorInfo& tensor, const TensorInfo* its_bias) {
    const std::int64_t first = tensor.shape[0];
    const std::int64_t second = tensor.shape[1];
    if (its_bias == nullptr || its_bias->shape.size() != 1 || second == 0)
        return is_called_transposed(tensor.name);
    const std::int64_t biases = its_bias->shape[0];
    if (biases == first) return first == second && is_called_transposed(tensor.name);
    if (biases == 0 || biases % second != 0) return false;
    return first % (biases / second) == 0;
}

}  // namespace

void find_transposed_convolutions(std::span<TensorInfo> tensors) {
    const auto may_be_transposed = [](const TensorInfo& tensor) {
        return tensor.role == Role::convolution && tensor.shape.size() >= 3 && tensor.name.ends_with(weight);
    };
    if (std::ranges::none_of(tensors, may_be_transposed)) return;
    std::unordered_map<std::string_view, const TensorInfo*> biases;
    for (const TensorInfo& tensor : tensors)
        if (tensor.name.ends_with(bias)) biases.emplace(tensor.name, &tensor);
    for (TensorInfo& tensor : tensors) {
        if (!may_be_transposed(tensor)) continue;
        std::string name = tensor.name.substr(0, tensor.name.size() - weight.size());
        const auto found = biases.find(name.append(bias));
        if (!is_transposed(tensor, found == biases.end() ? nullptr : found->second)) continue;
        tensor.channel_axis = 1;
        tensor.input_axis = 0;
    }
}

}  // namespace halfstep
