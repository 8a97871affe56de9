// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras_layer.h"
#include "core/model_files/keras/weight_list.h"

#include <span>

namespace halfstep {

// Whether the weights lie as Keras 3 puts them: numbered, in groups called "vars".
bool has_object_layout(const Hdf5Listing& listing);

// Takes them from the file, or from all shards of it, but for those of the optimizer. `model` is null where
// there is no configuration. Throws Error for a variable that lies in two shards.
void take_object_weights(std::span<const KerasFile> files, const KerasLayer* model, KerasWeightList& into,
                         const JobContext& job);

}  // namespace halfstep
