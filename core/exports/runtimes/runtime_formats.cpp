// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/runtime_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace halfstep {
namespace {

bool same_format(const Scheme& a, const Scheme& b) {
    return a.family == b.family && a.bits == b.bits && a.float_format == b.float_format &&
           a.block_type == b.block_type;
}

bool has_granularity(const RuntimeFormat& row, const Scheme& scheme) {
    if (scheme.family == Family::block_scaled) return true;  // it has its own
    switch (scheme.granularity) {
        case Granularity::tensor:
            return row.by_tensor;
        case Granularity::channel:
            return row.by_channel;
        case Granularity::group:
            return row.groups.has(scheme.group_size);
    }
    return false;
}

bool has_symmetry(const RuntimeFormat& row, const Scheme& scheme) {
    if (scheme.family != Family::integer) return true;
    return scheme.symmetry == Symmetry::asym ? row.asymmetric : row.symmetric;
}

bool stores(const RuntimeFormat& row, const Scheme& scheme) {
    return same_format(row.format, scheme) && has_symmetry(row, scheme) && has_granularity(row, scheme) &&
           (scheme.scale_storage != ScaleStorage::dq || row.nested_scales) && !scheme.gamma;
}

// The scheme of a row that is most like another one.
Scheme like(const RuntimeFormat& row, const Scheme& scheme) {
    Scheme nearest = row.format;
    nearest.symmetry = scheme.symmetry;
    if (!has_symmetry(row, nearest)) nearest.symmetry = row.symmetric ? Symmetry::sym : Symmetry::asym;
    if (nearest.family == Family::block_scaled) return nearest;
    nearest.granularity = scheme.granularity;
    nearest.group_size = scheme.group_size;
    const bool grouped = scheme.granularity == Granularity::group;
    const bool in_blocks = scheme.family == Family::ggml && !row.groups.none();
    if (in_blocks || !has_granularity(row, nearest)) {
        constexpr std::uint32_t usual = 128;
        if (!row.groups.none() && (grouped || in_blocks || !row.by_channel)) {
            nearest.granularity = Granularity::group;
            nearest.group_size = row.groups.nearest(grouped ? scheme.group_size : usual);
        } else {
            nearest.granularity = row.by_channel ? Granularity::channel : Granularity::tensor;
            nearest.group_size = 0;
        }
    }
    nearest.scale_storage = default_scale_storage(nearest);
    return nearest;
}

// How far a row is from what is asked for: bits first, and rather more than fewer; then the kind of format,
// then its symmetry.
int distance(const RuntimeFormat& row, const Scheme& scheme) {
    const int wanted = scheme.bits != 0 ? scheme.bits : 4;  // GGUF blocks: most have four
    const int more = row.format.bits - wanted;
    const int bits = more >= 0 ? more * 8 : -more * 8 + 4;
    return bits + (row.format.family == scheme.family ? 0 : 2) + (has_symmetry(row, scheme) ? 0 : 1);
}

}  // namespace

bool GroupSizes::has(std::uint32_t size) const {
    return std::ranges::find(listed, size) != listed.end() ||
           (multiples_of != 0 && size != 0 && size % multiples_of == 0);
}

std::uint32_t GroupSizes::nearest(std::uint32_t size) const {
    if (multiples_of != 0) return std::max(size / multiples_of, std::uint32_t{1}) * multiples_of;
    const auto apart = [size](std::uint32_t other) { return other > size ? other - size : size - other; };
    return *std::ranges::min_element(listed, {}, apart);
}

std::vector<RuntimeFormat> integer_formats(std::initializer_list<int> bits, const RuntimeFormat& like) {
    std::vector<RuntimeFormat> rows;
    for (const int width : bits) {
        rows.push_back(like);
        rows.back().format = parse_scheme(fmt::format("int{}", width));
    }
    return rows;
}

RuntimeFormat whole_format(std::string_view notation) {
    RuntimeFormat row;
    row.format = parse_scheme(notation);
    return row;
}

std::string why_not_stored(const RuntimeFormats& formats, const Scheme& scheme) {
    if (scheme.family == Family::keep || scheme.family == Family::floating) return {};
    if (std::ranges::any_of(formats.rows, [&](const RuntimeFormat& row) { return stores(row, scheme); }))
        return {};
    const RuntimeFormat& nearest = *std::ranges::min_element(
        formats.rows, {}, [&](const RuntimeFormat& row) { return distance(row, scheme); });
    return fmt::format("{} has no {}: take {}", formats.runtime, to_string(scheme),
                       to_string(like(nearest, scheme)));
}

}  // namespace halfstep
