// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/byte_reader.h"

#include <cstdint>
#include <string>

namespace halfstep {

// Bytes [begin, end) of a file.
struct FileRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    std::uint64_t size() const { return end - begin; }
    friend bool operator==(const FileRange&, const FileRange&) = default;
};

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// One field of a message, as it stands in the file. Nothing of a field of bytes has been read.
struct ProtobufField {
    std::uint32_t number = 0;
    WireType type = WireType::varint;
    std::uint64_t value = 0;  // varint, fixed64, fixed32: its bits
    FileRange payload;        // what follows the tag (and of bytes: the length)
    FileRange whole;          // with them
};

// Reads the fields of one message in the order of the file (protobuf.dev, "Encoding"). Every length is
// checked against the message it stands in; nothing is allocated for it. Several readers may share one
// ByteReader: each knows its own place.
class ProtobufReader {
  public:
    // `message` must lie inside the file.
    ProtobufReader(ByteReader& bytes, FileRange message) : bytes_(bytes), message_(message) {}

    // False at the end of the message. Throws Error for what is no field, or does not fit into the message.
    bool next(ProtobufField& field);

    // The next varint, of a packed field; the caller has seen that there is more.
    std::uint64_t varint();
    // The next 4 or 8 bytes, of a packed field.
    std::uint32_t fixed32() { return fixed<std::uint32_t>(); }
    std::uint64_t fixed64() { return fixed<std::uint64_t>(); }
    bool at_end() const { return message_.begin >= message_.end; }

  private:
    template <typename Value>
    Value fixed();
    void require(std::uint64_t bytes, std::uint64_t position) const;

    ByteReader& bytes_;
    FileRange message_;  // what is left of it
};

// Throws Error where the field is not of this type: a damaged file, or none of the kind it should be.
void require_type(const ByteReader& bytes, const ProtobufField& field, WireType type);

// A text field. Throws Error where it is longer than `longest` or not UTF-8.
std::string read_text(ByteReader& bytes, const ProtobufField& field, std::uint64_t longest = 65'535);

}  // namespace halfstep
