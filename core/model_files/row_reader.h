// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// How many consecutive elements, counted row by row, a thread reads at once: 65,536, or of tensors whose rows
// are not contiguous in the file as many times that as make reading their rows worth while.
std::uint64_t reading_block_elements(const TensorInfo& tensor);

// Reads a tensor row by row (channel by channel, see MatrixLayout), whatever the order in the file. Where a
// row is scattered over the file, pieces of many rows are read together; no more is held than what is asked
// for, and some 256 KiB. One a thread.
class RowReader {
  public:
    // Elements [first, first + into.size()), counted row by row; as float32, or the patterns of a 16-bit
    // type.
    void read_floats(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                     std::span<float> into);
    void read_patterns(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                       std::span<std::uint16_t> into);

  private:
    std::vector<float> floats_;
    std::vector<std::uint16_t> patterns_;
};

}  // namespace halfstep
