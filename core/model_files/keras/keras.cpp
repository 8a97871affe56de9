// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras.h"

#include "core/base/error.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/keras/keras_config.h"
#include "core/model_files/keras/legacy_layout.h"
#include "core/model_files/keras/object_layout.h"
#include "core/model_files/keras/weight_list.h"
#include "core/model_files/quotable.h"
#include "core/model_files/tensor_roles.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t longest_metadata = 65'536;

// Names that Keras gives to models on its own.
constexpr std::array nothing_saying_names =
    std::to_array<std::string_view>({"model", "functional", "sequential"});

class KerasReader {
  public:
    KerasReader(std::shared_ptr<const InputFile> file, Hdf5Listing listing, const JobContext& job)
        : file_(std::move(file)), job_(job), listing_(std::move(listing)), weights_(file_, result_) {}

    KerasContents read(const KerasArchiveTexts& texts) {
        refuse_workspace();
        const std::string stored_config = listing_.text("", "model_config");
        read_config(texts.config.empty() ? stored_config : texts.config);
        const std::optional<std::string> group = legacy_weights_group(listing_);
        const KerasLayer* model = config_.valid ? &config_.model : nullptr;
        result_.format = "keras";
        if (group)
            take_legacy_weights(listing_, *group, model, file_->path(), weights_, job_);
        else if (has_object_layout(listing_))
            take_object_weights(listing_, model, weights_, job_);
        else
            take_any_datasets();
        describe(group.value_or(""), texts.metadata);
        note_left_out();
        note_code();
        return std::move(result_);
    }

  private:
    void add_issue(Severity severity, std::string message) {
        result_.contents.issues.push_back({severity, {}, std::move(message)});
    }

    void refuse_workspace() const {
        if (listing_.number("", "halfstep_workspace"))
            throw Error("is a workspace of Halfstep, not a model", {file_->path().string(), {}, {}},
                        "Open the model itself; its plan can be loaded from the workspace");
    }

    void read_config(const std::string& text) {
        if (text.empty()) return;
        config_ = read_keras_config(text);
        if (!config_.valid)
            add_issue(Severity::warning,
                      "the configuration of the model is not valid and was not used: the layers' classes are "
                      "guessed from their names");
    }

    // Weights that somebody put into HDF5 in an order of their own.
    void take_any_datasets() {
        result_.format = "hdf5";
        bool any = false;
        for (const Hdf5Dataset& dataset : listing_.datasets()) {
            TensorInfo& tensor =
                weights_.add(dataset, quotable(dataset.path.substr(1)), listing_.text(dataset.path, "dtype"));
            assign_role(tensor);
            any = any || tensor.measurable();
        }
        if (!any)
            throw Error("is an HDF5 file without any floating-point numbers: not a model",
                        {file_->path().string(), {}, {}},
                        "Save the weights from Keras (model.save), or as safetensors");
        add_issue(Severity::note,
                  "this HDF5 file is not laid out as Keras does it: its datasets are listed by their paths, "
                  "and what they are for is guessed from names and shapes");
    }

    void add_property(const char* key, const std::string& value) {
        if (!value.empty() && value.size() <= longest_property)
            result_.contents.properties.emplace_back(key, quotable(value));
    }

    void describe(const std::string& group, const std::string& metadata) {
        std::string version = listing_.text("", "keras_version");
        if (version.empty()) version = listing_.text(group, "keras_version");
        if (version.empty()) version = version_in(metadata);
        add_property("keras_version", version);
        std::string backend = listing_.text("", "backend");
        if (backend.empty()) backend = listing_.text(group, "backend");
        add_property("backend", backend);
        if (!config_.valid) return;
        add_property("model_class", config_.model.class_name);
        const std::string& name = config_.model.name;
        const bool says_something =
            !name.empty() &&
            std::ranges::find(nothing_saying_names, without_number(name)) == nothing_saying_names.end();
        result_.contents.architecture = quotable(says_something ? name : config_.model.class_name);
        note_order_of_axes();
    }

    static std::string version_in(const std::string& metadata) {
        if (metadata.size() > longest_metadata) return {};
        const auto json = nlohmann::json::parse(metadata, nullptr, false);
        const auto found = json.is_object() ? json.find("keras_version") : json.end();
        return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    }

    void note_order_of_axes() {
        const auto first = std::ranges::find(config_.model.layers, true, &KerasLayer::channels_first);
        if (first != config_.model.layers.end())
            add_issue(
                Severity::note,
                "convolutions are in Theano's order [outputs, inputs, kernel…], as Keras 1 could store them");
    }

    void note_left_out() {
        std::size_t count = 0;
        std::uint64_t bytes = 0;
        std::size_t others = 0;
        std::string first;
        for (const Hdf5Dataset& dataset : listing_.datasets()) {
            if (weights_.holds(dataset)) continue;
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

    void note_code() {
        for (std::size_t i = 0; i < config_.lambdas.size() && i < 20; ++i)
            add_issue(Severity::warning,
                      fmt::format("layer {} is a Lambda: its Python code is not run, nor shown",
                                  quotable(config_.lambdas[i])));
        if (config_.carries_code && config_.lambdas.empty())
            add_issue(Severity::warning,
                      "the configuration carries Python code, which is not run, nor shown");
    }

    std::shared_ptr<const InputFile> file_;
    const JobContext& job_;
    Hdf5Listing listing_;
    KerasContents result_;
    KerasWeightList weights_;
    KerasConfig config_;
};

}  // namespace

KerasContents read_keras(std::shared_ptr<const InputFile> file, const KerasArchiveTexts& texts,
                         const JobContext& job) {
    Hdf5Listing listing = list_hdf5(*file, job);
    return read_keras(std::move(file), std::move(listing), texts, job);
}

KerasContents read_keras(std::shared_ptr<const InputFile> file, Hdf5Listing listing,
                         const KerasArchiveTexts& texts, const JobContext& job) {
    return KerasReader(std::move(file), std::move(listing), job).read(texts);
}

}  // namespace halfstep
