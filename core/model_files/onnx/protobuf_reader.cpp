// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/onnx/protobuf_reader.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <limits>

namespace halfstep {

void ProtobufReader::require(std::uint64_t bytes, std::uint64_t position) const {
    const std::uint64_t left = message_.end - message_.begin;
    if (bytes <= left) return;
    if (message_.end == bytes_.file().size()) {
        bytes_.seek(message_.begin);
        bytes_.require(bytes);
    }
    bytes_.fail(
        fmt::format("{} bytes were expected here, but the message around them ends after {}", bytes, left),
        position);
}

template <typename Value>
Value ProtobufReader::fixed() {
    require(sizeof(Value), message_.begin);
    bytes_.seek(message_.begin);
    message_.begin += sizeof(Value);
    return bytes_.read<Value>();
}

template std::uint32_t ProtobufReader::fixed<std::uint32_t>();
template std::uint64_t ProtobufReader::fixed<std::uint64_t>();

std::uint64_t ProtobufReader::varint() {
    const std::uint64_t start = message_.begin;
    bytes_.seek(start);
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        require(1, start);
        const auto byte = bytes_.read<std::uint8_t>();
        ++message_.begin;
        if (shift == 63 && byte > 1) break;
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if ((byte & 0x80U) == 0) return value;
    }
    bytes_.fail("a number here is longer than 64 bits", start);
}

bool ProtobufReader::next(ProtobufField& field) {
    if (at_end()) return false;
    field.whole.begin = message_.begin;
    const std::uint64_t tag = varint();
    const std::uint64_t number = tag >> 3U;
    if (number == 0 || number > std::numeric_limits<std::uint32_t>::max() >> 3U)
        bytes_.fail(fmt::format("{} is not the number of a protobuf field", number), field.whole.begin);
    field.number = static_cast<std::uint32_t>(number);
    field.type = static_cast<WireType>(tag & 7U);
    field.value = 0;
    field.payload.begin = message_.begin;
    switch (field.type) {
        case WireType::varint:
            field.value = varint();
            break;
        case WireType::fixed64:
            field.value = fixed64();
            break;
        case WireType::fixed32:
            field.value = fixed32();
            break;
        case WireType::bytes: {
            const std::uint64_t length = varint();
            require(length, field.whole.begin);
            field.payload.begin = message_.begin;
            message_.begin += length;
            break;
        }
        default:
            bytes_.fail(fmt::format("{} is not a protobuf wire type", tag & 7U), field.whole.begin);
    }
    field.payload.end = field.whole.end = message_.begin;
    return true;
}

void require_type(const ByteReader& bytes, const ProtobufField& field, WireType type) {
    if (field.type != type)
        bytes.fail(fmt::format("field {} has the wire type {}, {} was expected", field.number,
                               static_cast<int>(field.type), static_cast<int>(type)),
                   field.whole.begin);
}

std::string read_text(ByteReader& bytes, const ProtobufField& field, std::uint64_t longest) {
    require_type(bytes, field, WireType::bytes);
    if (field.payload.size() > longest)
        bytes.fail(fmt::format("a text of {} bytes stands here, at most {} were expected",
                               field.payload.size(), longest),
                   field.whole.begin);
    bytes.seek(field.payload.begin);
    std::string text = bytes.text(field.payload.size());
    if (!is_utf8(text)) bytes.fail("the text here is not UTF-8", field.whole.begin);
    return text;
}

}  // namespace halfstep
