// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a fuzz target without libFuzzer, for a short time, on changed copies of small files:
//
//     fuzz_TARGET_briefly SECONDS FOLDER
//
// The changes are the same in every run. An input that kills the program, or takes longer than ten seconds,
// is written to fuzz_TARGET_briefly.finding in the working folder first.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                                                     std::size_t max_size, unsigned int seed);
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::size_t largest = 1 << 16;
constexpr unsigned longest_seconds = 10;

std::mt19937 random_numbers(1);
Input current;
std::string finding;

std::uint32_t below(std::size_t limit) {
    return static_cast<std::uint32_t>(random_numbers() % (limit > 0 ? limit : 1));
}

void keep_finding() {
    std::ofstream(finding, std::ios::binary)
        .write(reinterpret_cast<const char*>(current.data()), static_cast<std::streamsize>(current.size()));
    std::fprintf(stderr, "the input is in %s\n", finding.c_str());
}

[[noreturn]] void too_long(int) {
    keep_finding();
    std::_Exit(1);
}

// Numbers that lengths and counts are not made for.
void put_number(Input& input, std::size_t at) {
    constexpr std::uint64_t numbers[] = {0,      1,          0x7f,       0xff,       0x7fff,
                                         0xffff, 0x7fffffff, 0xffffffff, ~0ULL >> 1, ~0ULL};
    const std::uint64_t number = numbers[below(std::size(numbers))];
    const std::size_t width = std::size_t{1} << below(4);
    for (std::size_t i = 0; i < width && at + i < input.size(); ++i)
        input[at + i] = static_cast<std::uint8_t>(number >> (8 * i));
}

void change(Input& input) {
    if (input.empty()) return input.push_back(static_cast<std::uint8_t>(below(256)));
    const std::size_t at = below(input.size());
    const auto from = input.begin() + static_cast<std::ptrdiff_t>(at);
    const auto length = static_cast<std::ptrdiff_t>(std::min<std::size_t>(1 + below(32), input.size() - at));
    switch (below(6)) {
        case 0:
            input[at] ^= static_cast<std::uint8_t>(1U << below(8));
            return;
        case 1:
            input[at] = static_cast<std::uint8_t>(below(256));
            return;
        case 2:
            return put_number(input, at);
        case 3:
            input.erase(from, from + length);
            return;
        case 4: {
            const Input piece(from, from + length);
            const auto place = input.begin() + static_cast<std::ptrdiff_t>(below(input.size()));
            input.insert(place, piece.begin(), piece.end());
            return;
        }
        default:
            input.resize(at);
    }
}

std::vector<Input> seeds_in(const char* folder) {
    std::vector<std::filesystem::path> paths(std::filesystem::directory_iterator(folder), {});
    std::sort(paths.begin(), paths.end());
    std::vector<Input> seeds;
    for (const std::filesystem::path& path : paths) {
        std::ifstream file(path, std::ios::binary);
        seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return seeds;
}

// Some targets take their first byte for themselves, so files also come with one in front.
Input next_input(const std::vector<Input>& seeds) {
    Input input = seeds[below(seeds.size())];
    if (below(2) == 0) input.insert(input.begin(), static_cast<std::uint8_t>(below(256)));
    if (input.size() > largest) input.resize(largest);
    for (std::uint32_t changes = below(5); changes > 0; --changes) {
        if (LLVMFuzzerCustomMutator == nullptr || below(2) == 0) {
            change(input);
            continue;
        }
        std::size_t size = input.size();
        input.resize(largest);
        size = LLVMFuzzerCustomMutator(input.data(), size, largest,
                                       below(std::numeric_limits<std::uint32_t>::max()));
        input.resize(size);
    }
    return input;
}

}  // namespace

std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size) {
    Input input(data, data + size);
    change(input);
    if (input.size() > max_size) input.resize(max_size);
    std::copy(input.begin(), input.end(), data);
    return input.size();
}

int main(int count, char** words) {
    if (count != 3) return 2;
    finding = std::filesystem::path(words[0]).filename().string() + ".finding";
    std::set_terminate([] {
        keep_finding();
        std::abort();
    });
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_finding);
    std::signal(SIGALRM, too_long);
    const std::vector<Input> seeds = seeds_in(words[2]);
    if (seeds.empty()) return 2;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(std::atof(words[1]));
    std::uint64_t inputs = 0;
    for (; std::chrono::steady_clock::now() < end; ++inputs) {
        current = next_input(seeds);
        alarm(longest_seconds);
        LLVMFuzzerTestOneInput(current.data(), current.size());
    }
    alarm(0);
    std::printf("%llu inputs\n", static_cast<unsigned long long>(inputs));
    return inputs > 0 ? 0 : 1;
}
