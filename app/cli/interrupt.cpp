// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include "app/cli/exit_code.h"

#include <pthread.h>
#include <unistd.h>

namespace halfstep::cli {
namespace {

bool ignored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Interrupt::Interrupt() {
    sigemptyset(&signals_);
    // Left alone where our parent has told us to ignore it (nohup, background jobs of a script).
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        if (!ignored(signal)) sigaddset(&signals_, signal);
    sigaddset(&signals_, SIGUSR1);  // how the destructor wakes the waiter
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    waiter_ = std::thread([this] { wait(); });
}

Interrupt::~Interrupt() {
    ending_ = true;
    ::pthread_kill(waiter_.native_handle(), SIGUSR1);
    waiter_.join();
}

void Interrupt::wait() {
    for (;;) {
        int signal = 0;
        if (::sigwait(&signals_, &signal) != 0 || ending_) return;
        if (signal == SIGUSR1) continue;
        if (!source_.request_stop()) ::_exit(exit_interrupted);
    }
}

}  // namespace halfstep::cli
