// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep::cli {

inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_interrupted = 130;  // 128 + SIGINT, as shells have it

}  // namespace halfstep::cli
