// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <cstdint>
#include <span>

namespace halfstep {

// The elements [first, first + into.size()) of a measurable tensor, which lie inside it, converted from how
// they are stored; blocks of which only a part is wanted are dequantized as a whole. Goes through buffers of
// fixed size.
void read_stored_values(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                        std::span<float> into);
void read_stored_values(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                        std::span<double> into);

}  // namespace halfstep
