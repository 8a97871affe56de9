// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/object_layout.h"

#include "core/base/error.h"
#include "core/model_files/keras/object_variables.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace halfstep {
namespace {

struct Stored {
    const KerasFile* file = nullptr;
    const Hdf5Dataset* dataset = nullptr;
};

std::string layer_name(const KerasFile& file, std::string_view variable) {
    return file.listing.text(variable.substr(0, variable.rfind('/')), "name");
}

// Paths refer to datasets, which the files own.
void require_one_place(const std::vector<Stored>& all) {
    std::unordered_map<std::string_view, const KerasFile*> places;
    for (const Stored& stored : all) {
        const auto [known, added] = places.emplace(stored.dataset->path, stored.file);
        if (!added)
            throw Error(fmt::format("this variable is in {} as well",
                                    quotable(known->second->file->path().filename().string())),
                        {stored.file->file->path().string(), quotable(stored.dataset->path), {}},
                        "Download the shards and their index again, all of the same version");
    }
}

}  // namespace

bool has_object_layout(const Hdf5Listing& listing) {
    return std::ranges::any_of(listing.datasets(), is_object_variable, &Hdf5Dataset::path);
}

void take_object_weights(std::span<const KerasFile> files, const KerasLayer* model, KerasWeightList& into,
                         const JobContext& job) {
    std::vector<Stored> all;
    std::vector<ObjectVariable> variables;
    for (const KerasFile& file : files)
        for (const Hdf5Dataset& dataset : file.listing.datasets()) {
            if (!is_object_variable(dataset.path)) continue;
            all.push_back({&file, &dataset});
            variables.push_back({dataset.path, layer_name(file, dataset.path)});
        }
    require_one_place(all);
    for (const NamedVariable& variable : name_object_variables(variables, model)) {
        job.throw_if_stopped();
        const Stored& stored = all[variable.which];
        assign_role(into.add(*stored.file, *stored.dataset, quotable(variable.name)), variable.owner);
    }
}

}  // namespace halfstep
