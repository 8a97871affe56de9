// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/object_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace halfstep {
namespace {

// Before Keras 3 the list of layers was called _layer_checkpoint_dependencies.
constexpr std::array lists =
    std::to_array<std::string_view>({"layers", "cells", "_layer_checkpoint_dependencies"});

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const std::size_t length = std::min(path.find('/'), path.size());
        if (length > 0) parts.push_back(path.substr(0, length));
        path.remove_prefix(std::min(length + 1, path.size()));
    }
    return parts;
}

// A recurrent layer keeps its variables in a cell that its configuration does not show; both directions of a
// Bidirectional are described once.
const KerasLayer* part_of(const KerasLayer& layer, std::string_view attribute) {
    if (const KerasLayer* part = layer.part(attribute)) return part;
    if (attribute == "forward_layer" || attribute == "backward_layer") return layer.part("layer");
    return &layer;
}

}  // namespace

KerasObjectPaths::Place KerasObjectPaths::resolve(std::string_view path, std::string_view stored_name) {
    const std::vector<std::string_view> parts = parts_of(path);
    Place place;
    const KerasLayer* at = model_;
    const auto step_to = [&](std::string_view name) {
        if (!place.name.empty()) place.name += '/';
        place.name += name;
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool is_list = std::ranges::find(lists, parts[i]) != lists.end() && i + 1 < parts.size();
        if (!is_list) {
            step_to(parts[i]);
            at = at != nullptr ? part_of(*at, parts[i]) : nullptr;
            continue;
        }
        const std::string_view key = parts[++i];
        const Children* children = at != nullptr ? &children_of(*at) : nullptr;
        const auto found =
            children != nullptr ? children->find(std::string(key)) : Children::const_iterator();
        at = children != nullptr && found != children->end() ? found->second : nullptr;
        const bool named_in_file = at == nullptr && i + 1 == parts.size() && !stored_name.empty();
        step_to(at != nullptr ? std::string_view(at->name) : named_in_file ? stored_name : key);
        if (at == nullptr) place.owner.class_name = class_named_like(key);
    }
    if (at != nullptr && at != model_) {
        place.owner.layer = at;
        place.owner.class_name = at->class_name;
    }
    // Layers that are attributes of a model of one's own: the name that Keras gave the layer tells its class.
    if (place.owner.class_name.empty()) place.owner.class_name = class_named_like(stored_name);
    return place;
}

// Objects in a list are called by their class, and numbered from the second on.
const KerasObjectPaths::Children& KerasObjectPaths::children_of(const KerasLayer& model) {
    const auto known = children_.find(&model);
    if (known != children_.end()) return known->second;
    Children children;
    std::unordered_map<std::string, std::size_t> counts;
    for (const KerasLayer& layer : model.layers) {
        const std::string bare = snake_case(layer.class_name);
        const std::size_t number = counts[bare]++;
        children.emplace(number == 0 ? bare : fmt::format("{}_{}", bare, number), &layer);
    }
    for (const KerasLayer& layer : model.layers)
        children.emplace(layer.name, &layer);
    return children_.emplace(&model, std::move(children)).first->second;
}

}  // namespace halfstep
