// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace halfstep::cli {
namespace {

using namespace std::chrono_literals;

// Work that is done before this shows no line at all.
constexpr auto first_after = 300ms;
constexpr auto every = 100ms;

}  // namespace

Progress::Progress(std::string label)
    : label_(std::move(label)),
      terminal_(::isatty(STDERR_FILENO) != 0),
      next_(std::chrono::steady_clock::now() + first_after) {}

Progress::~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::show(double fraction) {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now < next_) return;
    next_ = now + every;
    shown_ = true;
    fmt::print(stderr, "\r{} {:3.0f} %", label_, fraction * 100);
    std::fflush(stderr);
}

}  // namespace halfstep::cli
