// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras_layer.h"
#include "core/model_files/keras/weight_list.h"

#include <optional>
#include <string>

namespace halfstep {

// The group in which Keras 1 and 2 (and 3, asked for .h5) put the weights: "/model_weights", or the root of a
// file of weights alone. None where the file is of another layout.
std::optional<std::string> legacy_weights_group(const Hdf5Listing& listing);

// Takes the weights that layer_names and weight_names list, in that order. `model` is null where there is no
// configuration. Throws Error for a weight that is listed but not there.
void take_legacy_weights(const KerasFile& file, const std::string& group, const KerasLayer* model,
                         KerasWeightList& into, const JobContext& job);

}  // namespace halfstep
