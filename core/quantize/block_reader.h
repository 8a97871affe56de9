// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// Consecutive elements of a tensor in memory.
struct Window {
    std::uint64_t first = 0;  // element of the tensor that values[0] is
    std::span<const float> values;

    std::span<const float> part(std::uint64_t from, std::uint64_t count) const {
        return values.subspan(static_cast<std::size_t>(from - first), static_cast<std::size_t>(count));
    }
};

// Reads windows of a tensor, in float32, into a buffer that it reuses. One a thread.
class BlockReader {
  public:
    // Valid until the next call.
    Window read(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::uint64_t count);

  private:
    std::vector<std::byte> bytes_;
    std::vector<float> values_;
};

}  // namespace halfstep
