// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/onnx/protobuf_reader.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// What is to be stored of one quantized weight.
enum class WeightPart : std::uint8_t { codes, scales, zero_points };

// A protobuf message that is being put together: bytes of its own, stretches of the file that it is made
// from, and parts of weights that will be computed when it is written.
class ProtobufDraft {
  public:
    struct Piece {
        enum Kind : std::uint8_t { text, source, weight };
        Kind kind = text;
        std::uint64_t size = 0;
        std::string bytes = {};
        std::uint64_t position = 0;  // in the source
        std::size_t number = 0;      // of the weight
        WeightPart part = WeightPart::codes;
    };

    void varint(std::uint32_t field, std::uint64_t value);
    void bytes(std::uint32_t field, std::string_view value);
    void message(std::uint32_t field, const ProtobufDraft& value);
    void copy(FileRange source);  // whole fields
    void append(const ProtobufDraft& fields);
    // A field of bytes that is part of a weight.
    void weight(std::uint32_t field, std::size_t number, WeightPart part, std::uint64_t size);

    std::uint64_t size() const { return size_; }
    const std::vector<Piece>& pieces() const { return pieces_; }

  private:
    void append(std::string_view bytes);
    void tag(std::uint32_t field, WireType type);
    void put_number(std::uint64_t value);

    std::vector<Piece> pieces_;
    std::uint64_t size_ = 0;
};

}  // namespace halfstep
