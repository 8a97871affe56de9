// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace halfstep {
namespace {

using Rule = std::pair<std::string_view, std::string_view>;

// Sources: convert_hf_to_gguf.py and gguf-py/gguf/tensor_mapping.py of llama.cpp; export.py of llama2.c.
constexpr std::array whole_names{
    Rule{"model.embed_tokens", "token_embd"},
    Rule{"embed_tokens", "token_embd"},
    Rule{"tok_embeddings", "token_embd"},
    Rule{"token_embd", "token_embd"},
    Rule{"lm_head", "output"},
    Rule{"output", "output"},
    Rule{"model.norm", "output_norm"},
    Rule{"norm", "output_norm"},
    Rule{"output_norm", "output_norm"},
    Rule{"token_embd_norm", "token_embd_norm"},
    Rule{"position_embd", "position_embd"},
    Rule{"rope_freqs", "rope_freqs"},
};

constexpr std::array names_in_layers{
    Rule{"input_layernorm", "attn_norm"},
    Rule{"attention_norm", "attn_norm"},
    Rule{"post_attention_layernorm", "ffn_norm"},
    Rule{"ffn_norm", "ffn_norm"},
    Rule{"self_attn.q_proj", "attn_q"},
    Rule{"self_attn.k_proj", "attn_k"},
    Rule{"self_attn.v_proj", "attn_v"},
    Rule{"self_attn.o_proj", "attn_output"},
    Rule{"self_attn.q_norm", "attn_q_norm"},
    Rule{"self_attn.k_norm", "attn_k_norm"},
    Rule{"attention.wq", "attn_q"},
    Rule{"attention.wk", "attn_k"},
    Rule{"attention.wv", "attn_v"},
    Rule{"attention.wo", "attn_output"},
    Rule{"mlp.gate_proj", "ffn_gate"},
    Rule{"mlp.up_proj", "ffn_up"},
    Rule{"mlp.down_proj", "ffn_down"},
    Rule{"mlp.gate", "ffn_gate_inp"},
    Rule{"block_sparse_moe.gate", "ffn_gate_inp"},
    Rule{"feed_forward.w1", "ffn_gate"},
    Rule{"feed_forward.w2", "ffn_down"},
    Rule{"feed_forward.w3", "ffn_up"},
};

// "*_norm.weight" is one more rule. Source: tensor_allows_quantization and its predecessors in
// llama-quant.cpp.
constexpr std::array<std::string_view, 9> never_quantized{
    "ffn_gate_inp", "altup",     "laurel",   "per_layer_model_proj", "position_embd", "token_types",
    "ssm_conv1d",   "shortconv", "time_mix_"};

template <std::size_t N>
std::optional<std::string_view> look_up(const std::array<Rule, N>& rules, std::string_view name) {
    const auto found = std::ranges::find(rules, name, &Rule::first);
    return found == rules.end() ? std::nullopt : std::optional(found->second);
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

// "12.mlp.down_proj" -> "12" and "mlp.down_proj".
std::optional<std::pair<std::string_view, std::string_view>> split_layer(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits >= text.size() || text[digits] != '.') return std::nullopt;
    return std::pair(text.substr(0, digits), text.substr(digits + 1));
}

}  // namespace

std::optional<std::string> gguf_name(std::string_view tensor) {
    std::string_view rest = tensor;
    if (take_prefix(rest, "blk.")) return std::string(tensor);

    const std::size_t dot = tensor.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const std::string_view suffix = tensor.substr(dot);
    if (suffix != ".weight" && suffix != ".bias") return std::nullopt;
    const std::string_view stem = tensor.substr(0, dot);
    if (const auto whole = look_up(whole_names, stem)) return fmt::format("{}{}", *whole, suffix);

    rest = stem;
    if (!take_prefix(rest, "model.layers.") && !take_prefix(rest, "layers.")) return std::nullopt;
    const auto layer = split_layer(rest);
    if (!layer) return std::nullopt;
    const auto part = look_up(names_in_layers, layer->second);
    if (!part) return std::nullopt;
    return fmt::format("blk.{}.{}{}", layer->first, *part, suffix);
}

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
