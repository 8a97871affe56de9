// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"
#include "core/model_files/zip/zip_archive.h"

#include <memory>
#include <string>
#include <vector>

namespace halfstep {

struct PytorchContents {
    // Files are numbered from 0, the checkpoint itself. Roles and axes are set.
    FileContents contents;
    std::vector<std::shared_ptr<const InputFile>> further_files;  // what is not read as it lies in the file
    std::vector<std::string> unlisted;  // names of tensors that are not listed, such as second names
};

// Whether a ZIP archive is what torch.save or torch.jit.save wrote: FOLDER/data.pkl is among its entries.
bool is_pytorch_archive(const ZipArchive& archive);

// Whether a file is what torch.save wrote before PyTorch 1.6: pickles one after another, or, before 0.2, a
// tar archive.
bool looks_like_legacy_pytorch(const InputFile& file);

// Reads and checks a checkpoint of torch.save (the model's state dict, or a module saved whole), or a
// TorchScript archive of torch.jit.save, but no elements of tensors. Nothing in it is run. Throws Error for
// what is damaged or wants to run code.
PytorchContents read_pytorch(const std::shared_ptr<const InputFile>& file, const JobContext& job);

}  // namespace halfstep
