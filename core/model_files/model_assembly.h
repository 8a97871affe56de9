// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/file_contents.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace halfstep {

// A model while it is put together from what the readers find in its files.
class ModelAssembly {
  public:
    ModelAssembly(std::filesystem::path path, const JobContext& job) : job_(job) {
        contents_.path = std::move(path);
    }

    const JobContext& job() const { return job_; }
    Model::Contents& contents() { return contents_; }

    // Files of one model lie in one folder, and no name leads out of it.
    static std::filesystem::path folder_of(const InputFile& file) { return file.path().parent_path(); }
    static std::shared_ptr<const InputFile> open_inside(const std::filesystem::path& folder,
                                                        const std::string& name);
    // The file that was named, or the one in the folder that was.
    std::shared_ptr<const InputFile> first_file() const;

    std::uint32_t add_file(std::shared_ptr<const InputFile> file);  // its number
    void add_issue(Severity severity, std::string message);

    // Takes over what a file says of itself; its tensors are left to the caller.
    void take_words(FileContents& read);
    // The same with its tensors, all of which lie in this file.
    void take(FileContents& read, std::shared_ptr<const InputFile> file);
    // The same where they also lie in further files, numbered from 1: file 0 is the model file.
    void take(FileContents& read, std::shared_ptr<const InputFile> file,
              std::vector<std::shared_ptr<const InputFile>>& further_files);

    // What config.json of Hugging Face says beside the weights.
    void take_config(const std::filesystem::path& folder);
    void set_tied_head(bool tied) { tied_head_ = tied; }

    // Roles, axes and notes for tensors whose reader leaves them to their names.
    std::shared_ptr<const Model> finish();

  private:
    const JobContext& job_;
    Model::Contents contents_;
    bool tied_head_ = false;
};

// Whatever of a model is spread over several files; these append to the assembly.
void open_gguf(ModelAssembly& assembly, std::shared_ptr<const InputFile> file);  // all parts of a split one
void open_shards(ModelAssembly& assembly, const InputFile& index_file);          // safetensors and PyTorch

}  // namespace halfstep
