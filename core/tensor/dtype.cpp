// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/dtype.h"

#include <array>
#include <cstddef>

namespace halfstep {
namespace {

using enum DTypeKind;

// In the order of DType. Sources: safetensors' dtype list, ONNX's, ggml's type table.
constexpr std::array<DTypeTraits, static_cast<std::size_t>(DType::unknown) + 1> table = {{
    {"f64", floating, 1, 64},
    {"f32", floating, 1, 32},
    {"f16", floating, 1, 16},
    {"bf16", floating, 1, 16},
    {"f8_e4m3", small_float, 1, 8},
    {"f8_e5m2", small_float, 1, 8},
    {"f8_e4m3fnuz", small_float, 1, 8},
    {"f8_e5m2fnuz", small_float, 1, 8},
    {"f8_e8m0", small_float, 1, 8},
    {"f6_e2m3", small_float, 1, 6},
    {"f6_e3m2", small_float, 1, 6},
    {"f4", small_float, 1, 4},
    {"i8", integer, 1, 8},
    {"i16", integer, 1, 16},
    {"i32", integer, 1, 32},
    {"i64", integer, 1, 64},
    {"u8", integer, 1, 8},
    {"u16", integer, 1, 16},
    {"u32", integer, 1, 32},
    {"u64", integer, 1, 64},
    {"bool", boolean, 1, 8},
    {"c64", complex, 1, 64},
    {"i4", integer, 1, 4},
    {"u4", integer, 1, 4},
    {"i2", integer, 1, 2},
    {"u2", integer, 1, 2},
    {"q4_0", ggml_block, 32, 144},
    {"q4_1", ggml_block, 32, 160},
    {"q5_0", ggml_block, 32, 176},
    {"q5_1", ggml_block, 32, 192},
    {"q8_0", ggml_block, 32, 272},
    {"q8_1", ggml_block, 32, 288},
    {"q2_K", ggml_block, 256, 672},
    {"q3_K", ggml_block, 256, 880},
    {"q4_K", ggml_block, 256, 1152},
    {"q5_K", ggml_block, 256, 1408},
    {"q6_K", ggml_block, 256, 1680},
    {"q8_K", ggml_block, 256, 2336},
    {"iq2_xxs", ggml_block, 256, 528},
    {"iq2_xs", ggml_block, 256, 592},
    {"iq3_xxs", ggml_block, 256, 784},
    {"iq1_s", ggml_block, 256, 400},
    {"iq4_nl", ggml_block, 32, 144},
    {"iq3_s", ggml_block, 256, 880},
    {"iq2_s", ggml_block, 256, 656},
    {"iq4_xs", ggml_block, 256, 1088},
    {"iq1_m", ggml_block, 256, 448},
    {"tq1_0", ggml_block, 256, 432},
    {"tq2_0", ggml_block, 256, 528},
    {"mxfp4", ggml_block, 32, 136},
    {"nvfp4", ggml_block, 64, 288},
    {"q1_0", ggml_block, 128, 144},
    {"q2_0", ggml_block, 64, 144},
    {"unknown", unknown, 1, 0},
}};

}  // namespace

const DTypeTraits& traits(DType dtype) {
    return table[static_cast<std::size_t>(dtype)];
}

bool is_measurable(DType dtype) {
    switch (traits(dtype).kind) {
        case floating:
            return true;
        case small_float:
            return dtype == DType::f8_e4m3 || dtype == DType::f8_e5m2;
        case ggml_block:
            return true;
        case integer:
        case boolean:
        case complex:
        case unknown:
            return false;
    }
    return false;
}

bool is_quantized(DType dtype) {
    return is_measurable(dtype) && traits(dtype).kind != floating;
}

}  // namespace halfstep
