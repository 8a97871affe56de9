// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/pytorch/tar_members.h"

#include "core/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

namespace halfstep {
namespace {

constexpr std::uint64_t block_bytes = 512;
constexpr int most_members = 1000;

// Where the fields of a header stand in its block.
struct Field {
    std::size_t begin;
    std::size_t length;
};
constexpr Field name_field{0, 100};
constexpr Field size_field{124, 12};
constexpr Field checksum_field{148, 8};
constexpr Field type_field{156, 1};
constexpr Field magic_field{257, 5};
constexpr std::string_view magic = "ustar";

using Block = std::array<char, block_bytes>;

std::string_view text_of(const Block& block, const Field& field) {
    const std::string_view whole(block.data() + field.begin, field.length);
    return whole.substr(0, whole.find('\0'));
}

// Octal digits, with spaces around them; none where it is anything else.
std::optional<std::uint64_t> number_in(const Block& block, const Field& field) {
    std::string_view digits = text_of(block, field);
    digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
    digits = digits.substr(0, digits.find(' '));
    if (digits.empty()) return std::nullopt;
    std::uint64_t number = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '7') return std::nullopt;
        number = number * 8 + static_cast<std::uint64_t>(digit - '0');
    }
    return number;
}

// Of all bytes of the header, those of the checksum itself counted as spaces.
std::uint64_t checksum(Block block) {
    std::fill_n(block.begin() + checksum_field.begin, checksum_field.length, ' ');
    return std::accumulate(block.begin(), block.end(), std::uint64_t{0},
                           [](std::uint64_t sum, char c) { return sum + static_cast<unsigned char>(c); });
}

Block block_at(const InputFile& file, std::uint64_t offset) {
    Block block{};
    file.read_at(offset, std::as_writable_bytes(std::span(block)));
    return block;
}

bool is_header(const Block& block) {
    return text_of(block, magic_field) == magic && number_in(block, checksum_field) == checksum(block);
}

}  // namespace

bool looks_like_tar(const InputFile& file) {
    return file.size() >= block_bytes && is_header(block_at(file, 0));
}

TarMembers read_tar_members(const InputFile& file) {
    const auto fail = [&](const std::string& problem, std::uint64_t position) {
        throw Error(problem, {file.path().string(), {}, position},
                    "The file is damaged: download or save it again");
    };
    TarMembers members;
    std::uint64_t at = 0;
    for (int count = 0; file.size() - at >= block_bytes; ++count) {
        const Block block = block_at(file, at);
        if (block == Block{}) return members;
        if (!is_header(block)) fail("the header of a member of this tar archive is damaged", at);
        if (count == most_members) fail("this tar archive holds more members than a checkpoint has", at);
        const std::optional<std::uint64_t> bytes = number_in(block, size_field);
        const std::uint64_t begin = at + block_bytes;
        if (!bytes) fail("the size of a member of this tar archive is not a number", at);
        if (*bytes > file.size() - begin)
            fail(fmt::format("a member of this tar archive should have {} bytes, the file ends {} bytes on",
                             *bytes, file.size() - begin),
                 at);
        const char type = block[type_field.begin];
        if (type == '0' || type == '\0') members[std::string(text_of(block, name_field))] = {begin, *bytes};
        const std::uint64_t padded = (*bytes + block_bytes - 1) / block_bytes * block_bytes;
        at = begin + std::min(padded, file.size() - begin);
    }
    return members;
}

}  // namespace halfstep
