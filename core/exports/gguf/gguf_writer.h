// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/exports/gguf/gguf_file.h"
#include "core/exports/gguf/tensor_converter.h"
#include "core/model_files/model.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace halfstep {

struct WrittenGguf {
    std::uint64_t bytes = 0;                 // of the file
    std::vector<ConversionOutcome> tensors;  // in the order of the file
};

// Writes a GGUF file of version 3 as an AtomicFile: all of it or nothing, also over a file of the model
// itself. Tensors are read, converted and written in stretches, by all threads; a thread holds one stretch
// (some MiB). The bytes do not depend on the number of threads. Before the file takes its place it is read
// back from the disk, its header by the reader for models, the data stretch by stretch against checksums.
// Throws Error for weights that are not finite or too large for their type (the tensor, how many), names that
// GGUF cannot hold, a disk without room, and a file that reads back differently; Cancelled within 100 ms.
WrittenGguf write_gguf(const GgufFile& file, const Model& model, const std::filesystem::path& path,
                       const JobContext& job);

}  // namespace halfstep
