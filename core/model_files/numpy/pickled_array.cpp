// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/pickled_array.h"

#include <fmt/format.h>

#include <span>
#include <string_view>

namespace halfstep {
namespace {

// The parts of a tuple of at least so many; none where it is no such tuple.
std::span<const PickleRef> parts_of(const PickleTree& tree, PickleRef value, std::size_t least) {
    if (!tree.is(value, PickleKind::tuple) || tree.items(value).size() < least) return {};
    return tree.items(value);
}

bool is_array(const PickleTree& tree, PickleRef value) {
    if (!tree.is(value, PickleKind::object)) return false;
    const std::string_view maker = tree.text(tree.object(value).callable);
    return maker == "numpy.core.multiarray._reconstruct" || maker == "numpy._core.multiarray._reconstruct";
}

// numpy.dtype('f4', False, True), whose state is (version, '<', ...)
std::string descr_of(const PickleTree& tree, PickleRef dtype) {
    if (!tree.is(dtype, PickleKind::object)) return {};
    const PickleObject& object = tree.object(dtype);
    const std::span<const PickleRef> args = parts_of(tree, object.args, 1);
    const std::span<const PickleRef> state = parts_of(tree, object.state, 2);
    if (tree.text(object.callable) != "numpy.dtype" || args.empty() || state.empty()) return {};
    return fmt::format("{}{}", tree.text(state[1]), tree.text(args[0]));
}

std::optional<std::vector<std::int64_t>> shape_of(const PickleTree& tree, PickleRef value) {
    if (!tree.is(value, PickleKind::tuple)) return std::nullopt;
    std::vector<std::int64_t> shape;
    for (const PickleRef extent : tree.items(value)) {
        shape.push_back(tree.integer(extent).value_or(-1));
        if (shape.back() < 0) return std::nullopt;
    }
    return shape;
}

}  // namespace

std::optional<PickledArray> pickled_array(const PickleTree& tree, PickleRef value) {
    if (!is_array(tree, value)) return std::nullopt;
    // (version, shape, dtype, whether it is in Fortran's order, content)
    const std::span<const PickleRef> state = parts_of(tree, tree.object(value).state, 5);
    if (state.empty()) return std::nullopt;
    std::optional<std::vector<std::int64_t>> shape = shape_of(tree, state[1]);
    if (!shape) return std::nullopt;
    return PickledArray{descr_of(tree, state[2]), std::move(*shape), tree.integer(state[3]).value_or(0) != 0,
                        state[4]};
}

}  // namespace halfstep
