// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/tar_checkpoint.h"

#include "core/base/error.h"
#include "core/model_files/pytorch/pickle_machine.h"
#include "core/model_files/pytorch/tensor_call.h"
#include "core/model_files/pytorch/torch_types.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace halfstep {
namespace {

constexpr auto member_names = std::to_array<std::string_view>({"pickle", "storages", "tensors"});
constexpr std::int32_t highest_rank = 64;

// Storages and tensors are numbered by where they were in memory.
std::optional<std::string> key_of(const PickleTree& tree, PickleRef value) {
    if (const std::optional<std::int64_t> number = tree.integer(value)) return fmt::format("{}", *number);
    return std::nullopt;
}

// The parts of a pickle that is a tuple of so many; none where it is not.
std::span<const PickleRef> tuple_of(const PickleTree& tree, PickleRef value, std::size_t count) {
    if (!tree.is(value, PickleKind::tuple) || tree.items(value).size() != count) return {};
    return tree.items(value);
}

// Pickles do not lead out of the member that they stand in.
void require_inside(const ByteReader& bytes, const TarMember& member) {
    const std::uint64_t end = member.offset + member.bytes;
    if (bytes.position() > end) bytes.fail("this member of the tar archive ends too early", end);
}

}  // namespace

bool looks_like_torch_tar(const InputFile& file) {
    if (!looks_like_tar(file)) return false;
    try {
        const TarMembers members = read_tar_members(file);
        return std::ranges::all_of(member_names,
                                   [&](std::string_view name) { return members.contains(name); });
    } catch (const Error&) {
        return false;
    }
}

TarCheckpoint::TarCheckpoint(const std::shared_ptr<const InputFile>& checkpoint, const JobContext& job)
    : TorchStorages(checkpoint), members_(read_tar_members(*checkpoint)) {
    check_system(job);
    read_storages(job);
    read_tensors(job);
}

PickleTree TarCheckpoint::read_object(const JobContext& job) const {
    ByteReader bytes(*file(0), member("pickle").offset);
    PickleTree tree = read_pickle(bytes, job);
    require_inside(bytes, member("pickle"));
    std::map<std::string, PickleRef, std::less<>> made;
    for (PickleRef value = 0, count = static_cast<PickleRef>(tree.size()); value < count; ++value) {
        if (!tree.is(value, PickleKind::persistent)) continue;
        const auto [id, position] = std::pair(tree.object(value).args, tree.object(value).position);
        const std::span<const PickleRef> parts = tree.items(id);
        // (class, file, source) of a module that was saved whole.
        if (!parts.empty() && tree.is(parts[0], PickleKind::global)) {
            tree.become(value, parts[0]);
            continue;
        }
        const std::string key(tree.text(id));
        const auto [known, added] = made.try_emplace(key, PickleTree::none);
        if (added) {
            const auto tensor = tensors_.find(key);
            known->second = tensor != tensors_.end() ? add_tensor(tree, tensor->second, position)
                                                     : add_storage(tree, key, position);
        }
        tree.become(value, known->second);
    }
    return tree;
}

StoragePlace TarCheckpoint::place(const std::string& key, const PickleFailure&, std::uint64_t) {
    const Storage& storage = storages_.at(key);  // no other is in the tree
    return {0, storage.offset, storage.elements * storage.element_bytes};
}

const TarMember& TarCheckpoint::member(std::string_view name) const {
    const auto found = members_.find(name);
    if (found == members_.end()) fail(fmt::format("this tar archive holds no {}", name), 0);
    return found->second;
}

void TarCheckpoint::check_system(const JobContext& job) const {
    const auto found = members_.find("sys_info");
    if (found == members_.end()) return;
    ByteReader bytes(*file(0), found->second.offset);
    const PickleTree tree = read_pickle(bytes, job);
    const PickleRef little = dict_value(tree, tree.root(), "little_endian");
    if (tree.integer(little).value_or(1) == 0)
        fail("this checkpoint was saved by a computer of another byte order", found->second.offset);
}

void TarCheckpoint::read_storages(const JobContext& job) {
    const TarMember& storages = member("storages");
    ByteReader bytes(*file(0), storages.offset);
    const PickleTree count = read_pickle(bytes, job);
    for (std::int64_t left = count.integer(count.root()).value_or(0); left > 0; --left)
        read_storage(bytes, job);
    const std::uint64_t position = bytes.position();
    read_views(read_pickle(bytes, job), position);
    require_inside(bytes, storages);
}

// (key, location, class), the number of elements, the elements.
void TarCheckpoint::read_storage(ByteReader& bytes, const JobContext& job) {
    job.throw_if_stopped();
    const std::uint64_t position = bytes.position();
    const PickleTree tree = read_pickle(bytes, job);
    const std::span<const PickleRef> parts = tuple_of(tree, tree.root(), 3);
    const std::optional<std::string> key = parts.empty() ? std::nullopt : key_of(tree, parts[0]);
    const TorchType* type = parts.empty() ? nullptr : torch_type_of_storage(tree.text(parts[2]));
    if (!key || type == nullptr) fail("this is not a storage of a kind that is known", position);
    const auto elements = bytes.read<std::uint64_t>();
    if (elements > bytes.remaining() / type->bytes)
        fail(fmt::format("storage '{}' should hold {} elements of {} bytes, the file ends {} bytes on", *key,
                         elements, type->bytes, bytes.remaining()),
             position);
    const Storage storage{std::string(tree.text(parts[2])), type->bytes, elements, bytes.position()};
    if (!storages_.emplace(*key, storage).second)
        fail(fmt::format("storage '{}' is there twice", *key), position);
    bytes.skip(elements * type->bytes);
}

