// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/entropy_limit.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr double tie = 1e-12;

// Logarithms of counts, from a table where they are small: most are, and there are many.
class CountLogarithms {
  public:
    CountLogarithms() {
        for (std::size_t n = 1; n < table_.size(); ++n)
            table_[n] = std::log(static_cast<double>(n));
    }

    double of(std::uint64_t n) const {
        return n < table_.size() ? table_[n] : std::log(static_cast<double>(n));
    }
    double times(std::uint64_t n) const { return static_cast<double>(n) * of(n); }

  private:
    std::array<double, 4096> table_{};
};

const CountLogarithms& logarithms() {
    static const CountLogarithms table;
    return table;
}

std::size_t levels_of(int bits) {
    return std::size_t{1} << static_cast<unsigned>(bits - 1);
}

}  // namespace

float EntropyLimit::find(std::span<const float> values, float abs_max, int bits) {
    if (levels_of(bits) >= bins) return abs_max;
    fill(values, static_cast<double>(abs_max));
    collect();
    return best(static_cast<double>(abs_max), levels_of(bits));
}

float EntropyLimit::find(std::span<const std::uint64_t, bins> counts, double abs_max, int bits) {
    if (levels_of(bits) >= bins) return static_cast<float>(abs_max);
    filled_ = 0;
    append(0, counts[1]);
    for (std::size_t bin = 1; bin < bins; ++bin)
        append(bin, counts[bin]);
    return best(abs_max, levels_of(bits));
}

void EntropyLimit::fill(std::span<const float> values, double abs_max) {
    constexpr std::size_t block = 256;
    std::array<std::int32_t, block> bin;
    for (std::size_t first = 0; first < values.size(); first += block) {
        const std::size_t n = std::min(block, values.size() - first);
        for (std::size_t i = 0; i < n; ++i) {
            const double position =
                std::fabs(static_cast<double>(values[first + i])) * static_cast<double>(bins) / abs_max;
            bin[i] = static_cast<std::int32_t>(std::min(position, static_cast<double>(bins - 1)));
        }
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = static_cast<std::size_t>(bin[i]);
            ++counts_[at];
            marks_[at / word_bits] |= std::uint64_t{1} << at % word_bits;
        }
    }
}

// The non-empty bins, in order; leaves the counts cleared.
void EntropyLimit::collect() {
    filled_ = 0;
    append(0, counts_[1]);
    counts_[0] = 0;
    marks_[0] &= ~std::uint64_t{1};
    for (std::size_t word = 0; word < marks_.size(); ++word)
        for (std::uint64_t& left = marks_[word]; left != 0; left &= left - 1) {
            const std::size_t bin = word * word_bits + static_cast<std::size_t>(std::countr_zero(left));
            append(bin, counts_[bin]);
            counts_[bin] = 0;
        }
}

void EntropyLimit::append(std::size_t bin, std::uint64_t count) {
    if (count == 0) return;
    const std::size_t from = filled_ == 0 ? 0 : bin_[filled_ - 1] + std::size_t{1};
    for (std::size_t i = from; i <= bin; i += rank_step)
        std::fill_n(rank_.begin() + static_cast<std::ptrdiff_t>(i), rank_step,
                    static_cast<std::uint16_t>(filled_));
    bin_[filled_] = static_cast<std::uint16_t>(bin);
    mass_[filled_ + 1] = mass_[filled_] + count;
    entropy_[filled_ + 1] = entropy_[filled_] + logarithms().times(count);
    ++filled_;
}

// The logarithm of the mean of a group, the non-empty bins [begin, end).
double EntropyLimit::log_mean(std::size_t begin, std::size_t end) const {
    return logarithms().of(mass_[end] - mass_[begin]) - logarithms().of(end - begin);
}

double EntropyLimit::group_term(std::size_t begin, std::size_t end, double log_mean) const {
    return entropy_[end] - entropy_[begin] - static_cast<double>(mass_[end] - mass_[begin]) * log_mean;
}

// Of the cut after a non-empty bin; infinite where it is larger than `least`. (After an empty bin it is
// infinite.)
double EntropyLimit::divergence(std::size_t last, double least) const {
    const std::size_t cut = bin_[last] + std::size_t{1};
    const std::uint64_t total = mass_[filled_];
    const std::uint64_t rest = total - mass_[last + 1];
    const std::uint64_t count = mass_[last + 1] - mass_[last];
    const auto all = static_cast<double>(total);
    const double base = logarithms().of(mass_[last + 1]) - logarithms().of(total);
    const double limit = (least - base + tie) * all;
    const auto begin_of = [&](std::size_t group) {
        return std::size_t{rank_[(group * cut + levels_ - 1) >> level_bits_]};
    };
    std::size_t begin = begin_of(levels_ - 1);
    const double last_mean = log_mean(begin, last + 1);
    double sum = group_term(begin, last + 1, last_mean) + logarithms().times(count + rest) -
                 logarithms().times(count) - static_cast<double>(rest) * last_mean;
    for (std::size_t group = levels_ - 1; group > 0 && sum <= limit; --group) {
        const std::size_t end = begin;
        begin = begin_of(group - 1);
        if (begin != end) sum += group_term(begin, end, log_mean(begin, end));
    }
    return sum <= limit ? sum / all + base : std::numeric_limits<double>::infinity();
}

float EntropyLimit::best(double abs_max, std::size_t levels) {
    constexpr std::size_t first_cut = 128;
    levels_ = levels;
    level_bits_ = std::countr_zero(levels);
    const std::size_t first = std::max(first_cut, levels);
    double least = std::numeric_limits<double>::infinity();
    std::size_t lowest = filled_;
    for (; lowest > 0 && bin_[lowest - 1] + std::size_t{1} >= first; --lowest) {
        divergence_[lowest - 1] = divergence(lowest - 1, least);
        least = std::min(least, divergence_[lowest - 1]);
    }
    std::size_t last = filled_ - 1;
    while (last > lowest && divergence_[last] > least + tie)
        --last;
    return static_cast<float>(abs_max * static_cast<double>(bin_[last] + 1) / static_cast<double>(bins));
}

}  // namespace halfstep
