// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/input_file.h"

#include <memory>
#include <string>
#include <vector>

namespace halfstep {

struct KerasContents {
    std::string format;  // "keras", or "hdf5" for other HDF5 files
    // Its tensors have names, roles and axes. Files are numbered from 1: file 0 is the HDF5 file itself.
    FileContents contents;
    std::vector<std::shared_ptr<const InputFile>>
        further_files;  // of elements that do not lie in file 0 as read
};

// What a .keras archive says beside the weights; empty where it does not.
struct KerasArchiveTexts {
    std::string config;    // config.json
    std::string metadata;  // metadata.json
};

// Reads an HDF5 file of weights: of Keras 1 and 2 (.h5, with or without the model's configuration), of Keras
// 3
// (.weights.h5, or the one in a .keras archive), or any other with floating-point datasets. Reads no element.
// Throws Error for what is damaged or elsewhere, and for files without weights.
KerasContents read_keras(std::shared_ptr<const InputFile> file, const KerasArchiveTexts& texts,
                         const JobContext& job);

// The second half of that: makes out what is in a file that was listed.
KerasContents read_keras(std::shared_ptr<const InputFile> file, Hdf5Listing listing,
                         const KerasArchiveTexts& texts, const JobContext& job);

}  // namespace halfstep
