// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/gguf_file.h"

namespace halfstep {

bool GgufTensor::copied() const {
    if (source == nullptr) return false;
    if (!source->measurable() || type == DType::f64) return true;
    return type == source->dtype && traits(type).kind == DTypeKind::ggml_block;
}

std::uint64_t GgufTensor::elements() const {
    return source != nullptr ? source->elements : values.size();
}

std::uint64_t GgufTensor::bytes() const {
    if (copied()) return source->bytes;
    const DTypeTraits& stored = traits(type);
    return elements() / stored.block_elements * (stored.block_bits / 8);
}

std::uint64_t GgufTensor::row_elements() const {
    if (shape.empty() || (rotary_heads != 0 && shape.size() == 1)) return 1;
    return static_cast<std::uint64_t>(shape.back());
}

// A head has two halves of rows: row 2i is row i of the first half, row 2i + 1 row i of the second.
std::uint64_t GgufTensor::source_row(std::uint64_t row) const {
    if (rotary_heads == 0) return row;
    const std::uint64_t head_rows = elements() / row_elements() / rotary_heads;
    const std::uint64_t in_head = row % head_rows;
    return row - in_head + in_head % 2 * (head_rows / 2) + in_head / 2;
}

}  // namespace halfstep
