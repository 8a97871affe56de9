// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/tensor_view.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <stdexcept>

namespace halfstep {
namespace {

constexpr std::size_t highest_rank = 64;  // PyTorch's limit
constexpr std::int64_t largest_extent = (1LL << 48U) - 1;

class ViewReader {
  public:
    ViewReader(const PickleTree& tree, const PickleFailure& fail) : tree_(tree), fail_(fail) {}

    StorageName storage(PickleRef persistent) const {
        const std::uint64_t position = tree_.object(persistent).position;
        const std::span<const PickleRef> id = tree_.items(tree_.object(persistent).args);
        if (id.size() < 5 || tree_.text(id[0]) != "storage")
            fail("this is not the name of a storage", position);
        StorageName name;
        name.type = torch_type_of_storage(tree_.text(id[1]));
        if (name.type == nullptr)
            fail(fmt::format("'{}' is not a kind of storage that is known", quotable(tree_.text(id[1]))),
                 position);
        name.key = tree_.text(id[2]);
        if (name.key.empty()) fail("this storage has no key", position);
        name.elements = count(id[4], "the size of a storage", position);
        if (name.elements > ~0ULL / name.type->bytes) fail("this storage is larger than any file", position);
        if (id.size() > 5 && id[5] != PickleTree::none) view_of_storage(id[5], name, position);
        return name;
    }

    TensorView view(const TensorCall& call) const {
        const std::size_t wanted = call.kind == TensorCall::Kind::typed ? 7 : 4;
        if (call.args.size() < wanted)
            fail(fmt::format("{} needs {} arguments, here are {}", call.function, wanted, call.args.size()),
                 call.position);
        if (!tree_.is(call.args[0], PickleKind::persistent))
            fail("this tensor is made of something that is not a storage", call.position);
        TensorView view;
        view.storage = storage(call.args[0]);
        view.type = view.storage.type;
        if (call.kind == TensorCall::Kind::typed) {
            view.type = torch_type_named(tree_.text(call.args[6]));
            if (view.type == nullptr)
                fail(fmt::format("'{}' is not an element type that is known",
                                 quotable(tree_.text(call.args[6]))),
                     call.position);
        }
        view.offset = count(call.args[1], "the offset of a tensor", call.position);
        view.shape = numbers(call.args[2], "the shape of a tensor", call.position);
        view.strides = numbers(call.args[3], "the strides of a tensor", call.position);
        view.negated = is_negated(call);
        check_extent(view, call.position);
        return view;
    }

  private:
    [[noreturn]] void fail(const std::string& problem, std::uint64_t position) const {
        fail_(problem, position);
        throw std::logic_error("a failure that returned");
    }

    std::uint64_t count(PickleRef value, const char* what, std::uint64_t position) const {
        const std::optional<std::int64_t> number = tree_.integer(value);
        if (!number || *number < 0) fail(fmt::format("{} is not a count", what), position);
        return static_cast<std::uint64_t>(*number);
    }

    // A tuple or list of numbers, or a torch.Size of them.
    std::vector<std::int64_t> numbers(PickleRef value, const char* what, std::uint64_t position) const {
        if (tree_.is(value, PickleKind::object) && tree_.text(tree_.object(value).callable) == "torch.Size") {
            const std::span<const PickleRef> args = tree_.items(tree_.object(value).args);
            if (!args.empty()) value = args[0];
        }
        if (!tree_.is(value, PickleKind::tuple) && !tree_.is(value, PickleKind::list))
            fail(fmt::format("{} is not a list of numbers", what), position);
        std::vector<std::int64_t> result;
        const std::span<const PickleRef> items = tree_.items(value);
        if (items.size() > highest_rank)
            fail(fmt::format("{} has more than {} numbers", what, highest_rank), position);
        for (const PickleRef item : items) {
            const std::int64_t number = static_cast<std::int64_t>(count(item, what, position));
            if (number > largest_extent) fail(fmt::format("{} holds {}", what, number), position);
            result.push_back(number);
        }
        return result;
    }

    // (key of the view, offset, size): the storage is a part of the one under its key.
    void view_of_storage(PickleRef metadata, StorageName& name, std::uint64_t position) const {
        const std::span<const PickleRef> parts = tree_.items(metadata);
        if (parts.size() != 3) fail("a view of a storage is not described by three values", position);
        name.first = count(parts[1], "the offset of a view", position);
        const std::uint64_t size = count(parts[2], "the size of a view", position);
        if (name.first > name.elements || size > name.elements - name.first)
            fail(fmt::format("elements {} to {} of a storage of {} are to be viewed", name.first,
                             name.first + size, name.elements),
                 position);
        name.elements = size;
    }

    bool is_negated(const TensorCall& call) const {
        const std::size_t metadata = call.kind == TensorCall::Kind::typed ? 7 : 6;
        if (call.kind == TensorCall::Kind::quantized || call.args.size() <= metadata) return false;
        for (const char* flag : {"conj", "neg"})
            if (tree_.integer(dict_value(tree_, call.args[metadata], flag)).value_or(0) != 0) return true;
        return false;
    }

    void check_extent(TensorView& view, std::uint64_t position) const {
        if (view.shape.size() != view.strides.size())
            fail(fmt::format("a tensor of {} dimensions has {} strides", view.shape.size(),
                             view.strides.size()),
                 position);
        std::uint64_t last = view.offset;
        for (std::size_t axis = 0; axis < view.shape.size(); ++axis) {
            const auto extent = static_cast<std::uint64_t>(view.shape[axis]);
            const auto stride = static_cast<std::uint64_t>(view.strides[axis]);
            std::uint64_t span = 0;
            if (__builtin_mul_overflow(view.elements, extent, &view.elements) ||
                __builtin_mul_overflow(extent == 0 ? 0 : extent - 1, stride, &span) ||
                __builtin_add_overflow(last, span, &last) || view.elements > ~0ULL / 64)
                fail("its shape holds more elements than a computer can count", position);
        }
        const std::uint64_t held = view.storage.bytes() / view.type->bytes * view.type->per_byte;
        if (view.elements > 0 && last >= held)
            fail(fmt::format("a tensor shows element {} of a storage of {}", last, held), position);
        // Without elements nothing of the storage is shown.
        if (view.elements == 0) view.offset = 0;
    }

    const PickleTree& tree_;
    const PickleFailure& fail_;
};

}  // namespace

std::uint64_t StorageName::bytes() const {
    return elements * type->bytes;
}

bool TensorView::contiguous() const {
    if (elements == 0) return true;
    std::int64_t expected = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        if (shape[axis] != 1 && strides[axis] != expected) return false;
        expected *= shape[axis];
    }
    return true;
}

std::uint64_t TensorView::bytes() const {
    return (elements * type->bytes + type->per_byte - 1) / type->per_byte;
}

StorageName read_storage_name(const PickleTree& tree, PickleRef persistent, const PickleFailure& fail) {
    return ViewReader(tree, fail).storage(persistent);
}

TensorView read_tensor_view(const PickleTree& tree, const TensorCall& call, const PickleFailure& fail) {
    return ViewReader(tree, fail).view(call);
}

}  // namespace halfstep
