// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/special_tokens.h"

#include "core/exports/gguf/hf_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Source: SpecialVocab in gguf-py/gguf/vocab.py (llama.cpp).
namespace halfstep {
namespace {

using Json = nlohmann::json;

struct SpecialToken {
    const char* name;      // in "bos_token", "add_bos_token", "bos_token_id"
    std::string_view key;  // in GGUF
};
constexpr std::array special_tokens{
    SpecialToken{"bos", "bos"},       SpecialToken{"eos", "eos"}, SpecialToken{"unk", "unknown"},
    SpecialToken{"sep", "seperator"},  // so it is spelled
    SpecialToken{"pad", "padding"},   SpecialToken{"cls", "cls"}, SpecialToken{"mask", "mask"},
};

// "bos_token": "<s>" or {"content": "<s>", …}.
std::optional<std::string> token_text(const Json& config, const std::string& key) {
    const Json& token = member(config, key.c_str());
    return token.is_string() ? std::optional(token.get<std::string>()) : text(token, "content");
}

std::optional<std::uint64_t> number_of(const SpecialTokenSources& sources, const std::string& token) {
    if (sources.tokenizer != nullptr) {
        const auto found = std::ranges::find(sources.tokenizer->added, token, &AddedToken::content);
        if (found != sources.tokenizer->added.end()) return found->id;
    }
    const Json& added = member(sources.tokenizer_config, "added_tokens_decoder");
    if (!added.is_object()) return std::nullopt;
    for (const auto& [key, value] : added.items()) {
        std::uint64_t id = 0;
        if (text(value, "content") != token) continue;
        if (std::from_chars(key.data(), key.data() + key.size(), id).ec == std::errc()) return id;
    }
    return std::nullopt;
}

// "eos_token_id": 2 or [2, 32000]; the first is the one that counts.
std::optional<std::uint64_t> number_in(const Json& config, const std::string& key) {
    const Json& value = member(config, key.c_str());
    const Json& first = value.is_array() && !value.empty() ? value.front() : value;
    return first.is_number_unsigned() ? std::optional(first.get<std::uint64_t>()) : std::nullopt;
}

// What stands at the ends of every text, by the post-processor: TemplateProcessing, alone or in a sequence.
struct TextEnds {
    std::optional<std::string> first;
    std::optional<std::string> last;
};

TextEnds ends_of(const Json& processor) {
    TextEnds ends;
    const Json& list = member(processor, "processors");
    const std::vector<Json> steps = list.is_array() ? list.get<std::vector<Json>>() : std::vector{processor};
    for (const Json& step : steps) {
        const Json& single = member(step, "single");
        if (text(step, "type") != "TemplateProcessing" || !single.is_array() || single.size() < 2) continue;
        ends.first = text(member(single.front(), "SpecialToken"), "id");
        ends.last = text(member(single.back(), "SpecialToken"), "id");
    }
    return ends;
}

void set_text_ends(GgufMetadata& metadata, const SpecialTokenSources& sources) {
    if (sources.tokenizer != nullptr) {
        const TextEnds ends = ends_of(sources.tokenizer->post_processor);
        if (ends.first)
            metadata.set("tokenizer.ggml.add_bos_token",
                         !member(sources.tokenizer_config, "bos_token").is_string() ||
                             token_text(sources.tokenizer_config, "bos_token") == ends.first);
        if (ends.last)
            metadata.set("tokenizer.ggml.add_eos_token",
                         token_text(sources.tokenizer_config, "eos_token") == ends.last);
    }
    for (const char* name : {"bos", "eos", "sep"})
        if (const auto add = boolean(sources.tokenizer_config, fmt::format("add_{}_token", name).c_str()))
            metadata.set(fmt::format("tokenizer.ggml.add_{}_token", name), *add);
}

void set_template(GgufMetadata& metadata, const Json& given) {
    if (given.is_string()) return metadata.set("tokenizer.chat_template", given.get<std::string>());
    if (!given.is_array()) return;
    std::vector<std::string> others;
    for (const Json& entry : given) {
        const auto name = text(entry, "name");
        const auto content = text(entry, "template");
        if (!name || !content) continue;
        if (*name == "default") {
            metadata.set("tokenizer.chat_template", *content);
            continue;
        }
        metadata.set(fmt::format("tokenizer.chat_template.{}", *name), *content);
        others.push_back(*name);
    }
    if (!others.empty()) metadata.set_array("tokenizer.chat_templates", std::span<const std::string>(others));
}

}  // namespace

void set_special_tokens(GgufMetadata& metadata, const SpecialTokenSources& sources) {
    for (const SpecialToken& token : special_tokens) {
        std::optional<std::uint64_t> id;
        if (const auto name = token_text(sources.tokenizer_config, fmt::format("{}_token", token.name)))
            id = number_of(sources, *name);
        if (!id) id = number_in(sources.config, fmt::format("{}_token_id", token.name));
        if (id && *id < sources.rows)
            metadata.set(fmt::format("tokenizer.ggml.{}_token_id", token.key),
                         static_cast<std::uint32_t>(*id));
    }
    set_text_ends(metadata, sources);
}

void set_chat_template(GgufMetadata& metadata, const std::filesystem::path& folder,
                       const Json& tokenizer_config) {
    if (const Json& given = member(tokenizer_config, "chat_template"); !given.is_null())
        return set_template(metadata, given);
    if (const auto jinja = read_hf_file(folder, "chat_template.jinja", largest_hf_config))
        metadata.set("tokenizer.chat_template", *jinja);
}

}  // namespace halfstep
