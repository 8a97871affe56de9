// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace halfstep {
namespace {

// What the threads of one parallel_for share.
class HandOut {
  public:
    HandOut(std::size_t count, const JobContext& job, const std::function<void(std::size_t, unsigned)>& work)
        : count_(count), job_(job), work_(work) {}

    void run(unsigned worker) noexcept {
        try {
            while (!failed_.load(std::memory_order_relaxed)) {
                const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
                if (index >= count_) return;
                job_.throw_if_stopped();
                work_(index, worker);
                finished_one();
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!error_) error_ = std::current_exception();
            failed_.store(true, std::memory_order_relaxed);
        }
    }

    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

  private:
    void finished_one() {
        if (!job_.progress) return;
        const std::lock_guard lock(mutex_);
        ++done_;
        job_.report(static_cast<double>(done_) / static_cast<double>(count_));
    }

    const std::size_t count_;
    const JobContext& job_;
    const std::function<void(std::size_t, unsigned)>& work_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::size_t done_ = 0;
    std::exception_ptr error_;
};

}  // namespace

void parallel_for(std::size_t count, const JobContext& job,
                  const std::function<void(std::size_t, unsigned)>& work) {
    job.throw_if_stopped();
    HandOut shared(count, job, work);
    {
        const std::size_t threads = std::min<std::size_t>(job.thread_count(), count);
        std::vector<std::jthread> others;
        for (unsigned worker = 1; worker < threads; ++worker)
            others.emplace_back([&shared, worker] { shared.run(worker); });
        shared.run(0);
    }
    shared.rethrow();
}

}  // namespace halfstep
