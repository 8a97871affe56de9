// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras.h"
#include "core/model_files/shard_index.h"

#include <memory>
#include <vector>

namespace halfstep {

// Whether the index is one that Keras 3 writes (NAME.weights.json): its shards are HDF5 files, and what it
// names are the groups in them.
bool is_keras_index(const ShardIndex& index);

// Reads the shards, which stand in the order of the index. Throws Error where one does not hold what the
// index says.
KerasContents read_keras_shards(const ShardIndex& index,
                                const std::vector<std::shared_ptr<const InputFile>>& shards,
                                const JobContext& job);

}  // namespace halfstep