// (key, key of the storage that it is a part of, first element, elements) of each.
void TarCheckpoint::read_views(const PickleTree& views, std::uint64_t position) {
    for (const PickleRef view : views.items(views.root())) {
        const std::span<const PickleRef> parts = tuple_of(views, view, 4);
        if (parts.empty()) fail("a view of a storage is not described by four values", position);
        const auto key = key_of(views, parts[0]);
        const auto whole = storages_.find(key_of(views, parts[1]).value_or(""));
        const auto first = static_cast<std::uint64_t>(views.integer(parts[2]).value_or(-1));
        const auto elements = static_cast<std::uint64_t>(views.integer(parts[3]).value_or(-1));
        if (!key || whole == storages_.end()) fail("a view is of a storage that is not there", position);
        Storage part = whole->second;
        if (first > part.elements || elements > part.elements - first)
            fail(fmt::format("{} elements from {} on of a storage of {} are to be viewed", elements, first,
                             part.elements),
                 position);
        part.offset += first * part.element_bytes;
        part.elements = elements;
        storages_.emplace(*key, part);
    }
}

void TarCheckpoint::read_tensors(const JobContext& job) {
    const TarMember& tensors = member("tensors");
    ByteReader bytes(*file(0), tensors.offset);
    const PickleTree count = read_pickle(bytes, job);
    for (std::int64_t left = count.integer(count.root()).value_or(0); left > 0; --left)
        read_tensor(bytes, job);
    require_inside(bytes, tensors);
}

// (key, key of the storage, class), the number of dimensions, sizes, strides, the first element.
void TarCheckpoint::read_tensor(ByteReader& bytes, const JobContext& job) {
    job.throw_if_stopped();
    const std::uint64_t position = bytes.position();
    const PickleTree tree = read_pickle(bytes, job);
    const std::span<const PickleRef> parts = tuple_of(tree, tree.root(), 3);
    const auto key = parts.empty() ? std::nullopt : key_of(tree, parts[0]);
    const auto storage = parts.empty() ? std::nullopt : key_of(tree, parts[1]);
    if (!key || !storage) fail("this is not the description of a tensor", position);
    const auto rank = bytes.read<std::int32_t>();
    bytes.skip(sizeof(std::int32_t));
    if (rank < 0 || rank > highest_rank)
        fail(fmt::format("a tensor has {} dimensions, at most {} are possible", rank, highest_rank),
             position);
    Tensor tensor{*storage, 0, {}, {}};
    for (std::vector<std::int64_t>* numbers : {&tensor.shape, &tensor.strides})
        for (std::int32_t axis = 0; axis < rank; ++axis)
            numbers->push_back(bytes.read<std::int64_t>());
    tensor.first = bytes.read<std::int64_t>();
    tensors_.emplace(*key, std::move(tensor));
}

// ("storage", class, key, location, elements)
PickleRef TarCheckpoint::add_storage(PickleTree& tree, const std::string& key, std::uint64_t position) const {
    const auto found = storages_.find(key);
    if (found == storages_.end())
        fail(fmt::format("neither a tensor nor a storage of the archive is '{}'", quotable(key)), position);
    const Storage& storage = found->second;
    const std::array parts{tree.add_text("storage"), tree.add_global(storage.class_name), tree.add_text(key),
                           tree.add_text("cpu"),
                           tree.add_integer(static_cast<std::int64_t>(storage.elements))};
    const PickleRef id = tree.add_container(PickleKind::tuple, parts);
    return tree.add_object(PickleKind::persistent, {.args = id, .position = position});
}

// torch._utils._rebuild_tensor(storage, first element, shape, strides)
PickleRef TarCheckpoint::add_tensor(PickleTree& tree, const Tensor& tensor, std::uint64_t position) const {
    const auto numbers = [&](const std::vector<std::int64_t>& values) {
        std::vector<PickleRef> items;
        for (const std::int64_t value : values)
            items.push_back(tree.add_integer(value));
        return tree.add_container(PickleKind::tuple, items);
    };
    const std::array args{add_storage(tree, tensor.storage, position), tree.add_integer(tensor.first),
                          numbers(tensor.shape), numbers(tensor.strides)};
    return tree.add_object(PickleKind::object, {.callable = tree.add_global("torch._utils._rebuild_tensor"),
                                                .args = tree.add_container(PickleKind::tuple, args),
                                                .position = position});
}

void TarCheckpoint::fail(const std::string& problem, std::uint64_t position) const {
    throw Error(problem, {file(0)->path().string(), {}, position},
                "The file is damaged: download or save it again");
}

}  // namespace halfstep
