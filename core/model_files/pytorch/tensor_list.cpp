// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/tensor_list.h"

#include "core/base/error.h"
#include "core/model_files/pytorch/module_roles.h"
#include "core/model_files/quotable.h"
#include "core/model_files/strided_bytes.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

constexpr std::size_t most_named = 3;
constexpr std::size_t most_tied_notes = 100;
// A view may show every byte of its storage this many times over; more is no weight.
constexpr std::uint64_t most_repeats = 1024;
constexpr std::size_t most_axes = 2'000'000;

// The same for two views of the same elements.
std::string identity(const TensorView& view) {
    std::string key = fmt::format("{}/{}/{}/{}/{}/{}", view.storage.key, view.storage.first, view.type->name,
                                  view.offset * view.type->bytes, view.negated, view.elements);
    for (std::size_t axis = 0; axis < view.shape.size(); ++axis)
        key += fmt::format("/{}:{}", view.shape[axis], view.shape[axis] == 1 ? 0 : view.strides[axis]);
    return key;
}

}  // namespace

void TensorList::NameList::add(const std::string& name) {
    if (count < most_named) text += fmt::format("{}'{}'", text.empty() ? "" : ", ", quotable(name));
    ++count;
}

std::string TensorList::NameList::and_more() const {
    return count > most_named ? fmt::format("{} and {} more", text, count - most_named) : text;
}

void TensorList::note(Severity severity, std::string tensor, std::string message) {
    contents_.issues.push_back({severity, std::move(tensor), std::move(message)});
}

void TensorList::add(const PickleTree& tree, const StateDict& state, const InputFile& pickle,
                     const JobContext& job) {
    std::size_t count = 0;
    for (const NamedTensor& named : state.tensors) {
        if (count++ % 1024 == 0) job.throw_if_stopped();
        const PickleFailure fail = [&](const std::string& problem, std::uint64_t position) {
            throw Error(problem, {pickle.path().string(), quotable(named.name), position},
                        "The file is damaged: download or save it again");
        };
        add_tensor(tree, named, fail);
    }
    note_tied();
    note_left_out();
    note_optimizer(tree, state);
}

void TensorList::add_tensor(const PickleTree& tree, const NamedTensor& named, const PickleFailure& fail) {
    const std::optional<TensorCall> call = tensor_call(tree, named.value);
    if (!call) return;
    if (call->kind == TensorCall::Kind::elsewhere) return elsewhere_.add(named.name);
    if (!names_.insert(named.name).second) return twice_.add(named.name);
    if (!is_second_name(named)) add_view(read_tensor_view(tree, *call, fail), named, fail, call->position);
}

// Of a value that stands in several places.
bool TensorList::is_second_name(const NamedTensor& named) {
    const auto found = by_value_.find(named.value);
    if (found == by_value_.end()) return false;
    unlisted_.push_back(named.name);
    found->second->others.add(named.name);
    return true;
}

void TensorList::add_view(const TensorView& view, const NamedTensor& named, const PickleFailure& fail,
                          std::uint64_t position) {
    axes_ += view.shape.size();
    if (axes_ > most_axes) fail(fmt::format("the tensors have more than {} dimensions", most_axes), position);
    if (view.elements > 0 && view.bytes() / most_repeats > view.storage.bytes()) {
        unlisted_.push_back(named.name);
        return repeated_.add(named.name);
    }
    if (view.elements > 0) {
        const auto [found, added] = views_.try_emplace(identity(view), Tied{contents_.tensors.size(), {}});
        by_value_.emplace(named.value, &found->second);
        if (!added) {
            unlisted_.push_back(named.name);
            return found->second.others.add(named.name);
        }
    }
    TensorInfo info;
    info.name = named.name;
    info.dtype = view.negated ? DType::unknown : view.type->dtype;
    info.dtype_name = fmt::format("{}{}", view.negated ? "negated " : "", view.type->listed);
    info.shape = view.shape;
    info.elements = view.elements;
    info.bytes = view.bytes();
    place(view, info, fail, position);
    assign_role(info, named);
    contents_.tensors.push_back(std::move(info));
}

void TensorList::place(const TensorView& view, TensorInfo& info, const PickleFailure& fail,
                       std::uint64_t position) {
    if (view.elements == 0) return;
    const StoragePlace storage = storages_.find(view.storage, *view.type, fail, position);
    const std::uint64_t start = storage.offset + view.storage.first * view.storage.type->bytes;
    if (view.contiguous() || view.type->per_byte > 1) {
        info.file = storage.file;
        info.file_offset = start + view.offset * view.type->bytes / view.type->per_byte;
        return;
    }
    std::vector<StridedBytes::Axis> axes;
    for (std::size_t axis = 0; axis < view.shape.size(); ++axis)
        axes.push_back({static_cast<std::uint64_t>(view.shape[axis]),
                        static_cast<std::uint64_t>(view.strides[axis]) * view.type->bytes});
    auto source = std::make_unique<const StridedBytes>(storages_.file(storage.file),
                                                       start + view.offset * view.type->bytes,
                                                       std::move(axes), view.type->bytes, cache_);
    const auto& path = storages_.file(0)->path();
    info.file = storages_.add_file(std::make_shared<const InputFile>(path, std::move(source)));
}

void TensorList::note_tied() {
    std::map<std::size_t, const Tied*> by_tensor;
    for (const auto& [view, tied] : views_)
        if (tied.others.count > 0) by_tensor.emplace(tied.tensor, &tied);
    std::size_t notes = 0;
    for (const auto& [tensor, tied] : by_tensor) {
        if (notes++ == most_tied_notes) break;
        note(Severity::note, contents_.tensors[tensor].name,
             fmt::format("also stands under {}: the same numbers, listed and counted once",
                         tied->others.and_more()));
    }
    views_.clear();
    by_value_.clear();
}

void TensorList::note_left_out() {
    if (elsewhere_.count > 0)
        note(Severity::warning, {},
             fmt::format(
                 "not listed, because their numbers are not stored as plain arrays (sparse, nested, on "
                 "no device, or of a class of their own): {}",
                 elsewhere_.and_more()));
    if (repeated_.count > 0)
        note(Severity::warning, {},
             fmt::format("not listed, because they show a few numbers over and over again: {}",
                         repeated_.and_more()));
    if (twice_.count > 0)
        note(Severity::warning, {},
             fmt::format("names that stand there a second time, left out: {}", twice_.and_more()));
    elsewhere_ = {};
    repeated_ = {};
    twice_ = {};
}

// Bytes are counted once, whatever shares them; what cannot be read of it does not matter.
void TensorList::note_optimizer(const PickleTree& tree, const StateDict& state) {
    if (state.optimizer.empty()) return;
    std::map<std::string, std::uint64_t> bytes;
    const PickleFailure fail = [](const std::string& problem, std::uint64_t) { throw Error(problem); };
    for (const NamedTensor& named : state.optimizer) {
        const std::optional<TensorCall> call = tensor_call(tree, named.value);
        if (!call || call->kind == TensorCall::Kind::elsewhere) continue;
        try {
            const TensorView view = read_tensor_view(tree, *call, fail);
            bytes.emplace(identity(view), view.bytes());
        } catch (const Error&) {
            continue;
        }
    }
    std::uint64_t sum = 0;
    for (const auto& [view, size] : bytes)
        if (__builtin_add_overflow(sum, size, &sum)) sum = ~0ULL;
    note(Severity::note, {},
         fmt::format("the state of an optimizer is left out: {}, {} bytes",
                     bytes.size() == 1 ? "1 tensor" : fmt::format("{} tensors", bytes.size()), sum));
}

}  // namespace halfstep
