// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/onnx/protobuf_reader.h"
#include "core/tensor/dtype.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// Messages and numbers: onnx/onnx.proto3.
namespace halfstep {

// Fields of TensorProto.
namespace tensor_field {
inline constexpr std::uint32_t dims = 1;
inline constexpr std::uint32_t data_type = 2;
inline constexpr std::uint32_t segment = 3;
inline constexpr std::uint32_t float_data = 4;
inline constexpr std::uint32_t int32_data = 5;
inline constexpr std::uint32_t string_data = 6;
inline constexpr std::uint32_t int64_data = 7;
inline constexpr std::uint32_t name = 8;
inline constexpr std::uint32_t raw_data = 9;
inline constexpr std::uint32_t double_data = 10;
inline constexpr std::uint32_t uint64_data = 11;
inline constexpr std::uint32_t external_data = 13;
inline constexpr std::uint32_t data_location = 14;
}  // namespace tensor_field

// An element type of TensorProto.
struct OnnxType {
    std::int32_t number = 0;
    std::string_view name;  // as listed: "f32", "string"
    DType dtype = DType::unknown;
    std::uint32_t bits = 0;         // of an element; 0: of no fixed size
    std::uint32_t typed_field = 0;  // of TensorProto, that holds the elements where raw_data does not
};

// Null for numbers that are not known.
const OnnxType* onnx_type(std::int32_t number);
// Of a type that ONNX has; the one that this program writes.
const OnnxType& onnx_type_named(std::string_view wanted);

// Where a tensor's bytes are, if not in the model file.
struct ExternalData {
    std::string location;  // below the model's folder
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

// How a tensor's elements are stored.
enum class OnnxStorage : std::uint8_t {
    nothing,   // it has no elements
    in_place,  // `data` of the model file, little-endian
    typed,     // numbers that have to be decoded one by one
    external,
};

struct OnnxTensor {
    std::string name;  // may be empty: constants often have none
    std::int32_t data_type = 0;
    std::vector<std::int64_t> dims;
    std::uint64_t elements = 0;
    std::uint64_t bytes =
        0;              // of the elements, packed; of types without a fixed size: as they stand in the file
    FileRange message;  // the TensorProto
    OnnxStorage storage = OnnxStorage::nothing;
    FileRange data;
    ExternalData external;
};

// Reads a TensorProto but not its elements. Throws Error where shape, type and data do not agree.
OnnxTensor read_onnx_tensor(ByteReader& bytes, FileRange message);

// The elements of a tensor of OnnxStorage::typed, as raw_data would hold them.
std::vector<std::byte> decode_typed_data(ByteReader& bytes, const OnnxTensor& tensor);

}  // namespace halfstep
