// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/torch_types.h"

#include <array>

namespace halfstep {
namespace {

constexpr std::array types = {
    TorchType{"float32", "Float", "f32", DType::f32, 4},
    TorchType{"float", "", "f32", DType::f32, 4},
    TorchType{"float16", "Half", "f16", DType::f16, 2},
    TorchType{"half", "", "f16", DType::f16, 2},
    TorchType{"bfloat16", "BFloat16", "bf16", DType::bf16, 2},
    TorchType{"float64", "Double", "f64", DType::f64, 8},
    TorchType{"double", "", "f64", DType::f64, 8},
    TorchType{"int64", "Long", "i64", DType::i64, 8},
    TorchType{"long", "", "i64", DType::i64, 8},
    TorchType{"int32", "Int", "i32", DType::i32, 4},
    TorchType{"int", "", "i32", DType::i32, 4},
    TorchType{"int16", "Short", "i16", DType::i16, 2},
    TorchType{"short", "", "i16", DType::i16, 2},
    TorchType{"int8", "Char", "i8", DType::i8, 1},
    TorchType{"uint8", "Byte", "u8", DType::u8, 1},
    TorchType{"uint8", "Untyped", "u8", DType::u8, 1},
    TorchType{"uint8", "_Untyped", "u8", DType::u8, 1},
    TorchType{"uint16", "", "u16", DType::u16, 2},
    TorchType{"uint32", "", "u32", DType::u32, 4},
    TorchType{"uint64", "", "u64", DType::u64, 8},
    TorchType{"bool", "Bool", "bool", DType::boolean, 1},
    TorchType{"float8_e4m3fn", "", "f8_e4m3", DType::f8_e4m3, 1},
    TorchType{"float8_e5m2", "", "f8_e5m2", DType::f8_e5m2, 1},
    TorchType{"float8_e4m3fnuz", "", "f8_e4m3fnuz", DType::f8_e4m3fnuz, 1},
    TorchType{"float8_e5m2fnuz", "", "f8_e5m2fnuz", DType::f8_e5m2fnuz, 1},
    TorchType{"float8_e8m0fnu", "", "f8_e8m0", DType::f8_e8m0, 1},
    TorchType{"float4_e2m1fn_x2", "", "float4_e2m1fn_x2", DType::unknown, 1},
    TorchType{"complex32", "ComplexHalf", "complex32", DType::unknown, 4},
    TorchType{"complex64", "ComplexFloat", "c64", DType::c64, 8},
    TorchType{"cfloat", "", "c64", DType::c64, 8},
    TorchType{"complex128", "ComplexDouble", "complex128", DType::unknown, 16},
    TorchType{"qint8", "QInt8", "qint8", DType::unknown, 1},
    TorchType{"quint8", "QUInt8", "quint8", DType::unknown, 1},
    TorchType{"qint32", "QInt32", "qint32", DType::unknown, 4},
    TorchType{"quint4x2", "QUInt4x2", "quint4x2", DType::unknown, 1, 2},
    TorchType{"quint2x4", "QUInt2x4", "quint2x4", DType::unknown, 1, 4},
    TorchType{"bits8", "", "bits8", DType::unknown, 1},
    TorchType{"bits16", "", "bits16", DType::unknown, 2},
};

}  // namespace

const TorchType* torch_type_named(std::string_view name) {
    constexpr std::string_view module = "torch.";
    if (!name.starts_with(module)) return nullptr;
    for (const TorchType& type : types)
        if (type.name == name.substr(module.size())) return &type;
    return nullptr;
}

const TorchType* torch_type_of_storage(std::string_view class_name) {
    constexpr std::string_view suffix = "Storage";
    if (!class_name.starts_with("torch.") || !class_name.ends_with(suffix)) return nullptr;
    const std::size_t start = class_name.rfind('.') + 1;
    const std::string_view element = class_name.substr(start, class_name.size() - suffix.size() - start);
    for (const TorchType& type : types)
        if (!type.storage.empty() && type.storage == element) return &type;
    return nullptr;
}

}  // namespace halfstep
