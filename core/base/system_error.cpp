// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/system_error.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace halfstep {
namespace {

struct Reason {
    int number;
    std::string_view text;
    std::string_view advice;
};

constexpr std::array reasons = {
    Reason{EACCES, "no permission", "Change its permissions or choose another place"},
    Reason{EPERM, "the system does not permit it", "Change its permissions or choose another place"},
    Reason{EROFS, "the disk is read-only", "Choose a folder on another disk"},
    Reason{ENOSPC, "the disk is full", "Free some space or choose another disk"},
    Reason{EDQUOT, "your disk quota is used up", "Free some space or choose another disk"},
    Reason{EFBIG, "it would become larger than a file may be here", "Choose another disk or raise the limit"},
    Reason{ENOENT, "no such file or folder", "Check the path"},
    Reason{ENOTDIR, "a part of the path is not a folder", "Check the path"},
    Reason{EISDIR, "it is a folder", "Name a file"},
    Reason{ELOOP, "its symbolic links lead in a circle", "Mend the links"},
    Reason{ENAMETOOLONG, "the name is too long", "Choose a shorter name"},
    Reason{EMFILE, "too many files are open", "Close some programs and try again"},
    Reason{ENFILE, "too many files are open", "Close some programs and try again"},
    Reason{EIO, "the disk reported an error", "Check the disk"},
};

}  // namespace

Error system_error(std::string_view what, const std::filesystem::path& file, int number) {
    for (const Reason& reason : reasons)
        if (reason.number == number)
            return Error(fmt::format("{}: {}", what, reason.text), {file.string(), {}, {}},
                         std::string(reason.advice));
    return Error(fmt::format("{}: {}", what, std::generic_category().message(number)),
                 {file.string(), {}, {}});
}

}  // namespace halfstep
