// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/module_names.h"

#include "core/model_files/tensor_matching.h"
#include "core/model_files/tensor_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace halfstep {
namespace {

// GGUF architectures whose models in Hugging Face have the names of core/model_files/tensor_names.h. Source:
// gguf-py/gguf/tensor_mapping.py of llama.cpp.
constexpr std::array<std::string_view, 17> known_architectures{
    "llama", "qwen2", "qwen2moe", "qwen3",   "qwen3moe", "gemma",     "gemma2",  "gemma3", "olmo",
    "olmo2", "olmoe", "minicpm",  "granite", "stablelm", "command-r", "cohere2", "smollm3"};

// The module of a weight; none where the tensor is something else.
std::optional<std::string> module_of(std::string_view tensor) {
    for (const std::string_view end : {".weight", "/kernel", "/kernel:0", "/embeddings", "/embeddings:0"})
        if (tensor.size() > end.size() && tensor.ends_with(end))
            return std::string(tensor.substr(0, tensor.size() - end.size()));
    return std::nullopt;
}

// A GGUF stack of experts is one tensor with an axis more than a matrix.
std::size_t stacked(const TensorInfo& tensor) {
    return tensor.shape.size() == 3 && tensor.shape.front() > 0
               ? static_cast<std::size_t>(tensor.shape.front())
               : 0;
}

}  // namespace

ModuleNames::ModuleNames(const Model& model) : model_(&model), source_(Source::as_named) {
    if (model.format() == "gguf") {
        source_ = Source::gguf;
        rules_are_known_ =
            std::ranges::find(known_architectures, model.architecture()) != known_architectures.end();
    } else if (model.find("tok_embeddings.weight") != nullptr) {
        source_ = Source::meta;
    }
}

std::vector<std::string> ModuleNames::of(const TensorInfo& tensor) const {
    std::vector<std::string> names;
    if (source_ == Source::as_named) {
        names.push_back(tensor.name);
    } else if (rules_are_known_ && source_ == Source::gguf && stacked(tensor) > 0) {
        names = hf_expert_names(tensor.name, model_->architecture(), stacked(tensor));
    } else if (rules_are_known_) {
        if (auto name = hf_name(tensor.name)) names.push_back(std::move(*name));
    }
    for (std::string& name : names) {
        auto module = module_of(name);
        if (!module) return {};
        name = std::move(*module);
    }
    return names;
}

std::optional<std::string> ModuleNames::weight(const TensorInfo& tensor) const {
    if (source_ == Source::as_named) return tensor.name;
    if (!rules_are_known_) return std::nullopt;
    return hf_name(tensor.name);
}

bool ModuleNames::reorders_rows(const TensorInfo& tensor) const {
    if (tensor.role != Role::attention_q && tensor.role != Role::attention_k) return false;
    return source_ == Source::meta || (source_ == Source::gguf && gguf_pairs_rows(model_->architecture()));
}

std::string ModuleNames::why_none(const TensorInfo& tensor) const {
    if (!rules_are_known_)
        return fmt::format("what the tensors of '{}' are called outside of GGUF is not known",
                           model_->architecture());
    if (!module_of(tensor.name)) return "it is not the weight of a module";
    return "its name outside of this file is not known";
}

}  // namespace halfstep
