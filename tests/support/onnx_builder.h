// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// ONNX files written down field by field, so that a test can get each of them wrong. Numbers of fields:
// onnx.proto3.
namespace halfstep::testing {

class Proto {
  public:
    Proto& number(std::uint64_t value) {
        for (; value >= 0x80U; value >>= 7U)
            bytes_ += static_cast<char>((value & 0x7fU) | 0x80U);
        bytes_ += static_cast<char>(value);
        return *this;
    }
    Proto& varint(std::uint32_t field, std::uint64_t value) { return number(field << 3U).number(value); }
    Proto& bytes(std::uint32_t field, std::string_view value) {
        number(field << 3U | 2U).number(value.size());
        bytes_ += value;
        return *this;
    }
    Proto& bytes(std::uint32_t field, const Proto& message) { return bytes(field, message.text()); }
    Proto& fixed32(std::uint32_t field, float value) { return number(field << 3U | 5U).plain(value); }
    template <typename Value>
    Proto& plain(Value value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }
    Proto& raw(std::string_view value) {
        bytes_ += value;
        return *this;
    }
    const std::string& text() const { return bytes_; }

  private:
    std::string bytes_;
};

template <typename Value>
std::string packed(const std::vector<Value>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

// A TensorProto without its data.
inline Proto tensor_proto(std::string_view name, std::uint64_t type, const std::vector<std::uint64_t>& dims) {
    Proto proto;
    for (const std::uint64_t extent : dims)
        proto.varint(1, extent);
    proto.varint(2, type);
    if (!name.empty()) proto.bytes(8, name);
    return proto;
}

inline Proto f32_tensor(std::string_view name, const std::vector<std::uint64_t>& dims,
                        const std::vector<float>& values) {
    return tensor_proto(name, 1, dims).bytes(9, packed(values));
}

inline Proto node_proto(std::string_view op, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs) {
    Proto proto;
    for (const std::string& input : inputs)
        proto.bytes(1, input);
    for (const std::string& output : outputs)
        proto.bytes(2, output);
    return proto.bytes(4, op);
}

inline Proto int_attribute(std::string_view name, std::uint64_t value) {
    return Proto().bytes(1, name).varint(3, value).varint(20, 2);
}
inline Proto ints_attribute(std::string_view name, const std::vector<std::uint64_t>& values) {
    Proto numbers;
    for (const std::uint64_t value : values)
        numbers.number(value);
    return Proto().bytes(1, name).bytes(8, numbers).varint(20, 7);
}
inline Proto graph_attribute(std::string_view name, const Proto& graph) {
    return Proto().bytes(1, name).bytes(6, graph).varint(20, 5);
}
inline Proto constant_node(std::string_view output, const Proto& tensor) {
    return Proto()
        .bytes(2, output)
        .bytes(4, "Constant")
        .bytes(5, Proto().bytes(1, "value").bytes(5, tensor).varint(20, 4));
}

inline std::string onnx_file(const Proto& graph, std::uint64_t opset = 13, std::uint64_t ir_version = 8) {
    return Proto()
        .varint(1, ir_version)
        .bytes(2, "test")
        .bytes(7, graph)
        .bytes(8, Proto().varint(2, opset))
        .text();
}

}  // namespace halfstep::testing
