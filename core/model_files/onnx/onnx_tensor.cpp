// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/onnx/onnx_tensor.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace halfstep {
namespace {

constexpr std::size_t highest_rank = 64;  // NumPy's limit; the format sets none

using namespace tensor_field;

constexpr std::array types = {
    OnnxType{1, "f32", DType::f32, 32, float_data},
    OnnxType{2, "u8", DType::u8, 8, int32_data},
    OnnxType{3, "i8", DType::i8, 8, int32_data},
    OnnxType{4, "u16", DType::u16, 16, int32_data},
    OnnxType{5, "i16", DType::i16, 16, int32_data},
    OnnxType{6, "i32", DType::i32, 32, int32_data},
    OnnxType{7, "i64", DType::i64, 64, int64_data},
    OnnxType{8, "string", DType::unknown, 0, string_data},
    OnnxType{9, "bool", DType::boolean, 8, int32_data},
    OnnxType{10, "f16", DType::f16, 16, int32_data},
    OnnxType{11, "f64", DType::f64, 64, double_data},
    OnnxType{12, "u32", DType::u32, 32, uint64_data},
    OnnxType{13, "u64", DType::u64, 64, uint64_data},
    OnnxType{14, "c64", DType::c64, 64, float_data},
    OnnxType{15, "complex128", DType::unknown, 128, double_data},
    OnnxType{16, "bf16", DType::bf16, 16, int32_data},
    OnnxType{17, "f8_e4m3", DType::f8_e4m3, 8, int32_data},
    OnnxType{18, "f8_e4m3fnuz", DType::f8_e4m3fnuz, 8, int32_data},
    OnnxType{19, "f8_e5m2", DType::f8_e5m2, 8, int32_data},
    OnnxType{20, "f8_e5m2fnuz", DType::f8_e5m2fnuz, 8, int32_data},
    OnnxType{21, "u4", DType::u4, 4, int32_data},
    OnnxType{22, "i4", DType::i4, 4, int32_data},
    OnnxType{23, "f4", DType::f4, 4, int32_data},
    OnnxType{24, "f8_e8m0", DType::f8_e8m0, 8, int32_data},
    OnnxType{25, "u2", DType::u2, 2, int32_data},
    OnnxType{26, "i2", DType::i2, 2, int32_data},
};

// Reads one TensorProto; what its fields say is put together at the end.
class TensorReader {
  public:
    TensorReader(ByteReader& bytes, FileRange message) : bytes_(bytes) { tensor_.message = message; }

    OnnxTensor read() {
        ProtobufReader reader(bytes_, tensor_.message);
        ProtobufField field;
        while (reader.next(field))
            take(field);
        type_ = onnx_type(tensor_.data_type);
        bytes_.set_context(tensor_.name);
        set_size();
        locate();
        bytes_.set_context({});
        return std::move(tensor_);
    }

  private:
    [[noreturn]] void fail(const std::string& problem) const { bytes_.fail(problem, tensor_.message.begin); }

    void take(const ProtobufField& field) {
        switch (field.number) {
            case dims:
                return take_dims(field);
            case data_type:
                require_type(bytes_, field, WireType::varint);
                tensor_.data_type = static_cast<std::int32_t>(field.value);
                return;
            case segment:
                bytes_.fail("this tensor is only a segment of one, which nothing writes any more",
                            field.whole.begin);
            case name:
                tensor_.name = read_text(bytes_, field);
                if (tensor_.name.find('\0') != std::string::npos)
                    bytes_.fail("this tensor's name holds a zero byte", field.whole.begin);
                return;
            case raw_data:
                require_type(bytes_, field, WireType::bytes);
                raw_ = field.payload;
                return;
            case external_data:
                return take_external(field);
            case data_location:
                require_type(bytes_, field, WireType::varint);
                is_external_ = field.value == 1;
                return;
            case float_data:
            case int32_data:
            case string_data:
            case int64_data:
            case double_data:
            case uint64_data:
                return take_typed(field);
            default:
                return;  // fields that say nothing about the numbers, or are newer than this program
        }
    }

    void take_dims(const ProtobufField& field) {
        if (field.type == WireType::varint) return add_dim(field.value, field.whole.begin);
        require_type(bytes_, field, WireType::bytes);
        ProtobufReader packed(bytes_, field.payload);
        while (!packed.at_end())
            add_dim(packed.varint(), field.whole.begin);
    }

