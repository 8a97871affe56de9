// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/tensor_walk.h"

#include "core/model_files/pytorch/tensor_call.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

constexpr int deepest_nesting = 200;
constexpr std::size_t longest_name = 4096;
constexpr std::size_t most_name_bytes = 64 * 1024 * 1024;
constexpr std::size_t most_tensors = 250'000;

}  // namespace

TensorWalk::TensorWalk(const PickleTree& tree, const PickleFailure& fail, const JobContext& job)
    : tree_(tree), fail_(fail), job_(job), visited_(tree.size(), false) {}

TensorWalk::Found TensorWalk::find(PickleRef value, const std::string& path) {
    path_ = path;
    walk(value, {});
    return std::exchange(found_, {});
}

std::string TensorWalk::key_text(PickleRef key, std::size_t index) const {
    if (tree_.is(key, PickleKind::text)) return std::string(tree_.text(key).substr(0, longest_name + 1));
    if (const auto number = tree_.integer(key)) return fmt::format("{}", *number);
    return fmt::format("key {}", index);
}

bool TensorWalk::visit(PickleRef value) {
    if (++steps_ % 4096 == 0) job_.throw_if_stopped();
    if (visited_[value]) return false;
    visited_[value] = true;
    return true;
}

void TensorWalk::add(PickleRef value, std::string_view owner) {
    name_bytes_ += path_.size();
    if (path_.size() > longest_name || name_bytes_ > most_name_bytes)
        fail_("the names of the tensors are too long", tree_.object(value).position);
    if (++count_ > most_tensors)
        fail_(fmt::format("this file holds more than {} tensors", most_tensors),
              tree_.object(value).position);
    if (!is_utf8(path_)) fail_("the name of a tensor is not UTF-8 text", tree_.object(value).position);
    auto& list = in_optimizer_ ? found_.optimizer : found_.tensors;
    list.push_back({path_, value, owner, in_buffers_});
}

void TensorWalk::walk_below(const std::string& key, PickleRef value, std::string_view owner) {
    const std::size_t length = path_.size();
    if (path_.size() <= longest_name) {
        if (!path_.empty() && !key.empty()) path_ += '.';
        path_ += key;
    }
    walk(value, owner);
    path_.resize(length);
}

void TensorWalk::walk(PickleRef value, std::string_view owner) {
    if (tree_.is(value, PickleKind::object) && tensor_call(tree_, value)) return add(value, owner);
    switch (tree_.kind(value)) {
        case PickleKind::tuple:
        case PickleKind::list:
        case PickleKind::set:
        case PickleKind::dict:
        case PickleKind::object:
            break;
        default:
            return;
    }
    if (!visit(value)) return;
    if (++depth_ > deepest_nesting)
        fail_(fmt::format("what this file holds is nested more than {} levels deep", deepest_nesting), 0);
    if (tree_.is(value, PickleKind::object))
        walk_object(value, owner);
    else if (tree_.is(value, PickleKind::dict))
        walk_dict(tree_.items(value), owner);
    else
        walk_list(value, owner);
    --depth_;
}

void TensorWalk::walk_list(PickleRef value, std::string_view owner) {
    const std::span<const PickleRef> items = tree_.items(value);
    for (std::size_t index = 0; index < items.size(); ++index)
        walk_below(fmt::format("{}", index), items[index], owner);
}

void TensorWalk::walk_dict(std::span<const PickleRef> items, std::string_view owner) {
    const auto has = [&](std::string_view key) {
        for (std::size_t index = 0; index + 1 < items.size(); index += 2)
            if (tree_.text(items[index]) == key) return true;
        return false;
    };
    const bool outside = in_optimizer_;
    in_optimizer_ = outside || (has("param_groups") && has("state"));
    for (std::size_t index = 0; index + 1 < items.size(); index += 2)
        walk_below(key_text(items[index], index / 2), items[index + 1], owner);
    in_optimizer_ = outside;
}

// Of a dict with a class of its own: its items. Of anything else all that it was given.
void TensorWalk::walk_object(PickleRef value, std::string_view owner) {
    const PickleObject& object = tree_.object(value);
    std::string_view own_class = class_of(tree_, value);
    if (own_class.starts_with("torch.jit._pickle.")) {  // lists of TorchScript: build_tensorlist([...])
        const std::span<const PickleRef> args = tree_.items(object.args);
        if (!args.empty()) walk(args[0], owner);
        return;
    }
    if (is_dict(tree_, value)) {
        own_class = owner;
        const std::span<const PickleRef> args = tree_.items(object.args);  // OrderedDict([[key, value], ...])
        for (const PickleRef pair : args.empty() || !visit(args[0]) ? args.first(0) : tree_.items(args[0]))
            if (const auto parts = tree_.items(pair); parts.size() == 2 && visit(pair))
                walk_below(key_text(parts[0], 0), parts[1], owner);
    } else {
        walk(object.args, own_class);
        walk_state(object.state, own_class);
    }
    walk(object.items, own_class);
    walk(object.elements, own_class);
}

// A dict of attributes, or a tuple of two of them.
void TensorWalk::walk_state(PickleRef state, std::string_view owner) {
    if (tree_.is(state, PickleKind::tuple)) {
        if (!visit(state)) return;
        for (const PickleRef part : tree_.items(state))
            if (!tree_.is(part, PickleKind::tuple)) walk_state(part, owner);
        return;
    }
    const bool module = dict_value(tree_, state, "_modules") != PickleTree::none &&
                        dict_value(tree_, state, "_parameters") != PickleTree::none;
    if (!module) return walk(state, owner);
    if (visit(state)) walk_module(state, owner);
}

// The attributes of torch.nn.Module: those that state_dict() would give, in its order.
void TensorWalk::walk_module(PickleRef state, std::string_view owner) {
    const auto walk_part = [&](std::string_view name, auto&& is_wanted) {
        const PickleRef part = dict_value(tree_, state, name);
        if (!visit(part)) return;
        const std::span<const PickleRef> items = dict_items(tree_, part);
        for (std::size_t index = 0; index + 1 < items.size(); index += 2)
            if (is_wanted(items[index]))
                walk_below(key_text(items[index], index / 2), items[index + 1], owner);
    };
    std::unordered_set<std::string_view> passing;
    const PickleRef names = dict_value(tree_, state, "_non_persistent_buffers_set");
    // A set of protocol 2 is made by a call, of a list.
    const bool built = tree_.is(names, PickleKind::object) && !tree_.items(tree_.object(names).args).empty();
    const PickleRef list = built ? tree_.items(tree_.object(names).args)[0] : names;
    if (visit(list))
        for (const PickleRef name : tree_.items(list))
            passing.insert(tree_.text(name));
    const auto any = [](PickleRef) { return true; };
    walk_part("_parameters", any);
    in_buffers_ = true;
    walk_part("_buffers", [&](PickleRef name) { return !passing.contains(tree_.text(name)); });
    in_buffers_ = false;
    walk_part("_modules", any);
}

}  // namespace halfstep
