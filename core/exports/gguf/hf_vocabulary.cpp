// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/hf_vocabulary.h"

#include "core/exports/gguf/hf_files.h"
#include "core/exports/gguf/pre_tokenizer.h"
#include "core/exports/gguf/special_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <unordered_map>
#include <utility>

// Source: get_vocab_base, _create_vocab_sentencepiece and does_token_look_special of conversion/base.py
// (llama.cpp).
namespace halfstep {
namespace {

using Json = nlohmann::json;

constexpr std::string_view escaped_space = "\xe2\x96\x81";  // U+2581
constexpr float score_of_added = -1000;
constexpr float score_of_missing = -10000;

// Added tokens that are control tokens although their files do not say so.
bool looks_special(std::string_view token) {
    constexpr std::array<std::string_view, 4> names{"<pad>", "<mask>", "<2mass>", "[@BOS@]"};
    const auto between = [token](std::string_view start, std::string_view end) {
        return token.starts_with(start) && token.ends_with(end);
    };
    return std::ranges::find(names, token) != names.end() || between("<|", "|>") ||
           between("<\xef\xbd\x9c", "\xef\xbd\x9c>") || between("<unused", ">");
}

std::string with_spaces(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t at = std::min(text.find(escaped_space), text.size());
        result += text.substr(0, at);
        if (at == text.size()) break;
        result += ' ';
        text.remove_prefix(at + escaped_space.size());
    }
    return result;
}

bool is_byte(std::string_view token) {
    return token.size() == 6 && token.starts_with("<0x") && token.ends_with(">") &&
           token.find_first_not_of("0123456789ABCDEFabcdef", 3) == 5;
}

// Room for as many tokens as the embedding has rows.
void make_room(GgufVocabulary& vocabulary, std::uint64_t rows) {
    for (std::uint64_t id = vocabulary.tokens.size(); id < rows; ++id) {
        vocabulary.tokens.push_back(fmt::format("[PAD{}]", id));
        vocabulary.kinds.push_back(static_cast<std::int32_t>(TokenKind::unused));
        vocabulary.scores.push_back(score_of_missing);
    }
}

void put(GgufVocabulary& vocabulary, std::uint64_t id, std::string token, TokenKind kind, float score) {
    if (id >= vocabulary.tokens.size()) return;
    vocabulary.tokens[static_cast<std::size_t>(id)] = std::move(token);
    vocabulary.kinds[static_cast<std::size_t>(id)] = static_cast<std::int32_t>(kind);
    vocabulary.scores[static_cast<std::size_t>(id)] = score;
}

void put_added(GgufVocabulary& vocabulary, const AddedToken& token) {
    if (token.special || looks_special(token.content))
        put(vocabulary, token.id, token.content, TokenKind::control, score_of_added);
    else
        put(vocabulary, token.id, with_spaces(token.content), TokenKind::user_defined, score_of_added);
}

// llama.cpp joins the pair whose token has the highest score, tokenizer.json the pair that stands first among
// the merges: so a token's score is its first merge's place, counted down from 0.
void set_scores(GgufVocabulary& vocabulary, const HfTokenizer& tokenizer, const JobContext& job) {
    std::unordered_map<std::string, std::size_t> places;
    places.reserve(tokenizer.merges.size());
    for (std::size_t place = 0; place < tokenizer.merges.size(); ++place) {
        if (place % 4096 == 0) job.throw_if_stopped();
        places.try_emplace(tokenizer.merges[place].first + tokenizer.merges[place].second, place);
    }
    const auto last = static_cast<float>(tokenizer.merges.size());
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
        const auto kind = static_cast<TokenKind>(vocabulary.kinds[id]);
        if (kind == TokenKind::byte || kind == TokenKind::unknown) vocabulary.scores[id] = 0;
        if (kind != TokenKind::normal) continue;
        const auto found = places.find(vocabulary.tokens[id]);
        vocabulary.scores[id] = -(found == places.end() ? last : static_cast<float>(found->second));
    }
}

