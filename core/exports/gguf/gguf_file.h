// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/gguf/gguf_metadata.h"
#include "core/quantize/importance.h"
#include "core/tensor/tensor_info.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

// A tensor of a GGUF file that is to be written, and how it comes from the model.
struct GgufTensor {
    std::string name;
    std::vector<std::int64_t> shape;  // row-major; the file lists it the other way round
    DType type = DType::f32;
    const TensorInfo* source = nullptr;  // null where `values` are the tensor
    std::vector<float> values;

    // Rows of a query or key matrix that turn in pairs: Hugging Face keeps the first halves of a head's pairs
    // together, GGUF wants each pair together. The number of heads; 0: rows stay where they are.
    std::uint64_t rotary_heads = 0;
    float added = 0;  // to every weight

    // Of the inputs, for the quantizers of blocks; null where not known. Outlives the writing.
    const TensorImportance* importance = nullptr;

    // Bytes are taken over unread: blocks that are kept, integers, double precision.
    bool copied() const;

    std::uint64_t elements() const;
    std::uint64_t bytes() const;
    std::uint64_t row_elements() const;  // that lie together: the last axis, 1 for a vector with rotary_heads
    // Which row of the source is this row.
    std::uint64_t source_row(std::uint64_t row) const;
};

// What a GGUF file shall hold. The model that the tensors come from is given beside it.
struct GgufFile {
    GgufMetadata metadata;
    std::vector<GgufTensor> tensors;
    std::uint64_t alignment = 32;  // has to be what the metadata say
};

}  // namespace halfstep
