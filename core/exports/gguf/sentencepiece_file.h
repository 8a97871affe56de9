// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// Kinds of tokens, numbered as in SentencePiece and in GGUF.
enum class TokenKind : std::int32_t { normal = 1, unknown, control, user_defined, unused, byte };

struct SentencePiece {
    std::string text;
    float score = 0;
    TokenKind kind = TokenKind::normal;
};

// What a tokenizer.model says (sentencepiece_model.proto).
struct SentencePieceFile {
    std::vector<SentencePiece> pieces;
    bool add_dummy_prefix = true;  // a space in front of every text
};

// Reads the protobuf wire format of exactly these fields; what else is there is passed over. Throws Error,
// with the byte, for bytes that are no such message.
SentencePieceFile parse_sentencepiece(std::string_view bytes, const std::string& path);

// None where the folder has no tokenizer.model.
std::optional<SentencePieceFile> read_sentencepiece(const std::filesystem::path& folder);

}  // namespace halfstep
