// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace halfstep {

// What the tensors of a model are stored in, seen as a plan: the recipe of whoever quantized it.

// The scheme that stores tensors in this type (q4_K: q4_K, f16: fp16); keep where the notation has none.
Scheme scheme_of_type(DType dtype);

// Every tensor of the model with the scheme that it is stored in.
Plan recipe_of(const Model& model);

// The recipe of `source` for the tensors of `model`, matched by their names or those they have in GGUF.
// Tensors that `source` does not have are kept, and so are those that it stores as `model` does, or only
// wider.
Plan recipe_for(const Model& model, const Model& source);

// The tensors of one type.
struct RecipeLine {
    std::string dtype;
    Scheme scheme;
    std::size_t tensors = 0;
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;

    double bits_per_weight() const;  // 0 where there is no element
};

// One line for each type that the model's tensors are stored in, the one with most elements first.
std::vector<RecipeLine> recipe_summary(const Model& model);

// Stored bits of all tensors over their elements; 0 where there is none.
double stored_bits_per_weight(const Model& model);

}  // namespace halfstep
