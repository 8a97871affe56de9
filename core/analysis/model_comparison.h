// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

// A tensor of a model, usually a quantized one, against its counterpart in the model it was made from.
struct ComparedTensor {
    std::string name;      // in the model
    std::string original;  // its name there
    std::string dtype;
    std::string original_dtype;
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;  // as stored in the model
    double bits_per_weight = 0;
    bool rows_permuted = false;  // rows were matched through the permutation of rotary embedding
    std::string refused;         // why it could not be compared; then nothing below is meaningful
    ErrorSums sums;              // x of the original, x̂ of the model; `clipped` is not known and 0
    std::uint64_t left_out = 0;  // elements that are not finite in one of the two
};

struct ModelComparison {
    std::vector<ComparedTensor> tensors;  // that both have, in the model's order
    std::vector<std::string> only_in_model;
    std::vector<std::string> only_in_original;

    // Of everything that was compared.
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;
    ErrorSums sums;

    double bits_per_weight() const;
};

// Compares all tensors that both models have (see match_tensors), element by element in float32 with all sums
// in double: blocks of 65,536 elements, combined in order, so that neither the instruction set nor the number
// of threads matters. Memory does not grow with the models. Progress counts elements.
ModelComparison compare_models(const Model& model, const Model& original, const JobContext& job = {});

}  // namespace halfstep
