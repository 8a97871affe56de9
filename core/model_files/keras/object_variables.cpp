// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/object_variables.h"

#include "core/model_files/keras/object_paths.h"
#include "core/model_files/keras/variable_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace halfstep {
namespace {

constexpr std::string_view vars = "/vars";

// A variable of an object by its number there.
struct Member {
    std::size_t number = 0;
    std::size_t which = 0;
};

struct Object {
    std::string path;  // without "/vars"
    std::string layer_name;
    std::vector<Member> members;
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

std::vector<Object> objects_of(std::span<const ObjectVariable> variables) {
    std::map<std::string, Object, std::less<>> by_path;
    for (std::size_t which = 0; which < variables.size(); ++which) {
        const auto place = variable_at(variables[which].path);
        if (!place || is_optimizer(place->first)) continue;
        Object& object = by_path[std::string(place->first)];
        object.path = place->first;
        if (object.layer_name.empty()) object.layer_name = variables[which].layer_name;
        object.members.push_back({place->second, which});
    }
    std::vector<Object> objects;
    for (auto& [path, object] : by_path) {
        std::ranges::stable_sort(object.members, {}, &Member::number);
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

std::vector<Placed> placed(std::vector<Object> objects, const KerasLayer* model) {
    KerasObjectPaths paths(model);
    const auto order =
        model != nullptr ? order_of_layers(*model) : std::map<const KerasLayer*, std::size_t>();
    std::vector<Placed> all;
    for (Object& object : objects) {
        Placed one{std::move(object), {}, order.size()};
        one.place = paths.resolve(one.object.path, one.object.layer_name);
        const auto found = order.find(one.place.owner.layer);
        if (found != order.end()) one.order = found->second;
        all.push_back(std::move(one));
    }
    std::ranges::stable_sort(all, {}, &Placed::order);
    return all;
}

void name_members(const Placed& placed, std::vector<NamedVariable>& into) {
    KerasLayer known;
    known.class_name = placed.place.owner.class_name;
    const KerasLayer& layer = placed.place.owner.layer != nullptr ? *placed.place.owner.layer : known;
    for (const Member& member : placed.object.members) {
        std::string name = variable_name(layer, member.number, placed.object.members.size());
        if (!placed.place.name.empty()) name = fmt::format("{}/{}", placed.place.name, name);
        into.push_back({member.which, std::move(name), placed.place.owner});
    }
}

}  // namespace

bool is_object_variable(std::string_view path) {
    return variable_at(path).has_value();
}

std::vector<NamedVariable> name_object_variables(std::span<const ObjectVariable> variables,
                                                 const KerasLayer* model) {
    std::vector<NamedVariable> named;
    for (const Placed& object : placed(objects_of(variables), model))
        name_members(object, named);
    return named;
}

}  // namespace halfstep
