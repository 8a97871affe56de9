// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"
#include "core/tensor/tensor_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// How a tensor is stored in GGUF: the type that a scheme asks for, and what llama.cpp's tools do where that
// cannot be. Sources: tensor_allows_quantization and tensor_type_fallback in llama-quant.cpp; prepare_tensors
// in convert_hf_to_gguf.py.
namespace halfstep {

// The type that a scheme names; none for keep, and for schemes that GGUF has no type for.
std::optional<DType> gguf_type(const Scheme& scheme);

// Why a scheme cannot be written to GGUF, and what to take instead; empty where it can.
std::string why_not_in_gguf(const Scheme& scheme);

struct StoredType {
    DType type = DType::f32;
    std::string note;  // why it is not what was asked for; empty where it is
};

// `changes` says whether llama-quantize would change this tensor (llama_quantize_changes()), `converted` that
// the model is no GGUF file, so that what is kept becomes what the converter makes of it. Throws Error where
// nothing fits.
StoredType stored_type(const TensorInfo& tensor, const Scheme& scheme, bool changes, bool converted);

// The notation of the scheme that the stored type is: "q4_0", "fp16".
std::string notation_of_type(DType type);

struct TypedTensor {
    std::string name;
    DType type = DType::f32;
    std::uint64_t elements = 0;
};
// general.file_type: the number of the recipe whose main type most weights have.
std::uint32_t gguf_file_type(const std::vector<TypedTensor>& tensors);

}  // namespace halfstep
