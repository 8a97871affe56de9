// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/exports/gguf/gguf_file.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// What was met on the way from a tensor's weights to its bytes.
struct ConversionOutcome {
    std::uint64_t nans = 0;
    std::uint64_t infs = 0;
    bool scale_overflow = false;  // a block's scale is too large for float16
    ErrorSums sums;               // only what the relative error needs

    ConversionOutcome& operator+=(const ConversionOutcome& other);
};

// Makes the bytes of a stretch of one tensor: reads the weights, moves rows and adds what the format wants,
// and quantizes. Holds buffers; one a thread.
class TensorConverter {
  public:
    explicit TensorConverter(const Model& model) : model_(model) {}

    // Elements [first, first + count) of the tensor as it will be stored: whole rows, or whole blocks of one.
    // The bytes stay valid until the next call. A stop is looked for between rows.
    std::span<const std::byte> convert(const GgufTensor& tensor, std::uint64_t first, std::uint64_t count,
                                       ConversionOutcome& outcome, const JobContext& job);

    // The same for a tensor whose bytes are copied, by position.
    std::span<const std::byte> copy(const GgufTensor& tensor, std::uint64_t first, std::uint64_t bytes);

  private:
    void read(const GgufTensor& tensor, std::uint64_t first, std::uint64_t count);
    void store(const GgufTensor& tensor, std::span<float> weights, std::span<const float> importance,
               std::span<std::byte> into, ConversionOutcome& outcome);
    void store_by_importance(const GgufTensor& tensor, std::uint64_t first, ConversionOutcome& outcome);

    const Model& model_;
    std::vector<float> weights_;
    std::vector<float> stored_;  // as the bytes give them back
    std::vector<std::byte> bytes_;
};

}  // namespace halfstep
