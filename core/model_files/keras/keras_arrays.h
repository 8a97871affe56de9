// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras.h"

#include <memory>

namespace halfstep {

// Reads the weights of a Keras 3 model that are kept as arrays of NumPy (model.weights.npz): an archive in
// which each object of the model has one entry, PATH.npy or __root__.npy, which is a pickle of a dict of its
// numbered variables. Pickles are read as what they describe, and nothing of them is run. Throws Error for
// anything else.
KerasContents read_keras_arrays(const std::shared_ptr<const InputFile>& file, const KerasArchiveTexts& texts,
                                const JobContext& job);

}  // namespace halfstep
