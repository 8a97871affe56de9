// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/input_file.h"

#include <cstdint>
#include <map>
#include <string>

namespace halfstep {

// A file in a tar archive, by where its bytes lie in the archive.
struct TarMember {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

using TarMembers = std::map<std::string, TarMember, std::less<>>;

// Whether a tar header (POSIX ustar, whose magic GNU's begins with, too) is at the beginning.
bool looks_like_tar(const InputFile& file);

// The regular files in the archive by name, the last of those with one name. Headers are checked by their
// checksums. Throws Error for an archive that is damaged, or holds more than a thousand members.
TarMembers read_tar_members(const InputFile& file);

}  // namespace halfstep