// Whether a space is put in front of every text.
bool has_space_prefix(const HfTokenizer& tokenizer) {
    const auto asks_for_it = [](const Json& step) {
        if (text(step, "type") == "Prepend") return true;
        if (text(step, "type") != "Metaspace") return false;
        const auto scheme = text(step, "prepend_scheme");
        return scheme ? *scheme != "never" : boolean(step, "add_prefix_space").value_or(true);
    };
    for (const auto& [whole, list] : {std::pair(&tokenizer.normalizer, "normalizers"),
                                      std::pair(&tokenizer.pre_tokenizer, "pretokenizers")}) {
        if (asks_for_it(*whole)) return true;
        const Json& steps = member(*whole, list);
        if (steps.is_array() && std::ranges::any_of(steps, asks_for_it)) return true;
    }
    return false;
}

void set_sentencepiece_like(GgufVocabulary& vocabulary, const HfTokenizer& tokenizer, const JobContext& job) {
    vocabulary.model = "llama";
    vocabulary.pre = "default";
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
        if (is_byte(vocabulary.tokens[id])) vocabulary.kinds[id] = static_cast<std::int32_t>(TokenKind::byte);
        if (vocabulary.tokens[id] == "<unk>")
            vocabulary.kinds[id] = static_cast<std::int32_t>(TokenKind::unknown);
    }
    set_scores(vocabulary, tokenizer, job);
    vocabulary.space_prefix = has_space_prefix(tokenizer);
}

// A space inside a part would look like the one between the two; the byte-level alphabet has a letter for it.
std::string merge_text(const std::pair<std::string, std::string>& merge) {
    std::string result;
    for (const std::string* part : {&merge.first, &merge.second}) {
        if (part == &merge.second) result += ' ';
        for (const char c : *part)
            result += c == ' ' ? std::string("\xc4\xa0") : std::string(1, c);  // U+0120
    }
    return result;
}

void set_byte_level(GgufVocabulary& vocabulary, const HfTokenizer& tokenizer, std::vector<Issue>& issues) {
    vocabulary.model = "gpt2";
    vocabulary.scores.clear();
    vocabulary.merges.reserve(tokenizer.merges.size());
    for (const auto& merge : tokenizer.merges)
        vocabulary.merges.push_back(merge_text(merge));
    if (const auto name = pre_tokenizer_name(tokenizer.pre_tokenizer)) {
        vocabulary.pre = *name;
        return;
    }
    vocabulary.pre = "default";
    issues.push_back({Severity::warning,
                      {},
                      "llama.cpp may cut text into other words than this model's tokenizer does: its pattern "
                      "is none that is known"});
}

}  // namespace

std::optional<GgufVocabulary> vocabulary_of(const HfTokenizer& tokenizer, std::uint64_t rows,
                                            std::vector<Issue>& issues, const JobContext& job) {
    if (tokenizer.type != "BPE") {
        issues.push_back({Severity::warning,
                          {},
                          fmt::format("tokenizer.json is of type '{}', which is not carried over: the file "
                                      "has no tokenizer",
                                      tokenizer.type)});
        return std::nullopt;
    }
    GgufVocabulary vocabulary;
    make_room(vocabulary, rows);
    std::uint64_t left_out = 0;
    for (const auto& [token, id] : tokenizer.vocabulary) {
        left_out += id >= rows ? 1 : 0;
        put(vocabulary, id, token, TokenKind::normal, 0);
    }
    for (const AddedToken& token : tokenizer.added)
        put_added(vocabulary, token);
    if (left_out > 0)
        issues.push_back({Severity::warning,
                          {},
                          fmt::format("the tokenizer has {} tokens more than the model's embedding has rows, "
                                      "they are left out",
                                      left_out)});
    if (tokenizer.byte_fallback)
        set_sentencepiece_like(vocabulary, tokenizer, job);
    else
        set_byte_level(vocabulary, tokenizer, issues);
    return vocabulary;
}

