// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_shards.h"

#include "core/base/error.h"
#include "core/model_files/keras/object_variables.h"
#include "core/model_files/part_name.h"
#include "core/model_files/quotable.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

using Groups = std::set<std::string, std::less<>>;

// Those with variables in them: "/layers/dense/vars".
Groups variable_groups(const Hdf5Listing& listing) {
    Groups groups;
    for (const Hdf5Dataset& dataset : listing.datasets())
        if (is_object_variable(dataset.path)) groups.insert(dataset.path.substr(0, dataset.path.rfind('/')));
    return groups;
}

void require_groups(const KerasFile& shard, const std::unordered_map<std::string, bool>& wanted) {
    const Groups groups = variable_groups(shard.listing);
    for (const auto& [group, found] : wanted)
        if (!groups.contains(group))
            throw Error("the shard index says that this group of variables is here, but it is not",
                        {shard.file->path().string(), quotable(group), {}},
                        "Download the shards and their index again, all of the same version");
}

std::uint64_t bytes_of(const std::vector<KerasFile>& shards) {
    std::uint64_t bytes = 0;
    for (const KerasFile& shard : shards)
        for (const Hdf5Dataset& dataset : shard.listing.datasets())
            bytes += dataset.bytes;
    return bytes;
}

}  // namespace

bool is_keras_index(const ShardIndex& index) {
    return !index.shards.empty() &&
           std::ranges::all_of(index.shards, [](const auto& shard) { return is_keras_shard(shard.first); });
}

KerasContents read_keras_shards(const ShardIndex& index,
                                const std::vector<std::shared_ptr<const InputFile>>& shards,
                                const JobContext& job) {
    std::vector<KerasFile> files;
    for (const auto& [name, wanted] : index.shards) {
        const auto number = static_cast<std::uint32_t>(files.size());
        const std::shared_ptr<const InputFile>& file = shards.at(number);
        files.push_back({file, list_hdf5(*file, job), number});
        require_groups(files.back(), wanted);
    }
    KerasContents read = read_keras(files, {}, job);
    if (std::optional<Issue> note = note_on_total(index, bytes_of(files)))
        read.contents.issues.push_back(std::move(*note));
    return read;
}

}  // namespace halfstep
