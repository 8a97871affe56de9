// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/weight_trace.h"
#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"
#include "core/quantize/stretch_quantizer.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace halfstep {

// A scheme made ready on one tensor, so that weight after weight can be traced at once. Safe to use from any
// thread.
class WeightTracer {
  public:
    // Reads of the tensor what the scheme's scales depend on: where each is found from its own unit, nothing;
    // else the whole tensor, once or more. Throws Error where the scheme cannot be applied to the tensor, or
    // the tensor's type cannot be read.
    // With `importance`, GGUF blocks find their scales with it, where it knows the tensor.
    static WeightTracer prepare(std::shared_ptr<const Model> model, const TensorInfo& tensor,
                                const Scheme& scheme, const JobContext& job = {},
                                std::shared_ptr<const Importance> importance = nullptr);

    const TensorInfo& tensor() const { return *tensor_; }
    const Scheme& scheme() const { return asked_; }
    MatrixShape shape() const { return matrix_shape(*tensor_); }

    // Throws Error for a place outside the tensor. Reads a row of it at most.
    WeightTrace trace(MatrixPlace place, const JobContext& job = {}) const;

    // The first of the weights with the largest magnitude, and of those with the largest error; none where no
    // weight is finite, or there is no error. Reads the whole tensor.
    struct Extremes {
        std::optional<MatrixPlace> largest_weight;
        std::optional<MatrixPlace> largest_error;
    };
    Extremes find_extremes(const JobContext& job = {}) const;

    // The first of the weights with the largest magnitude among some rows and inputs, which have to be inside
    // the tensor; their first one where none is finite.
    MatrixPlace largest_weight_in(MatrixPlace first, MatrixShape extent, const JobContext& job = {}) const;

  private:
    WeightTracer() = default;

    void trace_source(std::uint64_t file_index, WeightTrace& trace) const;
    void trace_source_block(std::uint64_t file_index, WeightTrace& trace) const;
    void trace_scheme(std::uint64_t element, const JobContext& job, WeightTrace& trace) const;
    void trace_codes(std::uint64_t element, const TraceUnit& unit, const class CodeTrace& codes,
                     WeightTrace& trace) const;
    void trace_ggml(std::uint64_t element, WeightTrace& trace) const;
    std::vector<std::byte> block_of(std::uint64_t element, std::vector<float>& weights) const;
    TraceUnit unit_of(std::uint64_t element) const;
    MatrixPlace place_of(std::uint64_t element) const;

    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Importance> importance_;
    const TensorInfo* tensor_ = nullptr;
    Scheme asked_;
    AppliedScheme applied_;
};

}  // namespace halfstep
