// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/llama_quantize.h"

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

// "*_norm.weight" is one more rule. Source: tensor_allows_quantization and its predecessors in
// llama-quant.cpp.
constexpr std::array<std::string_view, 9> never_quantized{
    "ffn_gate_inp", "altup",     "laurel",   "per_layer_model_proj", "position_embd", "token_types",
    "ssm_conv1d",   "shortconv", "time_mix_"};

}  // namespace

bool llama_quantize_changes(std::string_view name, std::size_t dimensions) {
    if (dimensions < 2 || !name.ends_with("weight") || name.ends_with("_norm.weight")) return false;
    return std::ranges::none_of(
        never_quantized, [name](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

std::size_t ggml_dimensions(const TensorInfo& tensor) {
    const auto first = std::ranges::find_if(tensor.shape, [](std::int64_t extent) { return extent != 1; });
    return static_cast<std::size_t>(tensor.shape.end() - first);
}

}  // namespace halfstep
