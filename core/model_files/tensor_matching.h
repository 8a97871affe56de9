// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// How the rows of a tensor lie in one model that those of its counterpart give: row `row` of the one is row
// counterpart(row) of the other. Within each of `heads` heads of `head_rows` rows, one order pairs the rows
// that rotary embedding turns together (GGUF, llama2.c), the other has the first of all pairs before the
// second of all (Hugging Face).
struct RowOrder {
    std::uint64_t head_rows = 0;  // 0: the same order
    bool pairs_together = false;  // `row` counts in the order that has pairs together, the other in halves

    std::uint64_t counterpart(std::uint64_t row) const;
};

// Whether the rows of queries and keys are in pairs in GGUF models of that architecture, where the Hugging
// Face models that they are made from have halves.
bool gguf_pairs_rows(std::string_view architecture);

struct TensorMatch {
    const TensorInfo* first = nullptr;
    const TensorInfo* second = nullptr;
    RowOrder rows;        // from rows of the first to rows of the second
    std::string problem;  // why their elements cannot be matched; empty where they can
};

// Which tensors two models have in common: those of the same name, else those that get the same name in a
// GGUF file. In the order of the first model; the tensors that only one has, in its own order.
struct ModelMatch {
    std::vector<TensorMatch> both;
    std::vector<const TensorInfo*> only_first;
    std::vector<const TensorInfo*> only_second;
};

ModelMatch match_tensors(const Model& first, const Model& second);

}  // namespace halfstep
