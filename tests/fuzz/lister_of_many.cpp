// SPDX-License-Identifier: GPL-3.0-or-later
// A lister that goes on with the next file: starting one takes longer than most small files do. It is
// confined as the program is, for all of its files together, and ends as that does on a file that takes too
// long; but here that is some milliseconds, since HDF5 runs in circles on one changed file in a hundred.
#include "core/model_files/hdf5/lister/confinement.h"
#include "core/model_files/hdf5/lister/session.h"

#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr suseconds_t tick = 4000;  // microseconds of processor time
constexpr int most_ticks = 3;       // for a file
volatile std::sig_atomic_t ticks = 0;

void count_tick(int) {
    ticks = ticks + 1;
    if (ticks > most_ticks) std::raise(SIGXCPU);
}

}  // namespace

int main() {
    using namespace halfstep::lister;
    std::signal(SIGPROF, count_tick);
    const itimerval every_tick{{0, tick}, {0, tick}};
    if (setitimer(ITIMER_PROF, &every_tick, nullptr) != 0) return EXIT_FAILURE;
    bool confined = false;
    const auto confine_once = [&](std::uint64_t file_bytes) {
        ticks = 0;
        confined = confined || confine(STDIN_FILENO, file_bytes);
        return confined;
    };
    int status = EXIT_SUCCESS;
    while (status == EXIT_SUCCESS)
        status = answer(Asker(STDIN_FILENO), confine_once);
    _exit(status);
}
