// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/pre_tokenizer.h"

#include "core/exports/gguf/hf_files.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep {
namespace {

using Json = nlohmann::json;

// Patterns as they stand in the tokenizer.json of Llama 3, Qwen 2, Mistral Nemo and GPT-4o, with llama.cpp's
// names for them (llama-vocab.cpp).
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> patterns{{
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "llama-bpe"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "qwen2"},
    {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "tekken"},
    {R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
     "gpt-4o"},
}};

std::vector<const Json*> steps_of(const Json& pre_tokenizer) {
    std::vector<const Json*> steps;
    const Json& list = member(pre_tokenizer, "pretokenizers");
    if (!list.is_array()) return {&pre_tokenizer};
    for (const Json& step : list)
        steps.push_back(&step);
    return steps;
}

bool is(const Json& step, std::string_view type) {
    return text(step, "type") == std::optional<std::string>(type);
}

}  // namespace

std::optional<std::string> pre_tokenizer_name(const Json& pre_tokenizer) {
    const std::vector<const Json*> steps = steps_of(pre_tokenizer);
    if (steps.empty() || !is(*steps.back(), "ByteLevel")) return std::nullopt;
    const bool own_pattern = boolean(*steps.back(), "use_regex").value_or(true);  // that of GPT-2
    if (steps.size() == 1 && own_pattern) return "gpt-2";
    if (steps.size() != 2) return std::nullopt;
    const Json& first = *steps.front();
    if (is(first, "Digits") && own_pattern && boolean(first, "individual_digits").value_or(false))
        return "smollm";
    if (!is(first, "Split") || own_pattern) return std::nullopt;
    const std::optional<std::string> pattern = text(member(first, "pattern"), "Regex");
    if (!pattern) return std::nullopt;
    const auto found = std::ranges::find(patterns, std::string_view(*pattern),
                                         &std::pair<std::string_view, std::string_view>::first);
    return found == patterns.end() ? std::nullopt : std::optional(std::string(found->second));
}

}  // namespace halfstep
