// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output.h"

#include "app/cli/plain_text.h"
#include "core/base/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <system_error>

namespace halfstep::cli {
namespace {

[[noreturn]] void fail(int error) {
    if (error == EPIPE) throw ReaderGone{};
    throw Error(fmt::format("cannot be written ({})", std::system_category().message(error)),
                {"standard output", {}, {}}, "Free some space, or send the output elsewhere");
}

}  // namespace

void Output::text(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(errno);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Output::json(const nlohmann::ordered_json& document) {
    text(document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n');
}

void Output::finish() {
    // Network file systems report a full disk only here.
    if (::close(STDOUT_FILENO) != 0 && errno != EINTR) fail(errno);
    ::open("/dev/null", O_WRONLY);
}

void print_message(std::string_view message) {
    fmt::print(stderr, "halfstep-cli: {}\n", printable(message));
}

void reserve_standard_descriptors() {
    // A closed standard output is opened for reading: writing to it then fails, as it should.
    constexpr std::array modes{O_RDONLY, O_RDONLY, O_WRONLY};
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
        if (::fcntl(descriptor, F_GETFD) < 0 &&
            ::open("/dev/null", modes[static_cast<std::size_t>(descriptor)]) != descriptor)
            return;
}

}  // namespace halfstep::cli