namespace {

// An entry of tokenizer_config.json's added_tokens_decoder: "32000": {"content": …, "special": …}.
void put_listed(GgufVocabulary& vocabulary, const SentencePieceFile& file, const std::string& key,
                const Json& token) {
    AddedToken found;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), found.id);
    const std::optional<std::string> content = text(token, "content");
    if (error != std::errc() || end != key.data() + key.size() || !content) return;
    // The unknown token and those of single bytes keep their kind.
    if (found.id < file.pieces.size()) {
        const TokenKind kind = file.pieces[static_cast<std::size_t>(found.id)].kind;
        if (kind == TokenKind::unknown || kind == TokenKind::byte) return;
    }
    found.content = *content;
    found.special = boolean(token, "special").value_or(false);
    put_added(vocabulary, found);
}

}  // namespace

GgufVocabulary vocabulary_of(const SentencePieceFile& file, const Json& tokenizer_config,
                             const Json& added_tokens, std::uint64_t rows) {
    GgufVocabulary vocabulary;
    vocabulary.model = "llama";
    vocabulary.pre = "default";
    make_room(vocabulary, rows);
    for (std::size_t id = 0; id < file.pieces.size(); ++id) {
        const SentencePiece& piece = file.pieces[id];
        const bool own = piece.kind == TokenKind::user_defined;
        put(vocabulary, id, own ? with_spaces(piece.text) : piece.text, piece.kind, piece.score);
    }
    if (added_tokens.is_object())
        for (const auto& [token, id] : added_tokens.items())
            if (id.is_number_unsigned()) put_added(vocabulary, {id.get<std::uint64_t>(), token, false});
    const Json& added = member(tokenizer_config, "added_tokens_decoder");
    if (added.is_object())
        for (const auto& [key, token] : added.items())
            put_listed(vocabulary, file, key, token);
    vocabulary.space_prefix = file.add_dummy_prefix;
    return vocabulary;
}

void set_hf_tokens(GgufMetadata& metadata, const std::filesystem::path& folder, const Json& config,
                   std::uint64_t rows, std::vector<Issue>& issues, const JobContext& job) {
    const Json tokenizer_config = read_hf_json(folder, "tokenizer_config.json");
    const std::optional<HfTokenizer> tokenizer = read_hf_tokenizer(folder, job);
    std::optional<GgufVocabulary> vocabulary;
    if (const std::optional<SentencePieceFile> file = read_sentencepiece(folder))
        vocabulary = vocabulary_of(*file, tokenizer_config, read_hf_json(folder, "added_tokens.json"), rows);
    else if (tokenizer)
        vocabulary = vocabulary_of(*tokenizer, rows, issues, job);
    else
        issues.push_back(
            {Severity::warning,
             {},
             "the model's folder has neither tokenizer.json nor tokenizer.model: the file has no "
             "tokenizer, and llama.cpp cannot read text with it"});
    if (!vocabulary) return metadata.set("tokenizer.ggml.model", "none");

    metadata.set("tokenizer.ggml.model", vocabulary->model);
    metadata.set("tokenizer.ggml.pre", vocabulary->pre);
    metadata.set_array("tokenizer.ggml.tokens", std::span<const std::string>(vocabulary->tokens));
    if (!vocabulary->scores.empty())
        metadata.set_array("tokenizer.ggml.scores", std::span<const float>(vocabulary->scores));
    metadata.set_array("tokenizer.ggml.token_type", std::span<const std::int32_t>(vocabulary->kinds));
    if (!vocabulary->merges.empty())
        metadata.set_array("tokenizer.ggml.merges", std::span<const std::string>(vocabulary->merges));
    if (vocabulary->space_prefix) metadata.set("tokenizer.ggml.add_space_prefix", *vocabulary->space_prefix);
    set_special_tokens(metadata, {tokenizer ? &*tokenizer : nullptr, tokenizer_config, config, rows});
    set_chat_template(metadata, folder, tokenizer_config);
}

}  // namespace halfstep
