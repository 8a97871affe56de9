// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/chunk_cache.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/pytorch/state_dict.h"
#include "core/model_files/pytorch/torch_storages.h"

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace halfstep {

// Turns the tensors of a state dict into entries of a model: finds their bytes, tells what they are for, and
// lists those that share all their bytes once.
class TensorList {
  public:
    TensorList(TorchStorages& storages, FileContents& contents)
        : storages_(storages), contents_(contents), cache_(std::make_shared<ChunkCache>(32 * 1024 * 1024)) {}

    // Positions of errors are in `pickle`.
    void add(const PickleTree& tree, const StateDict& state, const InputFile& pickle, const JobContext& job);

    std::vector<std::string> take_unlisted() { return std::move(unlisted_); }

  private:
    // The first few of some names.
    struct NameList {
        std::string text;
        std::size_t count = 0;

        void add(const std::string& name);
        std::string and_more() const;
    };
    struct Tied {
        std::size_t tensor = 0;  // index into the contents
        NameList others;
    };

    void add_tensor(const PickleTree& tree, const NamedTensor& named, const PickleFailure& fail);
    bool is_second_name(const NamedTensor& named);
    void add_view(const TensorView& view, const NamedTensor& named, const PickleFailure& fail,
                  std::uint64_t position);
    void place(const TensorView& view, TensorInfo& info, const PickleFailure& fail, std::uint64_t position);
    void note_tied();
    void note_optimizer(const PickleTree& tree, const StateDict& state);
    void note_left_out();
    void note(Severity severity, std::string tensor, std::string message);

    TorchStorages& storages_;
    FileContents& contents_;
    std::shared_ptr<ChunkCache> cache_;
    std::unordered_set<std::string> names_;
    std::vector<std::string> unlisted_;  // names that were found, but are not listed
    std::map<std::string, Tied> views_;  // by all that makes one what it is
    std::unordered_map<PickleRef, Tied*> by_value_;
    std::size_t axes_ = 0;  // of all tensors together
    NameList twice_;
    NameList repeated_;
    NameList elsewhere_;
};

}  // namespace halfstep
