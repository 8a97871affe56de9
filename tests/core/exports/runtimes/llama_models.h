// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/model_files/model.h"

#include <string>
#include <vector>

// Llamas that are described only, by the names of three worlds, and what their weights are called in the
// Hugging Face model: written down here, not taken from the tables of the engine.
namespace halfstep::testing {

enum class Naming { hugging_face, meta, gguf };

struct NamedWeight {
    std::string tensor;
    std::string module;
};

struct DescribedLlama {
    Model model;
    std::vector<NamedWeight> weights;  // of matrices and the embedding
};

// 512 tokens of 256 numbers, 128 rows of keys and values, 512 in the feed-forward part.
DescribedLlama described_llama(Naming naming, int layers, const std::string& architecture = "llama");

// The scheme of one tensor of a plan.
void set_scheme(Plan& plan, const std::string& tensor, const std::string& scheme);

}  // namespace halfstep::testing
