// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/torch_storages.h"

#include "core/model_files/quotable.h"
#include "core/model_files/swapped_bytes.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

// Bytes of the numbers that an element consists of: complex ones of two.
std::uint64_t number_bytes(const TorchType& type) {
    return type.name.starts_with("c") && type.bytes > 1 ? type.bytes / 2 : type.bytes;
}

}  // namespace

StoragePlace TorchStorages::find(const StorageName& storage, const TorchType& type, const PickleFailure& fail,
                                 std::uint64_t position) {
    const std::string key(storage.key);
    auto found = places_.find(key);
    if (found == places_.end()) found = places_.emplace(key, place(key, fail, position)).first;
    const std::uint64_t needed = (storage.first + storage.elements) * storage.type->bytes;
    if (needed > found->second.bytes)
        fail(fmt::format("storage '{}' should hold {} bytes, the file has {} of them", quotable(key), needed,
                         found->second.bytes),
             position);
    const std::uint64_t width = number_bytes(type);
    return big_endian_ && width > 1 ? swapped(key, found->second, width) : found->second;
}

StoragePlace TorchStorages::swapped(const std::string& key, StoragePlace place, std::uint64_t width) {
    const auto [found, added] = swapped_.try_emplace({key, width});
    if (added) {
        const std::uint64_t bytes = place.bytes / width * width;
        auto source = std::make_unique<const SwappedBytes>(file(place.file), place.offset, bytes, width);
        found->second = {add_file(std::make_shared<const InputFile>(file_->path(), std::move(source))), 0,
                         bytes};
    }
    return found->second;
}

StoragePlace ZipStorages::place(const std::string& key, const PickleFailure& fail, std::uint64_t position) {
    const std::string name = folder_ + key;
    const ZipEntry* entry = archive_.find(name);
    if (entry == nullptr) {
        fail(fmt::format("the archive has no entry '{}' for this storage", quotable(name)), position);
        return {};
    }
    if (entry->method == ZipMethod::stored) return {0, entry->offset, entry->bytes};
    return {add_file(archive_.open(*entry)), 0, entry->bytes};
}

LegacyStorages::LegacyStorages(std::shared_ptr<const InputFile> file, ByteReader& bytes,
                               const PickleTree& tree, const PickleTree& keys, const PickleFailure& fail,
                               const JobContext& job)
    : TorchStorages(std::move(file)) {
    std::map<std::string_view, std::uint64_t> element_bytes;
    for (PickleRef value = 0; value < tree.size(); ++value) {
        if (!tree.is(value, PickleKind::persistent)) continue;
        const std::span<const PickleRef> id = tree.items(tree.object(value).args);
        if (id.empty() || tree.text(id[0]) != "storage") continue;
        const StorageName name = read_storage_name(tree, value, fail);
        element_bytes.emplace(name.key, name.type->bytes);
    }
    for (const PickleRef item : keys.items(keys.root())) {
        job.throw_if_stopped();
        const std::string key(keys.text(item));
        const auto known = element_bytes.find(key);
        if (known == element_bytes.end())
            bytes.fail(fmt::format("no tensor says what storage '{}' holds", quotable(key)));
        const std::uint64_t position = bytes.position();
        const auto elements = bytes.read<std::uint64_t>();
        if (elements > bytes.remaining() / known->second)
            bytes.fail(
                fmt::format("storage '{}' should hold {} elements of {} bytes, the file ends {} bytes on",
                            quotable(key), elements, known->second, bytes.remaining()),
                position);
        const StoragePlace here{0, bytes.position(), elements * known->second};
        if (!stored_.emplace(key, here).second)
            bytes.fail(fmt::format("storage '{}' is there twice", quotable(key)), position);
        bytes.skip(here.bytes);
    }
}

StoragePlace LegacyStorages::place(const std::string& key, const PickleFailure& fail,
                                   std::uint64_t position) {
    const auto found = stored_.find(key);
    if (found != stored_.end()) return found->second;
    fail(fmt::format("storage '{}' is not in the file", quotable(key)), position);
    return {};
}

}  // namespace halfstep
