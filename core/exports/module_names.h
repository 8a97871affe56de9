// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// What the modules of a model are called in the frameworks that read configurations: the path in the Hugging
// Face (PyTorch) model, "model.layers.0.self_attn.q_proj". Names of GGUF and llama2.c files become those of
// the Hugging Face model they were made from; names of all other files stay, less what names the weight in
// its module (".weight", and "/kernel" or "/embeddings" of Keras).
class ModuleNames {
  public:
    explicit ModuleNames(const Model& model);

    // The modules whose weights the tensor holds: one, or one for each expert of a GGUF stack. None where the
    // tensor is no weight of a module, or no rule for its name is known.
    std::vector<std::string> of(const TensorInfo& tensor) const;

    // The name of the weight itself in the original model: for tools that name tensors. None where no rule
    // for it is known.
    std::optional<std::string> weight(const TensorInfo& tensor) const;

    // Whether its rows are in another order there: queries and keys of Llamas in GGUF and llama2.c files.
    bool reorders_rows(const TensorInfo& tensor) const;

    // Why `of` gives nothing.
    std::string why_none(const TensorInfo& tensor) const;

  private:
    enum class Source { as_named, meta, gguf };

    const Model* model_;
    Source source_;
    bool rules_are_known_ = true;
};

}  // namespace halfstep
