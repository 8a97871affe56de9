// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/percentile.h"

#include "core/quantize/range_limits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>

namespace halfstep {
namespace {

constexpr std::size_t row = 16;
constexpr std::size_t shortest = 4 * row;  // from here on it pays to look for a bound first

constexpr auto magnitude = [](float x) { return std::fabs(x); };
constexpr auto same = [](float x) { return x; };
constexpr auto negative = [](float x) { return -x; };

// Two keys that follow each other in order.
struct Neighbours {
    float below = 0;
    float above = 0;
};

template <class Key>
Neighbours two_largest(std::span<const float> values, Key key) {
    constexpr float least = -std::numeric_limits<float>::infinity();
    Neighbours top{least, least};
    for (const float x : values) {
        top.below = std::max(top.below, std::min(top.above, key(x)));
        top.above = std::max(top.above, key(x));
    }
    return top;
}

// The keys that have from_top and from_top − 1 others above them (from_top 0: the largest, twice). Changes
// the order.
Neighbours neighbours_of(std::span<float> keys, std::size_t from_top) {
    if (from_top <= 1) {
        const Neighbours top = two_largest(keys, same);
        return {from_top == 0 ? top.above : top.below, top.above};
    }
    const auto at = keys.begin() + static_cast<std::ptrdiff_t>(from_top);
    std::nth_element(keys.begin(), at, keys.end(), std::greater<>());
    return {*at, *std::min_element(keys.begin(), at)};
}

// A bound that at least `wanted` keys reach, and not many more: of that many disjoint sets, the largest keys
// reach it.
template <class Key>
float tail_bound(std::span<const float> values, Key key, std::size_t wanted, std::vector<float>& maxima) {
    const std::size_t rows = values.size() / row;
    const std::size_t sets = std::min(rows, (wanted + 3) / 4);
    maxima.clear();
    for (std::size_t set = 0; set < sets; ++set) {
        const float* x = values.data() + row * (rows * set / sets);
        std::array<float, row> largest;
        std::transform(x, x + row, largest.begin(), key);
        for (std::size_t i = rows * set / sets + 1; i < rows * (set + 1) / sets; ++i) {
            x += row;
            for (std::size_t lane = 0; lane < row; ++lane)
                largest[lane] = std::max(largest[lane], key(x[lane]));
        }
        maxima.insert(maxima.end(), largest.begin(), largest.end());
    }
    return neighbours_of(maxima, wanted - 1).below;
}

template <class Key>
Neighbours find_from_top(std::span<const float> values, Key key, std::size_t from_top,
                         std::vector<float>& kept) {
    if (values.size() < shortest || from_top >= values.size() / row) {
        kept.resize(values.size());
        std::transform(values.begin(), values.end(), kept.begin(), key);
        return neighbours_of(kept, from_top);
    }
    const float bound = tail_bound(values, key, from_top + 1, kept);
    kept.clear();
    std::size_t first = 0;
    for (; first + row <= values.size(); first += row) {
        const float* x = values.data() + first;
        int reached = 0;
        for (std::size_t lane = 0; lane < row; ++lane)
            reached |= key(x[lane]) >= bound ? 1 : 0;
        if (reached == 0) continue;
        for (std::size_t lane = 0; lane < row; ++lane)
            if (key(x[lane]) >= bound) kept.push_back(key(x[lane]));
    }
    for (; first < values.size(); ++first)
        if (key(values[first]) >= bound) kept.push_back(key(values[first]));
    return neighbours_of(kept, from_top);
}

template <class Key>
float upper_percentile(std::span<const float> values, Key key, double percent, std::vector<float>& kept) {
    const PercentileRank rank = percentile_rank(percent, values.size());
    const std::size_t from_top = values.size() - 1 - static_cast<std::size_t>(rank.index);
    const Neighbours found = find_from_top(values, key, from_top, kept);
    if (rank.rest == 0 || from_top == 0) return found.below;
    return between(static_cast<double>(found.below), static_cast<double>(found.above), rank.rest);
}

}  // namespace

float TailPercentiles::of_magnitudes(std::span<const float> values, double percent) {
    return upper_percentile(values, magnitude, percent, kept_);
}

float TailPercentiles::upper(std::span<const float> values, double percent) {
    return upper_percentile(values, same, percent, kept_);
}

float TailPercentiles::lower(std::span<const float> values, double percent) {
    const PercentileRank rank = percentile_rank(percent, values.size());
    const std::size_t next = std::min(static_cast<std::size_t>(rank.index) + 1, values.size() - 1);
    const Neighbours found = find_from_top(values, negative, next, kept_);
    if (next == rank.index) return -found.below;
    if (rank.rest == 0) return -found.above;
    return between(-static_cast<double>(found.above), -static_cast<double>(found.below), rank.rest);
}

}  // namespace halfstep
