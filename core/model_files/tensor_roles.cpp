// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/tensor_roles.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {
namespace {

// Where in the network a name must stand to have its meaning: "dense" inside an attention is its output
// projection, "fc1" outside any block just a dense layer.
enum class Where { anywhere, root, attention, not_attention, feed_forward };

struct KnownName {
    std::string_view name;  // of the module, lower case
    Role role;
    Where where = Where::anywhere;
};

using enum Role;
using enum Where;

// Hugging Face (Llama, Mistral, Qwen, Gemma, Phi, Falcon, GPT-2, GPT-J, NeoX, OPT, BERT, ViT, T5, mixtures of
// experts), PyTorch's own modules, GGUF (gguf-py's constants) and llama2.c. The first match counts.
constexpr std::array known_names = {
    KnownName{"embed_tokens", token_embedding},
    KnownName{"tok_embeddings", token_embedding},
    KnownName{"token_embd", token_embedding},
    KnownName{"wte", token_embedding},
    KnownName{"word_embeddings", token_embedding},
    KnownName{"word_embedding", token_embedding},
    KnownName{"token_embedding", token_embedding},
    KnownName{"token_embeddings", token_embedding},
    KnownName{"token_type_embeddings", token_embedding},
    KnownName{"token_types", token_embedding},
    KnownName{"embed_in", token_embedding},
    KnownName{"shared", token_embedding, root},
    KnownName{"embed", token_embedding},
    KnownName{"embedding", token_embedding},
    KnownName{"embeddings", token_embedding},
    KnownName{"wpe", position_embedding},
    KnownName{"position_embd", position_embedding},
    KnownName{"position_embedding", position_embedding},
    KnownName{"position_embeddings", position_embedding},
    KnownName{"embed_positions", position_embedding},
    KnownName{"pos_embed", position_embedding},
    KnownName{"pos_embedding", position_embedding},
    KnownName{"relative_attention_bias", position_embedding},
    KnownName{"attn_rel_b", position_embedding},

    KnownName{"q_proj", attention_q},
    KnownName{"q_a_proj", attention_q},
    KnownName{"q_b_proj", attention_q},
    KnownName{"wq", attention_q},
    KnownName{"attn_q", attention_q},
    KnownName{"attn_q_a", attention_q},
    KnownName{"attn_q_b", attention_q},
    KnownName{"cross_attn_q", attention_q},
    KnownName{"query", attention_q},
    KnownName{"q_lin", attention_q},
    KnownName{"to_q", attention_q},
    KnownName{"q", attention_q, attention},
    KnownName{"k_proj", attention_k},
    KnownName{"wk", attention_k},
    KnownName{"attn_k", attention_k},
    KnownName{"attn_k_b", attention_k},
    KnownName{"cross_attn_k", attention_k},
    KnownName{"key", attention_k},
    KnownName{"k_lin", attention_k},
    KnownName{"to_k", attention_k},
    KnownName{"k", attention_k, attention},
    KnownName{"v_proj", attention_v},
    KnownName{"wv", attention_v},
    KnownName{"attn_v", attention_v},
    KnownName{"attn_v_b", attention_v},
    KnownName{"cross_attn_v", attention_v},
    KnownName{"value", attention_v},
    KnownName{"v_lin", attention_v},
    KnownName{"to_v", attention_v},
    KnownName{"v", attention_v, attention},
    KnownName{"qkv_proj", attention_qkv},
    KnownName{"qkv", attention_qkv},
    KnownName{"wqkv", attention_qkv},
    KnownName{"attn_qkv", attention_qkv},
    KnownName{"query_key_value", attention_qkv},
    KnownName{"c_attn", attention_qkv},
    KnownName{"kv_a_proj_with_mqa", attention_qkv},
    KnownName{"kv_b_proj", attention_qkv},
    KnownName{"attn_kv_a_mqa", attention_qkv},
    KnownName{"attn_kv_b", attention_qkv},
    KnownName{"in_proj", attention_qkv, attention},
    KnownName{"o_proj", attention_output},
    KnownName{"attn_output", attention_output},
    KnownName{"attn_out", attention_output},
    KnownName{"cross_attn_o", attention_output},
    KnownName{"out_lin", attention_output},
    KnownName{"to_out", attention_output},
    KnownName{"wo", attention_output, attention},
    KnownName{"o", attention_output, attention},
    KnownName{"out_proj", attention_output, attention},
    KnownName{"c_proj", attention_output, attention},
    KnownName{"dense", attention_output, attention},
    KnownName{"proj", attention_output, attention},

    KnownName{"gate_proj", ffn_gate},
    KnownName{"ffn_gate", ffn_gate},
    KnownName{"ffn_gate_exps", ffn_gate},
    KnownName{"ffn_gate_shexp", ffn_gate},
    KnownName{"wi_0", ffn_gate},
    KnownName{"w1", ffn_gate, feed_forward},
    KnownName{"up_proj", ffn_up},
    KnownName{"ffn_up", ffn_up},
    KnownName{"ffn_up_exps", ffn_up},
    KnownName{"ffn_up_shexp", ffn_up},
    KnownName{"wi_1", ffn_up},
    KnownName{"wi", ffn_up},
    KnownName{"c_fc", ffn_up},
    KnownName{"fc_in", ffn_up},
    KnownName{"dense_h_to_4h", ffn_up},
    KnownName{"w3", ffn_up, feed_forward},
    KnownName{"fc1", ffn_up, feed_forward},
    KnownName{"lin1", ffn_up, feed_forward},
    KnownName{"linear1", ffn_up, feed_forward},
    KnownName{"gate_up_proj", ffn_gate_up},
    KnownName{"ffn_gate_up", ffn_gate_up},
    KnownName{"ffn_gate_up_exps", ffn_gate_up},
    KnownName{"down_proj", ffn_down},
    KnownName{"ffn_down", ffn_down},
    KnownName{"ffn_down_exps", ffn_down},
    KnownName{"ffn_down_shexp", ffn_down},
    KnownName{"dense_4h_to_h", ffn_down},
    KnownName{"fc_out", ffn_down},
    KnownName{"wo", ffn_down, not_attention},
    KnownName{"c_proj", ffn_down, not_attention},
    KnownName{"w2", ffn_down, feed_forward},
    KnownName{"fc2", ffn_down, feed_forward},
    KnownName{"lin2", ffn_down, feed_forward},
    KnownName{"linear2", ffn_down, feed_forward},
    KnownName{"ffn_gate_inp", expert_router},
    KnownName{"ffn_gate_inp_shexp", expert_router},
    KnownName{"router", expert_router},
    KnownName{"shared_expert_gate", expert_router},
    KnownName{"gate", expert_router, feed_forward},

    KnownName{"lm_head", output_head},
    KnownName{"embed_out", output_head},
    KnownName{"output", output_head, root},
    KnownName{"head", output_head, root},
    KnownName{"classifier", output_head, root},
};

// Arrays that belong to a network without being a weight: buffers, tokens, parameters of quantized weights.
constexpr std::array not_weights = std::to_array<std::string_view>({"running_mean",
                                                                    "running_var",
                                                                    "num_batches_tracked",
                                                                    "inv_freq",
                                                                    "freqs_cos",
                                                                    "freqs_sin",
                                                                    "rope_freqs",
                                                                    "rope_factors_long",
                                                                    "rope_factors_short",
                                                                    "position_ids",
                                                                    "token_type_ids",
                                                                    "cls_token",
                                                                    "mask_token",
                                                                    "register_tokens",
                                                                    "class_embedding",
                                                                    "logit_scale",
                                                                    "a_log",
                                                                    "ssm_a",
                                                                    "ssm_d",
                                                                    "scales",
                                                                    "qzeros",
                                                                    "g_idx",
                                                                    "absmax",
                                                                    "quant_map",
                                                                    "nested_absmax",
                                                                    "nested_quant_map",
                                                                    "quant_state",
                                                                    "scb",
                                                                    "scale",
                                                                    "zero_point",
                                                                    "weight_scale",
                                                                    "weight_scale_inv",
                                                                    "weight_scale_2",
                                                                    "weight_zero_point",
                                                                    "weight_global_scale",
                                                                    "input_scale",
                                                                    "attention_mask",
                                                                    "mask"});

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "bn1", "ln_f": a prefix that is usual for normalisations, followed by nothing but a number or "_...".
bool is_short_norm_name(std::string_view name) {
    if (!name.starts_with("ln") && !name.starts_with("bn")) return false;
    const std::string_view rest = name.substr(2);
    return rest.empty() || rest.front() == '_' || is_number(rest);
}

constexpr std::size_t usual_words = 8;

// A tensor's name taken apart: "model.layers.3.self_attn.q_proj.weight" is the weight of the module q_proj.
struct NameParts {
    explicit NameParts(std::string_view name);

