// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/cache_lines.h"
#include "core/kernels/kernel_types.h"
#include "core/model_files/model.h"
#include "core/model_files/row_reader.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace halfstep {

// Consecutive elements of a tensor in memory.
struct Window {
    std::uint64_t first = 0;  // element of the tensor that values[0] is
    std::span<const float> values;
    // Where the weights behind the window lie, and how many bytes 16 of them are: for the kernels to fetch.
    const std::byte* ahead = nullptr;
    std::size_t ahead_step = 0;

    std::span<const float> part(std::uint64_t from, std::uint64_t count) const {
        return values.subspan(static_cast<std::size_t>(from - first), static_cast<std::size_t>(count));
    }

    // n elements from `from` on, with what lies behind the window to be fetched meanwhile.
    kernels::Segment segment(std::uint64_t from, std::size_t n, bool all_finite) const;
};

// Consecutive elements of a tensor as they are stored, in memory.
struct StoredWeights {
    DType dtype = DType::f32;
    std::uint64_t first = 0;
    std::span<const std::byte> bytes;
};

// Gives windows onto stored weights of 32 or 16 bits. The latter are widened into `buffer`: a window that
// fits the first-level cache stays there.
Window widened(const StoredWeights& weights, std::uint64_t first, std::uint64_t count,
               CacheLineVector<float>& buffer);

// Reads elements of a tensor, counted row by row, into buffers that it reuses. One a thread.
class BlockReader {
  public:
    // Reads elements [first, first + count), for window() to give parts of them.
    void load(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::uint64_t count);
    // The same counted in the order of the file.
    void load_in_file_order(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                            std::uint64_t count);
    // The same into its place in `held`, which is the whole tensor as it is stored: of 16-bit floats or
    // float32, its rows contiguous.
    void load_held(const Model& model, const TensorInfo& tensor, std::uint64_t first, std::uint64_t count,
                   std::span<std::byte> held);
    // What was loaded there before.
    void use_held(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count,
                  std::span<const std::byte> held);

    // In float32; valid until the next call of anything.
    Window window(std::uint64_t first, std::uint64_t count);

  private:
    template <class ReadPatterns, class ReadFloats>
    void load_with(const TensorInfo& tensor, std::uint64_t first, std::uint64_t count,
                   const ReadPatterns& read_patterns, const ReadFloats& read_floats);

    RowReader rows_;
    CacheLineVector<std::uint16_t> patterns_;  // what was loaded: 16-bit patterns, or
    CacheLineVector<float> floats_;
    StoredWeights weights_;
    CacheLineVector<float> widened_;
};

}  // namespace halfstep
