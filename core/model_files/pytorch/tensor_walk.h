// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/pytorch/pickle_tree.h"
#include "core/model_files/pytorch/state_dict.h"

#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// Walks through what a pickle describes and finds the tensors in it, each container once, whatever refers to
// it. Tensors get the path that leads to them as name.
class TensorWalk {
  public:
    TensorWalk(const PickleTree& tree, const PickleFailure& fail, const JobContext& job);

    struct Found {
        std::vector<NamedTensor> tensors;
        std::vector<NamedTensor> optimizer;  // beside "param_groups", as optimizers save their state
    };
    // What is in `value`, and was not found before; names begin with `path`.
    Found find(PickleRef value, const std::string& path);

    // The text of a key, as far as it can be one; of whole numbers, their digits; of anything else "key N".
    std::string key_text(PickleRef key, std::size_t index) const;

  private:
    void walk(PickleRef value, std::string_view owner);
    void walk_list(PickleRef value, std::string_view owner);
    void walk_dict(std::span<const PickleRef> items, std::string_view owner);
    void walk_object(PickleRef value, std::string_view owner);
    void walk_state(PickleRef state, std::string_view owner);
    void walk_module(PickleRef state, std::string_view owner);
    void walk_below(const std::string& key, PickleRef value, std::string_view owner);
    void add(PickleRef value, std::string_view owner);
    bool visit(PickleRef value);

    const PickleTree& tree_;
    const PickleFailure& fail_;
    const JobContext& job_;
    std::vector<bool> visited_;
    Found found_;
    std::string path_;
    int depth_ = 0;
    bool in_optimizer_ = false;
    bool in_buffers_ = false;
    std::size_t name_bytes_ = 0;
    std::size_t count_ = 0;
    std::size_t steps_ = 0;
};

}  // namespace halfstep
