// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/hf_config.h"

#include "core/base/error.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model_folder.h"
#include "core/model_files/quotable.h"
#include "core/model_files/shallow_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <span>
#include <string_view>

namespace halfstep {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t largest_config = 4 << 20;  // bytes
constexpr int deepest_config = 16;

constexpr std::array shown_keys = std::to_array<const char*>(
    {"model_type", "hidden_size", "num_hidden_layers", "intermediate_size", "num_attention_heads",
     "num_key_value_heads", "head_dim", "vocab_size", "max_position_embeddings", "num_experts",
     "num_local_experts", "tie_word_embeddings", "torch_dtype", "dtype"});

std::string read_text(const std::filesystem::path& folder) {
    const InputFile file(folder / "config.json", resolve_inside(folder, "config.json"));
    if (file.size() > largest_config)
        throw Error(fmt::format("is {} bytes long, too long for a configuration", file.size()),
                    {file.path().string(), {}, {}});
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(text.data(), text.size())));
    return text;
}

std::string text_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? quotable(found->get_ref<const std::string&>())
                                                       : std::string();
}

void add_properties(const Json& object, const std::string& prefix, HfConfig& config) {
    for (const char* key : shown_keys) {
        const auto found = object.find(key);
        if (found == object.end() || found->is_structured() || found->is_null()) continue;
        config.properties.emplace_back(prefix + key,
                                       found->is_string() ? text_at(object, key) : found->dump());
    }
}

void interpret(const Json& json, HfConfig& config) {
    const auto classes = json.find("architectures");
    if (classes != json.end() && classes->is_array() && !classes->empty() && classes->front().is_string())
        config.architecture = quotable(classes->front().get_ref<const std::string&>());
    if (config.architecture.empty()) config.architecture = text_at(json, "model_type");
    add_properties(json, "", config);
    const auto tied = json.find("tie_word_embeddings");
    config.tied_embeddings = tied != json.end() && tied->is_boolean() && tied->get<bool>();
    const auto inner = json.find("text_config");  // of models that also see or hear
    if (inner != json.end() && inner->is_object()) add_properties(*inner, "text_config.", config);
    const auto quantization = json.find("quantization_config");
    if (quantization != json.end() && quantization->is_object()) {
        const std::string method = text_at(*quantization, "quant_method");
        config.issues.push_back({Severity::warning,
                                 {},
                                 fmt::format("config.json says that the weights are already quantized{}{}",
                                             method.empty() ? "" : " by ", method)});
    }
}

}  // namespace

HfConfig read_hf_config(const std::filesystem::path& folder) {
    HfConfig config;
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(folder / "config.json", error)))
        return config;
    try {
        const Json json = parse_shallow_json(read_text(folder), deepest_config);
        if (json.is_object())
            interpret(json, config);
        else
            config.issues.push_back({Severity::warning, {}, "config.json is not valid and was not used"});
    } catch (const Error& problem) {
        config.issues.push_back(
            {Severity::warning, {}, fmt::format("config.json was not used: {}", problem.what())});
    }
    return config;
}

}  // namespace halfstep
