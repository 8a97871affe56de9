// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/norm_parts.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>

namespace halfstep {
namespace {

constexpr std::array parts = std::to_array<std::string_view>({"bias", "running_mean", "running_var"});

std::string_view module_of(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

std::string_view last_part(std::string_view name) {
    return name.substr(name.rfind('.') + 1);
}

}  // namespace

void find_norm_parts(std::span<TensorInfo> tensors) {
    std::unordered_set<std::string_view> norms;
    for (const TensorInfo& tensor : tensors)
        if (tensor.role == Role::norm && last_part(tensor.name) == "weight")
            norms.insert(module_of(tensor.name));
    for (TensorInfo& tensor : tensors)
        if (std::ranges::find(parts, last_part(tensor.name)) != parts.end() &&
            norms.contains(module_of(tensor.name)))
            tensor.role = Role::norm;
}

}  // namespace halfstep
