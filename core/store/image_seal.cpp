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
class Checksum {
  public:
    void add(std::span<const std::byte> bytes) {
        for (const std::byte byte : bytes)
            hash_ = (hash_ ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
    }
    std::string seal() const {
        std::string text = fmt::format("{}{:016x}\n", seal_start, hash_);
        text.resize(seal_bytes);
        return text;
    }

  private:
    std::uint64_t hash_ = 0xcbf29ce484222325U;
};

std::string seal_of_rest(const InputFile& file) {
    constexpr std::uint64_t part = std::uint64_t{1} << 20U;
    Checksum checksum;
    std::vector<std::byte> bytes;
    for (std::uint64_t at = seal_bytes; at < file.size(); at += bytes.size()) {
        bytes.resize(static_cast<std::size_t>(std::min(part, file.size() - at)));
        file.read_at(at, bytes);
        checksum.add(bytes);
    }
    return checksum.seal();
}

}  // namespace

std::vector<std::byte> sealed_image(std::span<const std::byte> image) {
    Checksum checksum;
    checksum.add(image);
    const std::string seal = checksum.seal();
    std::vector<std::byte> content(seal_bytes + image.size());
    std::copy_n(reinterpret_cast<const std::byte*>(seal.data()), seal_bytes, content.begin());
    std::copy(image.begin(), image.end(), content.begin() + seal_bytes);
    return content;
}

void check_seal(const InputFile& file) {
    std::string seal(static_cast<std::size_t>(std::min<std::uint64_t>(seal_bytes, file.size())), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(seal)));
    if (seal.size() < seal_bytes || !seal.starts_with(seal_start))
        throw Error("is not a workspace of Halfstep", {file.path().string(), {}, {}},
                    "Choose a workspace that Halfstep saved");
    if (seal != seal_of_rest(file))
        throw Error("is damaged: it does not match its checksum", {file.path().string(), {}, {}},
                    "Use a copy of it, or measure again");
}

}  // namespace halfstep
