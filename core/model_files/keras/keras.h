// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/input_file.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace halfstep {

struct KerasContents {
    std::string format;  // "keras", or "hdf5" for other HDF5 files
    // Its tensors have names, roles and axes. File 0 is the HDF5 file itself, or the first shard.
    FileContents contents;
    // From 1 on: the other shards, and elements that do not lie in a file as they are read.
    std::vector<std::shared_ptr<const InputFile>> further_files;
};

// What a .keras archive says beside the weights; empty where it does not.
struct KerasArchiveTexts {
    std::string config;    // config.json
    std::string metadata;  // metadata.json
};

// An HDF5 file of weights, looked through. Of several they are the shards, numbered from 0.
struct KerasFile {
    std::shared_ptr<const InputFile> file;
    Hdf5Listing listing;
    std::uint32_t number = 0;
};

// Reads an HDF5 file of weights: of Keras 1 and 2 (.h5, with or without the model's configuration), of Keras
// 3 (.weights.h5, or the one in a .keras archive), or any other with floating-point datasets; or all the
// shards of one of Keras 3. Reads no element. Throws Error for what is damaged or elsewhere, and for files
// without weights.
KerasContents read_keras(std::span<const KerasFile> files, const KerasArchiveTexts& texts,
                         const JobContext& job);
KerasContents read_keras(const std::shared_ptr<const InputFile>& file, const KerasArchiveTexts& texts,
                         const JobContext& job);

}  // namespace halfstep
