// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/hdf5/hdf5_data.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

namespace halfstep {

// The tensors of a model, as datasets are found to be its weights.
class KerasWeightList {
  public:
    explicit KerasWeightList(KerasContents& into) : into_(into), cache_(std::make_shared<Hdf5ChunkCache>()) {}

    // The tensor is called `name`, or, where another is already, something like it. Valid until the next one.
    TensorInfo& add(const KerasFile& from, const Hdf5Dataset& dataset, std::string name);

    bool holds(const KerasFile& from, const Hdf5Dataset& dataset) const {
        return taken_.contains({from.number, dataset.object});
    }

  private:
    std::string unique(std::string name);

    KerasContents& into_;
    std::shared_ptr<Hdf5ChunkCache> cache_;
    std::unordered_set<std::string> names_;
    std::set<std::pair<std::uint32_t, std::uint64_t>> taken_;  // file and object
};

}  // namespace halfstep
