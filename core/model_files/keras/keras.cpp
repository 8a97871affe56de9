// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras.h"

#include "core/base/error.h"
#include "core/model_files/keras/keras_words.h"
#include "core/model_files/keras/legacy_layout.h"
#include "core/model_files/keras/object_layout.h"
#include "core/model_files/keras/weight_list.h"
#include "core/model_files/quotable.h"
#include "core/model_files/tensor_roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace halfstep {
namespace {

class KerasReader {
  public:
    KerasReader(std::span<const KerasFile> files, const JobContext& job)
        : files_(files), job_(job), weights_(result_) {
        for (const KerasFile& shard : files_.subspan(1))
            result_.further_files.push_back(shard.file);
    }

    KerasContents read(const KerasArchiveTexts& texts) {
        refuse_workspace();
        const std::optional<std::string> group = legacy_weights_group(listing());
        const KerasConfig config = take_words(words(texts, group.value_or("")), result_.contents);
        const KerasLayer* model = config.valid ? &config.model : nullptr;
        result_.format = "keras";
        if (group)
            take_legacy_weights(files_.front(), *group, model, weights_, job_);
        else if (std::ranges::any_of(files_, has_object_layout, &KerasFile::listing))
            take_object_weights(files_, model, weights_, job_);
        else
            take_any_datasets();
        note_left_out();
        return std::move(result_);
    }

  private:
    // What says how all of them are laid out.
    const Hdf5Listing& listing() const { return files_.front().listing; }
    std::string path() const { return files_.front().file->path().string(); }

    KerasWords words(const KerasArchiveTexts& texts, const std::string& group) const {
        const auto attribute = [&](const char* name) {
            const std::string of_file = listing().text("", name);
            return of_file.empty() ? listing().text(group, name) : of_file;
        };
        return {texts.config.empty() ? listing().text("", "model_config") : texts.config, texts.metadata,
                attribute("keras_version"), attribute("backend")};
    }

    void add_issue(Severity severity, std::string message) {
        result_.contents.issues.push_back({severity, {}, std::move(message)});
    }

    void refuse_workspace() const {
        if (listing().number("", "halfstep_workspace"))
            throw Error("is a workspace of Halfstep, not a model", {path(), {}, {}},
                        "Open the model itself; its plan can be loaded from the workspace");
    }

    // Weights that somebody put into HDF5 in an order of their own.
    void take_any_datasets() {
        result_.format = "hdf5";
        bool any = false;
        for (const Hdf5Dataset& dataset : listing().datasets()) {
            TensorInfo& tensor = weights_.add(files_.front(), dataset, quotable(dataset.path.substr(1)));
            assign_role(tensor);
            any = any || tensor.measurable();
        }
        if (!any)
            throw Error("is an HDF5 file without any floating-point numbers: not a model", {path(), {}, {}},
                        "Save the weights from Keras (model.save), or as safetensors");
        add_issue(Severity::note,
                  "this HDF5 file is not laid out as Keras does it: its datasets are listed by their paths, "
                  "and what they are for is guessed from names and shapes");
    }

    void note_left_out() {
        std::size_t count = 0;
        std::uint64_t bytes = 0;
        std::size_t others = 0;
        std::string first;
        for (const KerasFile& file : files_)
            for (const Hdf5Dataset& dataset : file.listing.datasets()) {
                if (weights_.holds(file, dataset)) continue;
                if (dataset.path.starts_with("/optimizer")) {
                    ++count;
                    bytes += dataset.bytes;
                } else if (others++ == 0) {
                    first = quotable(dataset.path);
                }
            }
        if (count > 0)
            add_issue(
                Severity::note,
                fmt::format("the optimizer's state is left out: {} of {} bytes, needed for training alone",
                            count == 1 ? "one tensor" : fmt::format("{} tensors", count), bytes));
        if (others > 0)
            add_issue(Severity::warning,
                      fmt::format("{} that no layer names, left out: {}{}",
                                  others == 1 ? "one dataset" : fmt::format("{} datasets", others), first,
                                  others == 1 ? "" : ", ..."));
    }

    std::span<const KerasFile> files_;
    const JobContext& job_;
    KerasContents result_;
    KerasWeightList weights_;
};

}  // namespace

KerasContents read_keras(std::span<const KerasFile> files, const KerasArchiveTexts& texts,
                         const JobContext& job) {
    return KerasReader(files, job).read(texts);
}

KerasContents read_keras(const std::shared_ptr<const InputFile>& file, const KerasArchiveTexts& texts,
                         const JobContext& job) {
    const KerasFile only{file, list_hdf5(*file, job)};
    return read_keras(std::span(&only, 1), texts, job);
}

}  // namespace halfstep
