// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/object_layout.h"

#include "core/model_files/keras/object_paths.h"
#include "core/model_files/keras/variable_names.h"
#include "core/model_files/keras/variable_use.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep {
namespace {

constexpr std::string_view vars = "/vars";

struct Variable {
    std::size_t number = 0;
    const Hdf5Dataset* dataset = nullptr;
};

struct Object {
    std::string path;  // without "/vars"
    std::vector<Variable> variables;
};

// "/layers/dense/vars/1": the object and the number of its variable.
std::optional<std::pair<std::string_view, std::size_t>> variable_at(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view last = path.substr(slash + 1);
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), number);
    if (error != std::errc() || end != last.data() + last.size() || !path.substr(0, slash).ends_with(vars))
        return std::nullopt;
    return std::pair(path.substr(0, slash - vars.size()), number);
}

bool is_optimizer(std::string_view path) {
    return path == "/optimizer" || path.starts_with("/optimizer/");
}

// "/a/dense_10" after "/a/dense_9", and both after "/a/dense": the order of the layers of one class.
bool natural_less(std::string_view a, std::string_view b) {
    const std::string_view bare_a = without_number(a);
    const std::string_view bare_b = without_number(b);
    if (bare_a != bare_b) return bare_a < bare_b;
    return std::pair(a.size(), a) < std::pair(b.size(), b);
}

std::vector<Object> objects_of(const Hdf5Listing& listing) {
    std::map<std::string, Object, std::less<>> by_path;
    for (const Hdf5Dataset& dataset : listing.datasets()) {
        const auto place = variable_at(dataset.path);
        if (!place || is_optimizer(place->first)) continue;
        Object& object = by_path[std::string(place->first)];
        object.path = place->first;
        object.variables.push_back({place->second, &dataset});
    }
    std::vector<Object> objects;
    for (auto& [path, object] : by_path) {
        std::ranges::sort(object.variables, {}, &Variable::number);
        objects.push_back(std::move(object));
    }
    std::ranges::sort(objects, [](const Object& a, const Object& b) { return natural_less(a.path, b.path); });
    return objects;
}

// Where each layer stands in the model, those inside it at its own place.
std::map<const KerasLayer*, std::size_t> order_of_layers(const KerasLayer& model) {
    std::map<const KerasLayer*, std::size_t> order;
    std::vector<const KerasLayer*> open{&model};
    while (!open.empty()) {
        const KerasLayer* layer = open.back();
        open.pop_back();
        order.emplace(layer, order.size());
        std::vector<const KerasLayer*> inside;
        for (const KerasLayer& inner : layer->layers)
            inside.push_back(&inner);
        for (const KerasPart& part : layer->parts)
            inside.push_back(&part.layer);
        open.insert(open.end(), inside.rbegin(), inside.rend());
    }
    return order;
}

struct Placed {
    Object object;
    KerasObjectPaths::Place place;
    std::size_t order = 0;
};

std::vector<Placed> placed(const Hdf5Listing& listing, const KerasLayer* model) {
    KerasObjectPaths paths(model);
    const auto order =
        model != nullptr ? order_of_layers(*model) : std::map<const KerasLayer*, std::size_t>();
    std::vector<Placed> all;
    for (Object& object : objects_of(listing)) {
        const std::string stored_name = listing.text(object.path + std::string(vars), "name");
        Placed one{std::move(object), {}, order.size()};
        one.place = paths.resolve(one.object.path, stored_name);
        const auto found = order.find(one.place.owner.layer);
        if (found != order.end()) one.order = found->second;
        all.push_back(std::move(one));
    }
    std::ranges::stable_sort(all, {}, &Placed::order);
    return all;
}

void take(const Hdf5Listing& listing, const Placed& placed, KerasWeightList& into) {
    KerasLayer known;
    known.class_name = placed.place.owner.class_name;
    const KerasLayer& layer = placed.place.owner.layer != nullptr ? *placed.place.owner.layer : known;
    const std::size_t count = placed.object.variables.size();
    for (const Variable& variable : placed.object.variables) {
        std::string name = variable_name(layer, variable.number, count);
        if (!placed.place.name.empty()) name = fmt::format("{}/{}", placed.place.name, name);
        TensorInfo& tensor =
            into.add(*variable.dataset, quotable(name), listing.text(variable.dataset->path, "dtype"));
        assign_role(tensor, placed.place.owner);
    }
}

}  // namespace

bool has_object_layout(const Hdf5Listing& listing) {
    return std::ranges::any_of(
        listing.datasets(), [](const Hdf5Dataset& dataset) { return variable_at(dataset.path).has_value(); });
}

void take_object_weights(const Hdf5Listing& listing, const KerasLayer* model, KerasWeightList& into,
                         const JobContext& job) {
    for (const Placed& object : placed(listing, model)) {
        job.throw_if_stopped();
        take(listing, object, into);
    }
}

}  // namespace halfstep
