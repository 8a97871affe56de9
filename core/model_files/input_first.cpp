// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/input_first.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace halfstep {
namespace {

bool is_weight_of(const TensorInfo& tensor, std::string_view module) {
    const std::string_view name = tensor.name;
    constexpr std::string_view weight = ".weight";
    if (!name.ends_with(weight)) return false;
    const std::string_view path = name.substr(0, name.size() - weight.size());
    return path.ends_with(module) &&
           (path.size() == module.size() || path[path.size() - module.size() - 1] == '.');
}

bool is_fused_projection_of_conv1d(const TensorInfo& tensor) {
    return tensor.shape.size() == 2 && is_weight_of(tensor, "attn.c_attn") &&
           tensor.shape[1] == 3 * tensor.shape[0];
}

}  // namespace

void find_inputs_first(std::span<TensorInfo> tensors) {
    if (!std::any_of(tensors.begin(), tensors.end(), is_fused_projection_of_conv1d)) return;
    constexpr std::array<std::string_view, 5> conv1d = {"attn.c_attn", "attn.c_proj", "attn.q_attn",
                                                        "mlp.c_fc", "mlp.c_proj"};
    for (TensorInfo& tensor : tensors) {
        const bool is_conv1d = std::any_of(conv1d.begin(), conv1d.end(), [&](std::string_view module) {
            return is_weight_of(tensor, module);
        });
        if (!is_conv1d || tensor.shape.size() != 2) continue;
        tensor.channel_axis = 1;
        tensor.input_axis = 0;
    }
}

}  // namespace halfstep
