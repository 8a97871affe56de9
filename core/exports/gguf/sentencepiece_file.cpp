// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/sentencepiece_file.h"

#include "core/base/error.h"
#include "core/exports/gguf/hf_files.h"

#include <bit>
#include <cstring>

namespace halfstep {
namespace {

constexpr const char* file_name = "tokenizer.model";

enum class Wire : std::uint8_t { varint = 0, eight_bytes = 1, bytes = 2, four_bytes = 5 };

// One message of the wire format: fields one after another, each with its number and the way it is stored.
class Message {
  public:
    Message(std::string_view bytes, const std::string& path, std::uint64_t start)
        : bytes_(bytes), path_(path), start_(start) {}

    // Goes on to the next field; false at the end.
    bool next() {
        if (at_ == bytes_.size()) return false;
        const std::uint64_t key = read_varint();
        field = key >> 3U;
        wire = static_cast<Wire>(key & 7U);
        switch (wire) {
            case Wire::varint:
                number = read_varint();
                return true;
            case Wire::eight_bytes:
                content = take(8);
                return true;
            case Wire::bytes:
                content = take(read_varint());
                return true;
            case Wire::four_bytes:
                content = take(4);
                return true;
        }
        fail();
    }

    Message inner() const {
        return {content, path_, start_ + static_cast<std::uint64_t>(content.data() - bytes_.data())};
    }

    bool is(std::uint64_t wanted, Wire how) const { return field == wanted && wire == how; }

    std::uint64_t field = 0;
    Wire wire = Wire::varint;
    std::uint64_t number = 0;  // of a varint
    std::string_view content;  // of all others

  private:
    std::uint64_t read_varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (at_ == bytes_.size()) fail();
            const auto byte = static_cast<std::uint8_t>(bytes_[at_++]);
            value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        fail();
    }

    std::string_view take(std::uint64_t length) {
        if (length > bytes_.size() - at_) fail();
        const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(length));
        at_ += static_cast<std::size_t>(length);
        return taken;
    }

    [[noreturn]] void fail() const {
        throw Error("this is not a SentencePiece model, or it is damaged", {path_, {}, start_ + at_},
                    "Download it again");
    }

    std::string_view bytes_;
    const std::string& path_;
    std::uint64_t start_;
    std::size_t at_ = 0;
};

SentencePiece read_piece(Message message) {
    SentencePiece piece;
    while (message.next()) {
        if (message.is(1, Wire::bytes)) piece.text = message.content;
        if (message.is(2, Wire::four_bytes)) std::memcpy(&piece.score, message.content.data(), 4);
        if (message.is(3, Wire::varint) && message.number >= 1 && message.number <= 6)
            piece.kind = static_cast<TokenKind>(message.number);
    }
    return piece;
}

}  // namespace

SentencePieceFile parse_sentencepiece(std::string_view bytes, const std::string& path) {
    static_assert(std::endian::native == std::endian::little);
    SentencePieceFile file;
    Message message(bytes, path, 0);
    while (message.next()) {
        if (message.is(1, Wire::bytes)) file.pieces.push_back(read_piece(message.inner()));
        if (!message.is(3, Wire::bytes)) continue;
        for (Message normalizer = message.inner(); normalizer.next();)
            if (normalizer.is(3, Wire::varint)) file.add_dummy_prefix = normalizer.number != 0;
    }
    if (file.pieces.empty())
        throw Error("this SentencePiece model has no tokens", {path, {}, {}}, "Download it again");
    return file;
}

std::optional<SentencePieceFile> read_sentencepiece(const std::filesystem::path& folder) {
    const std::optional<std::string> content = read_hf_file(folder, file_name, largest_hf_tokenizer);
    if (!content) return std::nullopt;
    return parse_sentencepiece(*content, (folder / file_name).string());
}

}  // namespace halfstep
