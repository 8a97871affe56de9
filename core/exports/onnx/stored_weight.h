// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/onnx/onnx_tensor.h"
#include "core/quantize/tensor_codes.h"
#include "core/schemes/scheme.h"
#include "core/tensor/tensor_info.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// How ONNX holds a quantized weight: codes of one of its types, turned back into numbers by DequantizeLinear
// (onnx, docs/Operators.md), y = (x − zero_point)·scale, with one scale for the tensor, one for each index of
// an axis, or one for each block of an axis.
namespace halfstep {

struct StoredWeight {
    const TensorInfo* tensor = nullptr;
    Scheme scheme;
    const OnnxType* code_type = nullptr;
    // fp16 and bf16 have no scale: they are cast.
    bool cast_only = false;
    bool zero_points = false;
    std::optional<int> axis;
    std::uint64_t block_size = 0;           // along the axis; 0: the axis is not divided
    std::vector<std::int64_t> scale_shape;  // empty: one scale
    std::int64_t opset = 0;                 // the oldest that has all this

    std::uint64_t code_bytes() const;
    std::uint64_t scale_count() const;
    std::uint64_t scale_bytes() const;
    std::uint64_t zero_point_bytes() const;
};

// Why ONNX has nothing for a scheme, and what to choose instead; empty where it has.
std::string why_not_in_onnx(const Scheme& scheme);

// Throws Error where ONNX cannot hold the tensor's scales: groups that run over several axes.
StoredWeight stored_weight(const TensorInfo& tensor, const Scheme& scheme);

// What the file holds: codes packed, scales and zero points in the order of scale_shape.
struct WeightBytes {
    std::vector<std::byte> codes;
    std::vector<std::byte> scales;
    std::vector<std::byte> zero_points;
};
WeightBytes weight_bytes(const StoredWeight& weight, TensorCodes codes);

}  // namespace halfstep
