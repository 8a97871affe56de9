// SPDX-License-Identifier: GPL-3.0-or-later
// halfstep-bench [kernels] [blocks] [memory] [engine] [drag] [allocation] [only=TEXT]: what the engine's
// speed is made of. Prints figures and ratios of one run; asserts nothing about time. With only=TEXT, of the
// rows of `memory` those that contain TEXT, without PyTorch.
#include "core/kernels/kernel_table.h"
#include "tests/bench/bench_allocation.h"
#include "tests/bench/bench_blocks.h"
#include "tests/bench/bench_kernels.h"
#include "tests/bench/bench_measure.h"
#include "tests/bench/bench_memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace {

// A file that goes when the program does.
class ScratchFile {
  public:
    explicit ScratchFile(const char* name)
        : path_(std::filesystem::temp_directory_path() /
                fmt::format("halfstep-bench-{}-{}.safetensors", name, getpid())) {}
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

void run(const std::set<std::string>& arguments) {
    using namespace halfstep;
    constexpr std::string_view prefix = "only=";
    std::set<std::string> parts;
    std::string only;
    for (const std::string& argument : arguments)
        if (argument.starts_with(prefix))
            only = argument.substr(prefix.size());
        else
            parts.insert(argument);
    const auto wanted = [&parts](const char* part) { return parts.empty() || parts.contains(part); };
    const double bandwidth = bench::read_bandwidth();
    fmt::print("Instruction set {}, {} threads, one thread reads {:.1f} GB/s\n", kernels::kernel_table().name,
               default_thread_count(), bandwidth / 1e9);
    if (wanted("kernels")) bench::bench_kernels(bandwidth);
    if (wanted("allocation")) bench::bench_allocation();
    if (wanted("blocks")) bench::bench_blocks();
    if (wanted("memory")) {
        const ScratchFile file("16m");
        bench::bench_memory(*bench::write_layers(file.path(), 1, 4096, 4096),
                            HALFSTEP_BENCH_FOLDER "/torch_peer.py", only);
    }
    if (wanted("engine")) {
        const ScratchFile file("1gib");
        bench::bench_measure(*bench::write_layers(file.path(), 32, 4096, 4096));
    }
    if (wanted("drag")) {
        const ScratchFile file("100m");
        bench::bench_drag(*bench::write_layers(file.path(), 1, 10000, 10000));
    }
}

}  // namespace

int main(int count, char** arguments) {
    try {
        run({arguments + 1, arguments + count});
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
