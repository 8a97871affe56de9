// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/hf_family.h"

#include "core/model_files/tensor_names.h"

#include <algorithm>
#include <array>
#include <utility>

// Source: conversion/{base,llama,qwen,gemma}.py and gguf-py/gguf/tensor_mapping.py of llama.cpp.
namespace halfstep {
namespace {

struct FamilyName {
    std::string_view model_type;
    HfFamily family;
};
constexpr std::array family_names{
    FamilyName{"llama", HfFamily::llama},   FamilyName{"mistral", HfFamily::llama},
    FamilyName{"qwen2", HfFamily::qwen2},   FamilyName{"qwen3", HfFamily::qwen3},
    FamilyName{"gemma", HfFamily::gemma},   FamilyName{"gemma2", HfFamily::gemma2},
    FamilyName{"gemma3", HfFamily::gemma3}, FamilyName{"gemma3_text", HfFamily::gemma3},
};

// Where Gemma 2 and 3 differ from all others: a norm before and one after each half of a layer.
using Rule = std::pair<std::string_view, std::string_view>;
constexpr std::array sandwich_norms{
    Rule{"post_attention_layernorm.weight", "post_attention_norm.weight"},
    Rule{"pre_feedforward_layernorm.weight", "ffn_norm.weight"},
    Rule{"post_feedforward_layernorm.weight", "post_ffw_norm.weight"},
};

// The language model inside one that also sees.
std::string without_wrapping(std::string_view tensor) {
    for (const auto& [outer, inner] : {Rule{"language_model.model.", "model."}, Rule{"language_model.", ""},
                                       Rule{"model.language_model.", "model."}})
        if (tensor.starts_with(outer)) return std::string(inner).append(tensor.substr(outer.size()));
    return std::string(tensor);
}

}  // namespace

std::optional<HfFamily> hf_family(std::string_view model_type) {
    const auto found = std::ranges::find(family_names, model_type, &FamilyName::model_type);
    return found == family_names.end() ? std::nullopt : std::optional(found->family);
}

std::string_view gguf_architecture(HfFamily family) {
    switch (family) {
        case HfFamily::llama:
            return "llama";
        case HfFamily::qwen2:
            return "qwen2";
        case HfFamily::qwen3:
            return "qwen3";
        case HfFamily::gemma:
            return "gemma";
        case HfFamily::gemma2:
            return "gemma2";
        case HfFamily::gemma3:
            return "gemma3";
    }
    return "";
}

bool is_gemma(HfFamily family) {
    return family == HfFamily::gemma || family == HfFamily::gemma2 || family == HfFamily::gemma3;
}

nlohmann::json language_config(const nlohmann::json& config) {
    nlohmann::json merged = config;
    const auto inner = config.find("text_config");
    if (inner != config.end() && inner->is_object()) merged.update(*inner);
    return merged;
}

std::optional<std::string> gguf_name(std::string_view tensor, HfFamily family) {
    const std::string plain = without_wrapping(tensor);
    if (family == HfFamily::gemma2 || family == HfFamily::gemma3)
        for (const auto& [theirs, ours] : sandwich_norms) {
            if (!plain.ends_with(theirs)) continue;
            // The rest of the name is as for the other norm of a layer, which every family has.
            const std::string layer = plain.substr(0, plain.size() - theirs.size());
            const std::optional<std::string> norm = gguf_name(layer + "input_layernorm.weight");
            if (!norm) return std::nullopt;
            return norm->substr(0, norm->rfind("attn_norm")).append(ours);
        }
    return gguf_name(plain);
}

bool is_left_out(std::string_view tensor) {
    for (const std::string_view end : {".rotary_emb.inv_freq", ".attention.masked_bias", ".attention.bias"})
        if (tensor.ends_with(end)) return true;
    for (const std::string_view start :
         {"vision_tower.", "model.vision_tower.", "multi_modal_projector.", "model.multi_modal_projector."})
        if (tensor.starts_with(start)) return true;
    return false;
}

}  // namespace halfstep
