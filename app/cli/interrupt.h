// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace halfstep::cli {

// Turns Ctrl+C and a polite kill into a stop request; a second one ends the program at once. To be made
// before any other thread, because threads inherit the mask that keeps the signals for the one that waits.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token token() const { return source_.get_token(); }

  private:
    void wait();

    std::stop_source source_;
    sigset_t signals_;
    std::atomic<bool> ending_{false};
    std::thread waiter_;
};

}  // namespace halfstep::cli
