// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/hdf5_data.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace halfstep {

// The tensors of a file, as its datasets are found to be weights.
class KerasWeightList {
  public:
    KerasWeightList(std::shared_ptr<const InputFile> file, KerasContents& into)
        : file_(std::move(file)), into_(into), cache_(std::make_shared<Hdf5ChunkCache>()) {}

    // The tensor is called `name`, or, where another is already, something like it. Valid until the next one.
    TensorInfo& add(const Hdf5Dataset& dataset, std::string name, std::string_view stored_dtype);

    bool holds(const Hdf5Dataset& dataset) const { return taken_.contains(dataset.object); }

  private:
    std::string unique(std::string name);

    std::shared_ptr<const InputFile> file_;
    KerasContents& into_;
    std::shared_ptr<Hdf5ChunkCache> cache_;
    std::unordered_set<std::string> names_;
    std::unordered_set<std::uint64_t> taken_;
};

}  // namespace halfstep