    std::string lower;
    std::string_view kind;    // the last part: weight, bias, or the tensor's own name
    std::string_view module;  // what it belongs to; empty where the name does not say
    std::string_view parent;  // of the module
    std::optional<int> block;
    bool in_attention = false;
    bool in_feed_forward = false;
    bool at_root = false;
};

NameParts::NameParts(std::string_view name) : lower(name) {
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    std::vector<std::string_view> words;  // of the path to the module
    words.reserve(usual_words);
    std::string_view rest = lower;
    for (bool last = false; !last;) {
        const auto end = std::ranges::find_if(rest, [](char c) { return c == '.' || c == '/'; });
        last = end == rest.end();
        kind = std::string_view(rest.begin(), end);
        if (!is_number(kind))
            words.push_back(kind);
        else if (!block && kind.size() <= 6)
            std::from_chars(kind.data(), kind.data() + kind.size(), block.emplace());
        if (!last) rest = std::string_view(end + 1, rest.end());
    }
    const bool plain_kind = kind == "weight" || kind == "bias" || kind == "kernel";
    if (plain_kind) words.pop_back();
    if (!words.empty()) module = words.back();
    for (const std::string_view suffix : {"_weight", "_bias"})
        if (!plain_kind && module.ends_with(suffix)) module.remove_suffix(suffix.size());
    if (words.size() > 1) parent = words[words.size() - 2];
    at_root = words.size() <= 1 && !block;
    for (std::size_t index = 0; index + 1 < words.size(); ++index) {
        const std::string_view word = words[index];
        in_attention = in_attention || contains(word, "attn") || contains(word, "attention");
        in_feed_forward = in_feed_forward || contains(word, "mlp") || contains(word, "ffn") ||
                          contains(word, "feed_forward") || contains(word, "moe") ||
                          contains(word, "experts");
    }
    in_feed_forward = in_feed_forward || (block && !in_attention);
}

bool applies(Where where, const NameParts& name) {
    switch (where) {
        case anywhere:
            return true;
        case root:
            return name.at_root;
        case attention:
            return name.in_attention;
        case not_attention:
            return !name.in_attention;
        case feed_forward:
            return name.in_feed_forward;
    }
    return false;
}

bool is_norm(const NameParts& name) {
    return contains(name.module, "norm") || is_short_norm_name(name.module) || name.kind == "gamma" ||
           name.kind == "beta";
}

bool is_bias(const NameParts& name) {
    return name.kind == "bias" || name.kind == "b" || name.kind.starts_with("bias_") ||
           name.kind.ends_with("_bias");
}

bool is_recurrent(const NameParts& name) {
    if (name.kind.starts_with("weight_ih") || name.kind.starts_with("weight_hh") ||
        contains(name.kind, "recurrent_kernel"))
        return true;
    return contains(name.module, "lstm") || contains(name.module, "gru") || contains(name.module, "rnn");
}

bool is_expert_stack(const NameParts& name, std::size_t rank) {
    return rank == 3 && (contains(name.lower, "exps") || contains(name.lower, "experts"));
}

// BERT and its kin call every layer "dense"; what it is stands one name before.
std::optional<Role> role_of_dense_layer(const NameParts& name) {
    if (name.module != "dense" || name.in_attention) return std::nullopt;
    if (name.parent == "intermediate") return ffn_up;
    if (name.parent == "output" && name.block) return ffn_down;
    return dense;
}

std::optional<Role> role_by_name(const NameParts& name) {
    if (name.module == "decoder" && name.parent == "predictions") return output_head;
    if (const std::optional<Role> role = role_of_dense_layer(name)) return role;
    for (const KnownName& known : known_names)
        if (known.name == name.module && applies(known.where, name)) return known.role;
    return std::nullopt;
}

Role role_of(const NameParts& name, std::size_t rank) {
    const auto is_kind_or_module = [&](std::string_view word) {
        return word == name.kind || word == name.module;
    };
    if (std::any_of(not_weights.begin(), not_weights.end(), is_kind_or_module)) return other;
    if (is_bias(name)) return bias;
    if (is_norm(name)) return norm;
    if (rank < 2) return name.kind == "weight" && rank == 1 ? norm : other;
    if (is_recurrent(name)) return recurrent;
    const std::optional<Role> known = role_by_name(name);
    const bool table = known == token_embedding || known == position_embedding;
    if (rank >= 3 && rank <= 5 && !table && !is_expert_stack(name, rank)) return convolution;
    if (known) return *known;
    return contains(name.module, "conv") ? convolution : dense;
}

}  // namespace

void assign_role(TensorInfo& tensor) {
    const NameParts name(tensor.name);
    const std::size_t rank = tensor.shape.size();
    tensor.role = role_of(name, rank);
    tensor.block = name.block;
    if (rank >= 2) {
        // Convolutions are [outputs, inputs, kernel...]; anything else with more than two axes is a stack of
        // matrices.
        tensor.channel_axis = tensor.role == convolution ? 0 : static_cast<int>(rank) - 2;
        tensor.input_axis = *tensor.channel_axis + 1;
    }
    const bool weight = tensor.role != norm && tensor.role != bias && tensor.role != other;
    tensor.quantizable = weight && rank >= 2 && tensor.has_weights();
}

}  // namespace halfstep
