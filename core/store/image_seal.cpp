// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/image_seal.h"

#include "core/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace halfstep {
namespace {

constexpr std::size_t seal_bytes = 512;

// 64-bit FNV-1a.
std::uint64_t checksum(std::span<const std::byte> bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const std::byte byte : bytes)
        hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
    return hash;
}

std::string seal_of(std::span<const std::byte> image) {
    std::string seal = fmt::format("{}{:016x}\n", seal_start, checksum(image));
    seal.resize(seal_bytes);
    return seal;
}

}  // namespace

std::vector<std::byte> sealed_image(std::span<const std::byte> image) {
    const std::string seal = seal_of(image);
    std::vector<std::byte> content(seal_bytes + image.size());
    std::copy_n(reinterpret_cast<const std::byte*>(seal.data()), seal_bytes, content.begin());
    std::copy(image.begin(), image.end(), content.begin() + seal_bytes);
    return content;
}

std::span<const std::byte> unsealed_image(std::span<const std::byte> content, const std::string& file) {
    const auto begins_with = [content](std::string_view text) {
        return content.size() >= seal_bytes &&
               std::equal(text.begin(), text.end(), reinterpret_cast<const char*>(content.data()));
    };
    if (!begins_with(seal_start))
        throw Error("is not a workspace of Halfstep", {file, {}, {}},
                    "Choose a workspace that Halfstep saved");
    const std::span<const std::byte> image = content.subspan(seal_bytes);
    if (!begins_with(seal_of(image)))
        throw Error("is damaged: it does not match its checksum", {file, {}, {}},
                    "Use a copy of it, or measure again");
    return image;
}

}  // namespace halfstep
