// SPDX-License-Identifier: GPL-3.0-or-later
// What the engine's speed is made of. Prints figures and ratios of one run; asserts nothing about time.
#include "core/kernels/kernel_table.h"
#include "tests/bench/bench_kernels.h"
#include "tests/bench/bench_measure.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>

namespace {

// A file that goes when the program does.
class ScratchFile {
  public:
    ScratchFile()
        : path_(std::filesystem::temp_directory_path() /
                fmt::format("halfstep-bench-{}.safetensors", getpid())) {}
    ~ScratchFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

void run() {
    using namespace halfstep;
    const double bandwidth = bench::read_bandwidth();
    fmt::print("Instruction set {}, {} threads, one thread reads {:.1f} GB/s\n", kernels::kernel_table().name,
               default_thread_count(), bandwidth / 1e9);
    bench::bench_kernels(bandwidth);
    const ScratchFile file;
    const std::shared_ptr<const Model> model = bench::hundred_million_weights(file.path());
    bench::bench_measure(*model, bandwidth);
    bench::bench_drag(*model);
    bench::bench_torch(*model, HALFSTEP_BENCH_FOLDER "/torch_int8.py");
}

}  // namespace

int main() {
    try {
        run();
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
