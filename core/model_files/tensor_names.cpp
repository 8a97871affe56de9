// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/tensor_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

// Sources: convert_hf_to_gguf.py and gguf-py/gguf/{constants,tensor_mapping}.py of llama.cpp; export.py of
// llama2.c.
namespace halfstep {
namespace {

// One module; empty where that world has none of it. Where two names of one world mean the same, the first is
// the one that is written.
struct Names {
    std::string_view hf;
    std::string_view meta;
    std::string_view gguf;
};

constexpr std::array whole_names{
    Names{"model.embed_tokens", "tok_embeddings", "token_embd"},
    Names{"embed_tokens", "", "token_embd"},
    Names{"lm_head", "output", "output"},
    Names{"model.norm", "norm", "output_norm"},
    Names{"", "", "token_embd_norm"},
    Names{"", "", "position_embd"},
    Names{"", "", "rope_freqs"},
};

constexpr std::array names_in_layers{
    Names{"input_layernorm", "attention_norm", "attn_norm"},
    Names{"post_attention_layernorm", "ffn_norm", "ffn_norm"},
    Names{"self_attn.q_proj", "attention.wq", "attn_q"},
    Names{"self_attn.k_proj", "attention.wk", "attn_k"},
    Names{"self_attn.v_proj", "attention.wv", "attn_v"},
    Names{"self_attn.o_proj", "attention.wo", "attn_output"},
    Names{"self_attn.q_norm", "", "attn_q_norm"},
    Names{"self_attn.k_norm", "", "attn_k_norm"},
    Names{"mlp.gate_proj", "feed_forward.w1", "ffn_gate"},
    Names{"mlp.up_proj", "feed_forward.w3", "ffn_up"},
    Names{"mlp.down_proj", "feed_forward.w2", "ffn_down"},
    Names{"mlp.gate", "", "ffn_gate_inp"},
    Names{"block_sparse_moe.gate", "", "ffn_gate_inp"},
    Names{"mlp.shared_expert.gate_proj", "", "ffn_gate_shexp"},
    Names{"mlp.shared_expert.up_proj", "", "ffn_up_shexp"},
    Names{"mlp.shared_expert.down_proj", "", "ffn_down_shexp"},
    Names{"mlp.shared_expert_gate", "", "ffn_gate_inp_shexp"},
};

// What stands before the number of a layer.
constexpr Names layer_prefix{"model.layers.", "layers.", "blk."};

// Experts, which GGUF stacks in one tensor: {} is the expert's number.
struct ExpertNames {
    std::string_view gguf;
    std::string_view of_qwen;     // and of the other models with an "mlp.experts"
    std::string_view of_mixtral;  // whose GGUF architecture is "llama"
};
constexpr std::array names_of_experts{
    ExpertNames{"ffn_gate_exps", "mlp.experts.{}.gate_proj", "block_sparse_moe.experts.{}.w1"},
    ExpertNames{"ffn_up_exps", "mlp.experts.{}.up_proj", "block_sparse_moe.experts.{}.w3"},
    ExpertNames{"ffn_down_exps", "mlp.experts.{}.down_proj", "block_sparse_moe.experts.{}.w2"},
};
constexpr std::array<std::string_view, 3> architectures_with_mlp_experts{"qwen2moe", "qwen3moe", "olmoe"};

using World = std::string_view Names::*;
constexpr std::array<World, 3> worlds{&Names::hf, &Names::meta, &Names::gguf};

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

// A tensor's name taken apart: the number of its layer (empty: none), what is in it, and ".weight" or
// ".bias".
struct Parts {
    std::string_view layer;
    std::string_view module;
    std::string_view suffix;
};

std::optional<Parts> parts_of(std::string_view tensor) {
    const std::size_t dot = tensor.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    Parts parts{{}, tensor.substr(0, dot), tensor.substr(dot)};
    if (parts.suffix != ".weight" && parts.suffix != ".bias") return std::nullopt;
    std::string_view rest = parts.module;
    if (std::ranges::none_of(worlds, [&](World world) { return take_prefix(rest, layer_prefix.*world); }))
        return parts;
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits == 0 || digits >= rest.size() || rest[digits] != '.') return std::nullopt;
    return Parts{rest.substr(0, digits), rest.substr(digits + 1), parts.suffix};
}

std::optional<std::string> renamed(std::string_view tensor, World into) {
    const auto parts = parts_of(tensor);
    if (!parts) return std::nullopt;
    const std::span<const Names> rules =
        parts->layer.empty() ? std::span<const Names>(whole_names) : std::span<const Names>(names_in_layers);
    const auto known = [&](const Names& names) {
        return std::ranges::any_of(worlds, [&](World world) { return names.*world == parts->module; }) &&
               !(names.*into).empty();
    };
    const auto found = std::ranges::find_if(rules, known);
    if (found == rules.end()) return std::nullopt;
    if (parts->layer.empty()) return fmt::format("{}{}", *found.*into, parts->suffix);
    return fmt::format("{}{}.{}{}", layer_prefix.*into, parts->layer, *found.*into, parts->suffix);
}

}  // namespace

std::optional<std::string> gguf_name(std::string_view tensor) {
    if (tensor.starts_with(layer_prefix.gguf)) return std::string(tensor);
    return renamed(tensor, &Names::gguf);
}

std::optional<std::string> hf_name(std::string_view tensor) {
    if (tensor.starts_with(layer_prefix.hf)) return std::string(tensor);
    return renamed(tensor, &Names::hf);
}

std::vector<std::string> hf_expert_names(std::string_view tensor, std::string_view architecture,
                                         std::size_t experts) {
    const auto parts = parts_of(tensor);
    if (!parts) return {};
    const auto found = std::ranges::find(names_of_experts, parts->module, &ExpertNames::gguf);
    if (found == names_of_experts.end()) return {};
    const bool in_mlp = std::ranges::find(architectures_with_mlp_experts, architecture) !=
                        architectures_with_mlp_experts.end();
    if (!in_mlp && architecture != "llama") return {};
    std::vector<std::string> names;
    names.reserve(experts);
    for (std::size_t expert = 0; expert < experts; ++expert)
        names.push_back(fmt::format(
            "{}{}.{}{}", layer_prefix.hf, parts->layer,
            fmt::format(fmt::runtime(in_mlp ? found->of_qwen : found->of_mixtral), expert), parts->suffix));
    return names;
}

}  // namespace halfstep
