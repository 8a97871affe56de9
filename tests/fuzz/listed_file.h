// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/fuzz/use_model.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace halfstep::fuzz {

// An HDF5 file together with what the lister says of it, which may be anything: a lister that a file has
// turned is not to be believed.
struct ListedFile {
    std::shared_ptr<const InputFile> file;
    std::shared_ptr<const InputFile> answer;
};

inline constexpr std::size_t length_bytes = 2;

// The bytes: length of the answer (u16, little-endian), the answer, the file.
inline ListedFile listed_file(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < length_bytes) return {file_of({}), file_of({})};
    const std::span<const std::uint8_t> rest = bytes.subspan(length_bytes);
    const auto length = static_cast<std::size_t>(bytes[0] | bytes[1] << 8U);
    const std::size_t answer = std::min(length, rest.size());
    return {file_of(rest.subspan(answer)), file_of(rest.first(answer))};
}

// Such bytes; the answer may have 65,535.
inline std::string listed_file_bytes(std::string_view file, std::span<const std::byte> answer) {
    std::string bytes = {static_cast<char>(answer.size() & 0xffU), static_cast<char>(answer.size() >> 8U)};
    bytes.append(reinterpret_cast<const char*>(answer.data()), answer.size());
    return bytes.append(file);
}

}  // namespace halfstep::fuzz
