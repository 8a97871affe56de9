// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <thread>

namespace {

// Qt Test waits until its watchdog has run, not until the thread is gone: what it lets go of at its very end
// (152 bytes of QThread's data) the leak checker, which looks when the process ends, takes for lost if it
// comes in between. Threads that stay, as those of a pool do, are waited for in vain, but not long.
struct ThreadsGone {
    ~ThreadsGone() {
        for (int milliseconds = 0; milliseconds < 100 && threads() > 1; ++milliseconds)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }

    static std::ptrdiff_t threads() {
        std::error_code error;
        const std::filesystem::directory_iterator tasks("/proc/self/task", error);
        return error ? 1 : std::distance(begin(tasks), end(tasks));
    }
};

const ThreadsGone threads_gone;

}  // namespace
