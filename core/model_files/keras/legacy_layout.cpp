// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/legacy_layout.h"

#include "core/base/error.h"
#include "core/model_files/keras/variable_names.h"
#include "core/model_files/keras/variable_use.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace halfstep {
namespace {

// A list of texts that is too long for one attribute is split: layer_names0, layer_names1, …
std::optional<std::vector<std::string>> split_texts(const Hdf5Listing& listing, std::string_view path,
                                                    std::string_view name) {
    if (const Hdf5Listing::Texts* whole = listing.texts(path, name)) return *whole;
    std::optional<std::vector<std::string>> all;
    for (std::size_t part = 0;; ++part) {
        const Hdf5Listing::Texts* texts = listing.texts(path, fmt::format("{}{}", name, part));
        if (texts == nullptr) return all;
        if (!all) all.emplace();
        all->insert(all->end(), texts->begin(), texts->end());
    }
}

class LegacyReader {
  public:
    LegacyReader(const KerasFile& file, const KerasLayer* model, KerasWeightList& into)
        : file_(file), listing_(file.listing), into_(into) {
        if (model != nullptr) layers_.emplace(*model);
    }

    void take_layer(const std::string& group, const std::string& layer) {
        const std::string path = group + "/" + layer;
        const auto weights = split_texts(listing_, path, "weight_names");
        if (!weights) return;
        const bool recurrent = std::ranges::any_of(*weights, [](const std::string& weight) {
            return weight.find("recurrent_kernel") != std::string::npos;
        });
        for (const std::string& weight : *weights)
            take_weight(layer, weight, fmt::format("{}/{}", path, weight), recurrent);
    }

  private:
    void take_weight(const std::string& layer, const std::string& weight, const std::string& path,
                     bool recurrent) {
        const Hdf5Dataset* dataset = listing_.find(path);
        if (dataset == nullptr)
            throw Error("weight_names lists this weight, but it is not in the file",
                        {file_.file->path().string(), quotable(path), {}},
                        "The file is incomplete: download or export it again");
        TensorInfo& tensor = into_.add(file_, *dataset, quotable(legacy_tensor_name(layer, weight)));
        KerasOwner owner = owner_of(tensor.name);
        owner.has_recurrent_kernel = recurrent;
        assign_role(tensor, owner);
    }

    // The innermost layer that the name mentions.
    KerasOwner owner_of(std::string_view name) const {
        std::string_view rest = name;
        while (rest.rfind('/') != std::string_view::npos) {
            rest = rest.substr(0, rest.rfind('/'));
            const std::string_view part = rest.substr(rest.rfind('/') + 1);
            if (const KerasLayer* layer = layers_ ? layers_->find(part) : nullptr)
                return {inside_wrappers(*layer).class_name, &inside_wrappers(*layer)};
            if (std::string known = class_named_like(part); !known.empty()) return {std::move(known)};
        }
        return {};
    }

    // What a TimeDistributed, Bidirectional or RNN applies.
    static const KerasLayer& inside_wrappers(const KerasLayer& layer) {
        const KerasLayer* at = &layer;
        for (const KerasLayer* inner = at; inner != nullptr;) {
            at = inner;
            inner = at->part("layer") != nullptr ? at->part("layer") : at->part("cell");
        }
        return *at;
    }

    const KerasFile& file_;
    const Hdf5Listing& listing_;
    KerasWeightList& into_;
    std::optional<KerasLayerIndex> layers_;
};

}  // namespace

std::optional<std::string> legacy_weights_group(const Hdf5Listing& listing) {
    for (const char* group : {"/model_weights", ""})
        if (split_texts(listing, group, "layer_names")) return group;
    return std::nullopt;
}

void take_legacy_weights(const KerasFile& file, const std::string& group, const KerasLayer* model,
                         KerasWeightList& into, const JobContext& job) {
    LegacyReader reader(file, model, into);
    const auto layers = split_texts(file.listing, group, "layer_names").value_or(std::vector<std::string>());
    for (const std::string& layer : layers) {
        job.throw_if_stopped();
        reader.take_layer(group, layer);
    }
    // The variables that belong to the model itself.
    reader.take_layer(group, "top_level_model_weights");
}

}  // namespace halfstep
