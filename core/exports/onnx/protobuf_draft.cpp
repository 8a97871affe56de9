// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/protobuf_draft.h"

namespace halfstep {

void ProtobufDraft::append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (pieces_.empty() || pieces_.back().kind != Piece::text) pieces_.push_back({});
    pieces_.back().bytes += bytes;
    pieces_.back().size += bytes.size();
    size_ += bytes.size();
}

void ProtobufDraft::put_number(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80U; value >>= 7U)
        bytes += static_cast<char>((value & 0x7fU) | 0x80U);
    append(bytes += static_cast<char>(value));
}

void ProtobufDraft::tag(std::uint32_t field, WireType type) {
    put_number((std::uint64_t{field} << 3U) | static_cast<std::uint64_t>(type));
}

void ProtobufDraft::varint(std::uint32_t field, std::uint64_t value) {
    tag(field, WireType::varint);
    put_number(value);
}

void ProtobufDraft::bytes(std::uint32_t field, std::string_view value) {
    tag(field, WireType::bytes);
    put_number(value.size());
    append(value);
}

void ProtobufDraft::message(std::uint32_t field, const ProtobufDraft& value) {
    tag(field, WireType::bytes);
    put_number(value.size());
    append(value);
}

void ProtobufDraft::append(const ProtobufDraft& fields) {
    for (const Piece& piece : fields.pieces_) {
        if (piece.kind == Piece::text)
            append(piece.bytes);
        else if (piece.kind == Piece::source)
            copy({piece.position, piece.position + piece.size});
        else
            pieces_.push_back(piece);
        if (piece.kind == Piece::weight) size_ += piece.size;
    }
}

void ProtobufDraft::copy(FileRange source) {
    if (source.size() == 0) return;
    size_ += source.size();
    if (!pieces_.empty() && pieces_.back().kind == Piece::source &&
        pieces_.back().position + pieces_.back().size == source.begin) {
        pieces_.back().size += source.size();
        return;
    }
    Piece piece;
    piece.kind = Piece::source;
    piece.size = source.size();
    piece.position = source.begin;
    pieces_.push_back(piece);
}

void ProtobufDraft::weight(std::uint32_t field, std::size_t number, WeightPart part, std::uint64_t size) {
    tag(field, WireType::bytes);
    put_number(size);
    Piece piece;
    piece.kind = Piece::weight;
    piece.size = size;
    piece.number = number;
    piece.part = part;
    pieces_.push_back(piece);
    size_ += size;
}

}  // namespace halfstep
