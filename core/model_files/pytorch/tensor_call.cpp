// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/tensor_call.h"

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

constexpr int deepest_wrapping = 16;

using enum TensorCall::Kind;

struct Function {
    std::string_view name;
    TensorCall::Kind kind;
};

constexpr std::array functions = {
    Function{"torch._utils._rebuild_tensor_v2", strided},
    Function{"torch._utils._rebuild_tensor", strided},
    Function{"torch._utils._rebuild_tensor_v3", typed},
    Function{"torch._utils._rebuild_qtensor", quantized},
    Function{"torch._utils._rebuild_sparse_tensor", elsewhere},
    Function{"torch._utils._rebuild_sparse_csr_tensor", elsewhere},
    Function{"torch._utils._rebuild_nested_tensor", elsewhere},
    Function{"torch._utils._rebuild_meta_tensor_no_storage", elsewhere},
    Function{"torch._utils._rebuild_wrapper_subclass", elsewhere},
    Function{"torch._utils._rebuild_device_tensor_from_numpy", elsewhere},
    Function{"torch._utils._rebuild_device_tensor_from_cpu_tensor", elsewhere},
    Function{"torch._utils._rebuild_xla_tensor", elsewhere},
};

// Functions that only wrap a tensor, their first argument.
constexpr auto wrappers = std::to_array<std::string_view>(
    {"torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
     "torch.nn.parameter.Parameter", "torch.nn.Parameter", "torch.nn.parameter.Buffer",
     "torch.autograd.variable.Variable", "torch.jit._pickle.restore_type_tag"});

// Functions that make a tensor by a function (argument 0) and its arguments (argument 2).
constexpr auto indirect =
    std::to_array<std::string_view>({"torch._tensor._rebuild_from_type_v2",
                                     "torch._tensor._rebuild_from_type", "torch.tensor._rebuild_from_type"});

template <typename Names>
bool holds(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr auto dict_classes =
    std::to_array<std::string_view>({"collections.OrderedDict", "collections.defaultdict",
                                     "collections.Counter", "builtins.dict", "__builtin__.dict"});

}  // namespace

std::optional<TensorCall> tensor_call(const PickleTree& tree, PickleRef value) {
    if (!tree.is(value, PickleKind::object)) return std::nullopt;
    std::uint64_t position = tree.object(value).position;
    std::string_view name = tree.text(tree.object(value).callable);
    std::span<const PickleRef> args = tree.items(tree.object(value).args);
    for (int depth = 0; depth < deepest_wrapping; ++depth) {
        for (const Function& function : functions)
            if (function.name == name) return TensorCall{function.kind, name, args, position};
        if (holds(indirect, name) && args.size() >= 3) {
            name = tree.text(args[0]);
            args = tree.items(args[2]);
            continue;
        }
        if (!holds(wrappers, name) || args.empty() || !tree.is(args[0], PickleKind::object))
            return std::nullopt;
        const PickleObject& inner = tree.object(args[0]);
        position = inner.position;
        name = tree.text(inner.callable);
        args = tree.items(inner.args);
    }
    return std::nullopt;
}

bool is_dict(const PickleTree& tree, PickleRef value) {
    if (tree.is(value, PickleKind::dict)) return true;
    return tree.is(value, PickleKind::object) && holds(dict_classes, tree.text(tree.object(value).callable));
}

std::span<const PickleRef> dict_items(const PickleTree& tree, PickleRef value) {
    if (tree.is(value, PickleKind::dict)) return tree.items(value);
    if (!tree.is(value, PickleKind::object)) return {};
    return tree.items(tree.object(value).items);
}

PickleRef dict_value(const PickleTree& tree, PickleRef dict, std::string_view key) {
    const std::span<const PickleRef> items = dict_items(tree, dict);
    for (std::size_t index = 0; index + 1 < items.size(); index += 2)
        if (tree.is(items[index], PickleKind::text) && tree.text(items[index]) == key)
            return items[index + 1];
    return PickleTree::none;
}

std::string_view class_of(const PickleTree& tree, PickleRef object) {
    if (!tree.is(object, PickleKind::object)) return {};
    PickleRef callable = tree.object(object).callable;
    // copyreg._reconstructor(class, object, None) and its kin
    const std::string_view name = tree.text(callable);
    const std::span<const PickleRef> args = tree.items(tree.object(object).args);
    if (!args.empty() && (name == "copy_reg._reconstructor" || name == "copyreg._reconstructor" ||
                          name == "copyreg.__newobj__"))
        callable = args[0];
    if (tree.is(callable, PickleKind::persistent)) {  // ("module", class, file, source)
        const std::span<const PickleRef> id = tree.items(tree.object(callable).args);
        if (id.size() >= 2 && tree.text(id[0]) == "module") callable = id[1];
    }
    return tree.is(callable, PickleKind::global) ? tree.text(callable) : std::string_view();
}

}  // namespace halfstep