    void add_dim(std::uint64_t extent, std::uint64_t position) {
        if (tensor_.dims.size() == highest_rank)
            bytes_.fail(fmt::format("the shape has more than {} dimensions", highest_rank), position);
        if (extent > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            bytes_.fail(fmt::format("the shape holds {}", static_cast<std::int64_t>(extent)), position);
        tensor_.dims.push_back(static_cast<std::int64_t>(extent));
    }

    void take_external(const ProtobufField& field) {
        require_type(bytes_, field, WireType::bytes);
        ProtobufReader entry(bytes_, field.payload);
        ProtobufField part;
        std::string key;
        std::string value;
        while (entry.next(part)) {
            if (part.number == 1) key = read_text(bytes_, part);
            if (part.number == 2) value = read_text(bytes_, part);
        }
        if (key == "offset") tensor_.external.offset = number(value, key, field.whole.begin);
        if (key == "length") tensor_.external.length = number(value, key, field.whole.begin);
        if (key == "location") tensor_.external.location = std::move(value);
    }

    std::uint64_t number(const std::string& text, const std::string& key, std::uint64_t position) const {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return value;
        bytes_.fail(fmt::format("the {} of external data should be a number of bytes, it is '{}'", key,
                                quotable(text)),
                    position);
    }

    void take_typed(const ProtobufField& field) {
        if (field.number == string_data) require_type(bytes_, field, WireType::bytes);
        ++typed_fields_;
        typed_field_ = field.number;
        typed_ = field.payload;
        typed_is_packed_ = field.type == WireType::bytes;
    }

    void set_size() {
        std::uint64_t elements = 1;
        for (const std::int64_t extent : tensor_.dims)
            if (__builtin_mul_overflow(elements, static_cast<std::uint64_t>(extent), &elements))
                fail("its shape holds more elements than a computer can count");
        tensor_.elements = elements;
        std::uint64_t bits = 0;
        if (type_ == nullptr || type_->bits == 0) return;
        if (__builtin_mul_overflow(elements, std::uint64_t{type_->bits}, &bits))
            fail("its shape holds more bits than a computer can count");
        tensor_.bytes = bits / 8 + (bits % 8 != 0 ? 1 : 0);
    }

    void locate() {
        if (is_external_) {
            if (raw_ || typed_fields_ != 0) fail("its data is said to be external, but some stands here too");
            if (tensor_.external.location.empty())
                fail("its data is said to be external, but not where it lies");
            tensor_.storage = OnnxStorage::external;
        } else if (raw_) {
            tensor_.storage = OnnxStorage::in_place;
            tensor_.data = *raw_;
            check_length(*raw_);
        } else if (typed_fields_ != 0) {
            locate_typed();
        } else if (tensor_.elements != 0) {
            fail(fmt::format("its {} elements are missing", tensor_.elements));
        }
    }

    void check_length(FileRange data) {
        if (type_ == nullptr || type_->bits == 0) {
            tensor_.bytes = data.size();
        } else if (data.size() != tensor_.bytes) {
            fail(
                fmt::format("its shape and type need {} bytes, its data has {}", tensor_.bytes, data.size()));
        }
    }

    void locate_typed() {
        if (type_ == nullptr || type_->bits == 0) {  // not to be read
            tensor_.storage = OnnxStorage::in_place;
            tensor_.data = tensor_.message;
            tensor_.bytes = tensor_.message.size();
            return;
        }
        if (typed_field_ != type_->typed_field)
            fail(fmt::format("elements of {} stand in field {} of a tensor, these are in {}", type_->name,
                             type_->typed_field, typed_field_));
        const bool fixed_size = typed_field_ == float_data || typed_field_ == double_data;
        if (fixed_size && typed_fields_ == 1 && typed_is_packed_) {
            tensor_.storage = OnnxStorage::in_place;
            tensor_.data = typed_;
            return check_length(typed_);
        }
        tensor_.storage = OnnxStorage::typed;
    }

    ByteReader& bytes_;
    OnnxTensor tensor_;
    const OnnxType* type_ = nullptr;
    bool is_external_ = false;
    std::optional<FileRange> raw_;
    FileRange typed_;  // the last typed field
    std::uint32_t typed_field_ = 0;
    std::uint64_t typed_fields_ = 0;
    bool typed_is_packed_ = false;
};

// Puts the numbers of typed fields together.
class TypedDecoder {
  public:
    TypedDecoder(ByteReader& bytes, const OnnxTensor& tensor)
        : bytes_(bytes), tensor_(tensor), type_(*onnx_type(tensor.data_type)) {
        number_bytes_ = std::max<std::size_t>(type_.bits / 8, 1);  // 4-bit types: two to a number
        if (type_.typed_field == float_data) number_bytes_ = sizeof(float);
        if (type_.typed_field == double_data) number_bytes_ = sizeof(double);
    }

    std::vector<std::byte> decode() {
        ProtobufReader reader(bytes_, tensor_.message);
        ProtobufField field;
        while (reader.next(field))
            if (field.number == type_.typed_field) take(field);
        if (decoded_.size() != tensor_.bytes)
            fail(fmt::format("its shape and type need {} bytes, its data has {}", tensor_.bytes,
                             decoded_.size()));
        return std::move(decoded_);
    }

  private:
    [[noreturn]] void fail(const std::string& problem) const {
        bytes_.set_context(tensor_.name);
        bytes_.fail(problem, tensor_.message.begin);
    }

    void take(const ProtobufField& field) {
        if (field.type != WireType::bytes) return add(field.value);
        ProtobufReader packed(bytes_, field.payload);
        while (!packed.at_end()) {
            if (type_.typed_field == float_data)
                add(packed.fixed32());
            else if (type_.typed_field == double_data)
                add(packed.fixed64());
            else
                add(packed.varint());
        }
    }

    void add(std::uint64_t value) {
        if (tensor_.bytes - decoded_.size() < number_bytes_)
            fail(fmt::format("its data goes on after the {} bytes that its shape and type need",
                             tensor_.bytes));
        const auto* first = reinterpret_cast<const std::byte*>(&value);
        decoded_.insert(decoded_.end(), first, first + number_bytes_);
    }

    ByteReader& bytes_;
    const OnnxTensor& tensor_;
    const OnnxType& type_;
    std::size_t number_bytes_ = 0;
    std::vector<std::byte> decoded_;
};

}  // namespace

const OnnxType* onnx_type(std::int32_t number) {
    const auto found = std::ranges::find(types, number, &OnnxType::number);
    return found == types.end() ? nullptr : &*found;
}

const OnnxType& onnx_type_named(std::string_view wanted) {
    const auto found = std::ranges::find(types, wanted, &OnnxType::name);
    if (found == types.end()) throw std::invalid_argument("no such type in ONNX");
    return *found;
}

OnnxTensor read_onnx_tensor(ByteReader& bytes, FileRange message) {
    return TensorReader(bytes, message).read();
}

std::vector<std::byte> decode_typed_data(ByteReader& bytes, const OnnxTensor& tensor) {
    return TypedDecoder(bytes, tensor).decode();
}

}  // namespace halfstep
