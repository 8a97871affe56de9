// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/model_files/keras/keras_shards.h"
#include "core/model_files/model_assembly.h"
#include "core/model_files/pytorch/pytorch.h"
#include "core/model_files/quotable.h"
#include "core/model_files/safetensors.h"
#include "core/model_files/shard_index.h"
#include "core/model_files/zip/zip_archive.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace halfstep {
namespace {

// What a shard holds: tensors that know their file, and names of tensors that are not listed.
struct Shard {
    FileContents contents;
    std::vector<std::string> unlisted;
};

Shard read_shard(ModelAssembly& assembly, const std::shared_ptr<const InputFile>& file) {
    const std::uint32_t first = assembly.add_file(file);
    if (!looks_like_zip(*file) && !looks_like_legacy_pytorch(*file)) {
        Shard shard{read_safetensors(*file, assembly.job()), {}};
        for (TensorInfo& tensor : shard.contents.tensors)
            tensor.file = first;
        return shard;
    }
    assembly.contents().format = "pytorch";
    PytorchContents read = read_pytorch(file, assembly.job());
    for (std::shared_ptr<const InputFile>& further : read.further_files)
        assembly.add_file(std::move(further));
    for (TensorInfo& tensor : read.contents.tensors)
        tensor.file += first;
    return {std::move(read.contents), std::move(read.unlisted)};
}

void note_unnamed(ModelAssembly& assembly, const std::string& shard,
                  const std::vector<std::string>& unnamed) {
    if (unnamed.empty()) return;
    assembly.add_issue(
        Severity::warning,
        fmt::format("{} holds {} that the shard index does not name, left out: {}{}", quotable(shard),
                    unnamed.size() == 1 ? "a tensor" : fmt::format("{} tensors", unnamed.size()),
                    quotable(unnamed.front()), unnamed.size() == 1 ? "" : ", ..."));
}

using Wanted = std::unordered_map<std::string, bool>;  // whether each was found

void require_all(const InputFile& index_file, const std::string& shard, const Wanted& wanted) {
    for (const auto& [tensor, found] : wanted)
        if (!found)
            throw Error(fmt::format("the shard index says that this tensor is in {}, but it is not there",
                                    quotable(shard)),
                        {index_file.path().string(), quotable(tensor), {}},
                        "Download the shards and their index again, all of the same version");
}

// Takes over the tensors that the index names; returns how many bytes all of the shard's have.
std::uint64_t take_wanted(ModelAssembly& assembly, Shard& shard, const std::string& name, Wanted& wanted) {
    std::uint64_t bytes = 0;
    std::vector<std::string> unnamed;
    for (TensorInfo& tensor : shard.contents.tensors) {
        bytes += tensor.bytes;
        const auto found = wanted.find(tensor.name);
        if (found == wanted.end()) {
            unnamed.push_back(tensor.name);
            continue;
        }
        found->second = true;
        assembly.contents().tensors.push_back(std::move(tensor));
    }
    for (const std::string& unlisted : shard.unlisted)
        if (const auto found = wanted.find(unlisted); found != wanted.end()) found->second = true;
    note_unnamed(assembly, name, unnamed);
    return bytes;
}

void open_keras_shards(ModelAssembly& assembly, const InputFile& index_file, const ShardIndex& index) {
    std::vector<std::shared_ptr<const InputFile>> shards;
    for (const auto& [name, groups] : index.shards)
        shards.push_back(ModelAssembly::open_inside(ModelAssembly::folder_of(index_file), name));
    KerasContents read = read_keras_shards(index, shards, assembly.job());
    assembly.contents().format = std::move(read.format);
    assembly.take(read.contents, shards.front(), read.further_files);
}

}  // namespace

void open_shards(ModelAssembly& assembly, const InputFile& index_file) {
    ShardIndex index = read_shard_index(index_file);
    if (is_keras_index(index)) return open_keras_shards(assembly, index_file, index);
    assembly.contents().format = "safetensors";
    assembly.take_config(ModelAssembly::folder_of(index_file));
    std::uint64_t bytes = 0;
    for (auto& [name, wanted] : index.shards) {
        assembly.job().throw_if_stopped();
        const bool first = assembly.contents().files.empty();
        Shard shard =
            read_shard(assembly, ModelAssembly::open_inside(ModelAssembly::folder_of(index_file), name));
        if (first) assembly.take_words(shard.contents);
        bytes += take_wanted(assembly, shard, name, wanted);
        require_all(index_file, name, wanted);
    }
    if (std::optional<Issue> note = note_on_total(index, bytes))
        assembly.contents().issues.push_back(std::move(*note));
}

}  // namespace halfstep
