// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/order_statistics.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>

namespace halfstep {
namespace {

constexpr std::uint32_t magnitude_bits = 0x7fffffffU;

// A bucket of the table, or the two of x and -x together.
struct Slot {
    float low = 0;
    float high = 0;
    std::uint64_t count = 0;

    std::uint32_t upper_half() const { return std::bit_cast<std::uint32_t>(low) >> 16U; }
    bool one_value() const { return low == high; }
};

std::vector<Slot> slots_of(const MomentTable& table, bool magnitudes) {
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < table.counts().size(); ++i) {
        const auto count = static_cast<std::uint64_t>(table.counts()[i]);
        float low = table.lowest()[i];
        float high = table.highest()[i];
        if (magnitudes && std::signbit(low)) {
            std::swap(low, high);
            low = std::fabs(low);
            high = std::fabs(high);
        }
        slots.push_back({low, high, count});
    }
    if (!magnitudes) return slots;
    std::stable_sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
        return a.upper_half() != b.upper_half() ? a.upper_half() < b.upper_half() : a.low < b.low;
    });
    if (table.exact()) return slots;
    std::vector<Slot> merged;
    for (const Slot& slot : slots) {
        if (merged.empty() || merged.back().upper_half() != slot.upper_half()) {
            merged.push_back(slot);
            continue;
        }
        merged.back().low = std::min(merged.back().low, slot.low);
        merged.back().high = std::max(merged.back().high, slot.high);
        merged.back().count += slot.count;
    }
    return merged;
}

// A value asked for by its rank: found at once, or known to be of some rank inside a slot.
struct Wanted {
    Slot slot;
    std::uint64_t rank = 0;
    float value = 0;
};

Wanted locate(const std::vector<Slot>& slots, std::uint64_t rank) {
    for (const Slot& slot : slots) {
        if (rank < slot.count) {
            const double share = (static_cast<double>(rank) + 0.5) / static_cast<double>(slot.count);
            const double low = static_cast<double>(slot.low);
            const double inside = low + share * (static_cast<double>(slot.high) - low);
            return {slot, rank, slot.one_value() ? slot.low : static_cast<float>(inside)};
        }
        rank -= slot.count;
    }
    return {};
}

// The values of one upper half, counted by their lower one.
using LowerHalves = std::vector<std::uint64_t>;

std::vector<LowerHalves> count_lower_halves(const StreamedValues& values,
                                            std::span<const std::uint32_t> uppers, bool magnitudes) {
    constexpr std::size_t patterns = 65536;
    const std::uint32_t mask = magnitudes ? magnitude_bits : 0xffffffffU;
    std::vector<std::vector<LowerHalves>> counts(
        values.workers(), std::vector<LowerHalves>(uppers.size(), LowerHalves(patterns)));
    values.for_each_block([&](std::size_t, unsigned worker, std::span<const float> block) {
        for (const float x : block) {
            const std::uint32_t bits = std::bit_cast<std::uint32_t>(x) & mask;
            for (std::size_t i = 0; i < uppers.size(); ++i)
                if (bits >> 16U == uppers[i]) ++counts[worker][i][bits & 0xffffU];
        }
    });
    for (std::size_t worker = 1; worker < counts.size(); ++worker)
        for (std::size_t i = 0; i < uppers.size(); ++i)
            std::transform(counts[0][i].begin(), counts[0][i].end(), counts[worker][i].begin(),
                           counts[0][i].begin(), std::plus<>());
    return counts[0];
}

float value_of_rank(const LowerHalves& counts, std::uint32_t upper, std::uint64_t rank) {
    const bool negative = (upper & 0x8000U) != 0;  // then the larger pattern is the smaller value
    for (std::uint32_t n = 0; n < counts.size(); ++n) {
        const std::uint32_t pattern = negative ? 0xffffU - n : n;
        if (rank < counts[pattern]) return std::bit_cast<float>(upper << 16U | pattern);
        rank -= counts[pattern];
    }
    return 0;
}

void settle(std::span<Wanted> wanted, const StreamedValues& values, bool magnitudes) {
    std::vector<std::uint32_t> uppers;
    for (const Wanted& one : wanted)
        if (!one.slot.one_value()) uppers.push_back(one.slot.upper_half());
    std::sort(uppers.begin(), uppers.end());
    uppers.erase(std::unique(uppers.begin(), uppers.end()), uppers.end());
    if (uppers.empty()) return;
    const std::vector<LowerHalves> counts = count_lower_halves(values, uppers, magnitudes);
    for (Wanted& one : wanted) {
        if (one.slot.one_value()) continue;
        const std::uint32_t upper = one.slot.upper_half();
        const auto at = std::lower_bound(uppers.begin(), uppers.end(), upper) - uppers.begin();
        one.value = value_of_rank(counts[static_cast<std::size_t>(at)], upper, one.rank);
    }
}

}  // namespace

Limits percentile_limits(const Scheme& scheme, const MomentTable& table, const StreamedValues* values) {
    const bool magnitudes = scheme.family != Family::integer || scheme.symmetry != Symmetry::asym;
    const PercentPair percents =
        magnitudes ? PercentPair{scheme.percentile, scheme.percentile} : asymmetric_percents(scheme);
    const std::vector<Slot> slots = slots_of(table, magnitudes);
    const PercentileRank low = percentile_rank(percents.low, table.count());
    const PercentileRank high = percentile_rank(percents.high, table.count());
    const std::uint64_t last = table.count() - 1;
    std::array<Wanted, 4> wanted{locate(slots, low.index), locate(slots, std::min(low.index + 1, last)),
                                 locate(slots, high.index), locate(slots, std::min(high.index + 1, last))};
    if (values != nullptr && !table.exact()) settle(wanted, *values, magnitudes);
    const auto pair = [&](std::size_t i, double rest) {
        return between(static_cast<double>(wanted[i].value), static_cast<double>(wanted[i + 1].value), rest);
    };
    if (!magnitudes) return {pair(0, low.rest), pair(2, high.rest)};
    const Limits all{static_cast<float>(table.min()), static_cast<float>(table.max())};
    return limited_to(all, pair(0, low.rest));
}

}  // namespace halfstep
