// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/keras/keras.h"

namespace halfstep {

// Whether a file is an archive as Keras 3 saves a model (.keras): a ZIP with config.json and
// model.weights.h5.
bool looks_like_keras_archive(const InputFile& file);

struct KerasArchive {
    std::shared_ptr<const InputFile> weights;  // file 0 of the contents
    KerasContents contents;
};

// Reads such an archive. Nothing in it is unpacked to disk, and nothing is run.
KerasArchive read_keras_archive(std::shared_ptr<const InputFile> file, const JobContext& job);

}  // namespace halfstep
