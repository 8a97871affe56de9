// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/output.h"

#include "app/cli/plain_text.h"
#include "core/base/error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string>
#include <system_error>

namespace halfstep::cli {
namespace {

[[noreturn]] void fail(int error) {
    if (error == EPIPE) throw ReaderGone{};
    throw Error(fmt::format("cannot be written ({})", std::system_category().message(error)),
                {"standard output", {}, {}}, "Free some space, or send the output elsewhere");
}

std::string dumped(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// Line after line further to the right; texts in JSON hold no line's end.
void append_indented(std::string& text, std::string_view lines) {
    while (true) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        text.append("\n    ").append(lines.substr(0, end));
        if (end == lines.size()) return;
        lines.remove_prefix(end + 1);
    }
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
    text(dumped(document) + '\n');
}

void Output::json(const nlohmann::ordered_json& before, std::string_view list, std::size_t count,
                  const std::function<nlohmann::ordered_json(std::size_t)>& entry,
                  const nlohmann::ordered_json& after) {
    constexpr std::size_t piece = 65'536;
    std::string pending = dumped(before);
    pending.resize(pending.size() - 2);  // the end of the object
    pending += fmt::format(",\n  \"{}\": [", list);
    for (std::size_t i = 0; i < count; ++i) {
        append_indented(pending, dumped(entry(i)));
        if (i + 1 < count) pending += ',';
        if (pending.size() < piece) continue;
        text(pending);
        pending.clear();
    }
    pending += count == 0 ? "]," : "\n  ],";
    text(pending + dumped(after).substr(1) + '\n');
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
