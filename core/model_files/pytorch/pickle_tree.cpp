// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/pickle_tree.h"

#include <bit>

namespace halfstep {

PickleTree::PickleTree() {
    add(PickleKind::none);
    add(PickleKind::boolean, 0);
    add(PickleKind::boolean, 1);
    add_container(PickleKind::tuple, {});
}

std::optional<std::int64_t> PickleTree::integer(PickleRef value) const {
    if (!is(value, PickleKind::integer) && !is(value, PickleKind::boolean)) return std::nullopt;
    return static_cast<std::int64_t>(values_[value].payload);
}

double PickleTree::real(PickleRef value) const {
    return std::bit_cast<double>(values_[value].payload);
}

std::string_view PickleTree::text(PickleRef value) const {
    const Value& stored = values_[value];
    if (stored.kind != PickleKind::text && stored.kind != PickleKind::global) return {};
    return std::string_view(texts_).substr(static_cast<std::size_t>(stored.payload), stored.length);
}

std::optional<PickleBytes> PickleTree::bytes(PickleRef value) const {
    if (!is(value, PickleKind::bytes)) return std::nullopt;
    return bytes_[static_cast<std::size_t>(values_[value].payload)];
}

std::span<const PickleRef> PickleTree::items(PickleRef value) const {
    const Value& stored = values_[value];
    switch (stored.kind) {
        case PickleKind::tuple:
        case PickleKind::list:
        case PickleKind::dict:
        case PickleKind::set:
            return containers_[static_cast<std::size_t>(stored.payload)];
        default:
            return {};
    }
}

const PickleObject& PickleTree::object(PickleRef value) const {
    return objects_[static_cast<std::size_t>(values_[value].payload)];
}

PickleRef PickleTree::add(PickleKind kind, std::uint64_t payload, std::uint32_t length) {
    values_.push_back({kind, length, payload});
    return static_cast<PickleRef>(values_.size() - 1);
}

PickleRef PickleTree::add_real(double value) {
    return add(PickleKind::real, std::bit_cast<std::uint64_t>(value));
}

PickleRef PickleTree::add_text(std::string_view text) {
    const std::size_t start = texts_.size();
    texts_ += text;
    return add(PickleKind::text, start, static_cast<std::uint32_t>(text.size()));
}

PickleRef PickleTree::add_global(std::string_view name) {
    const std::size_t start = texts_.size();
    texts_ += name;
    globals_.push_back(add(PickleKind::global, start, static_cast<std::uint32_t>(name.size())));
    return globals_.back();
}

PickleRef PickleTree::add_bytes(const PickleBytes& bytes) {
    bytes_.push_back(bytes);
    return add(PickleKind::bytes, bytes_.size() - 1);
}

PickleRef PickleTree::add_container(PickleKind kind, std::span<const PickleRef> items) {
    containers_.emplace_back(items.begin(), items.end());
    return add(kind, containers_.size() - 1);
}

PickleRef PickleTree::add_object(PickleKind kind, const PickleObject& object) {
    objects_.push_back(object);
    return add(kind, objects_.size() - 1);
}

void PickleTree::append(PickleRef container, std::span<const PickleRef> items) {
    std::vector<PickleRef>& held = containers_[static_cast<std::size_t>(values_[container].payload)];
    held.insert(held.end(), items.begin(), items.end());
}

}  // namespace halfstep
