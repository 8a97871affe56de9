// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/base/job_context.h"
#include "core/model_files/pytorch/pickle_tree.h"
#include "core/model_files/pytorch/tensor_view.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep {

// A tensor of a pickle by the name that it has in a state dict.
struct NamedTensor {
    std::string name;
    PickleRef value = 0;
    std::string_view module_class = {};  // of the module that owns it, if a whole module was saved
    bool buffer = false;                 // which that module does not train
};

// What of a checkpoint is the model: the tensors of its state dict, and what stands beside it.
struct StateDict {
    std::vector<NamedTensor> tensors;
    std::vector<NamedTensor> optimizer;  // left out: what an optimizer remembers
    std::vector<Issue> issues;
    std::vector<std::pair<std::string, std::string>> properties;
    std::string architecture;  // class of the module that was saved; empty where it was a state dict
};

// Finds the state dict in what a checkpoint holds: a dict of tensors, such a dict under "state_dict", "model"
// or the like, modules that were saved whole, or any nesting of them. Names are those that state_dict() would
// give, without the "module." of a wrapper. Calls `fail` where names or nesting exceed what models need.
StateDict find_state_dict(const PickleTree& tree, const PickleFailure& fail, const JobContext& job);

}  // namespace halfstep
