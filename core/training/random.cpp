// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/random.h"

#include "core/training/elementary.h"

#include <cmath>
#include <utility>

namespace halfstep::training {

// Stream 0 is SplitMix64 as published; the others start far from it.
Random::Random(std::uint64_t seed, std::uint64_t stream) : state_(seed) {
    if (stream == 0) return;
    Random streams(stream ^ 0xd1b54a32d192ed03U);
    state_ ^= streams.next();
    state_ = next();
}

std::uint64_t Random::next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
}

double Random::uniform() {
    return static_cast<double>(next() >> 11U) * 0x1p-53;
}

double Random::normal() {
    const double radius = std::sqrt(-2 * logarithm(1 - uniform()));
    return radius * cosine(2 * 3.14159265358979323846 * uniform());
}

std::size_t Random::below(std::size_t count) {
    return static_cast<std::size_t>(((next() >> 32U) * count) >> 32U);
}

void Random::shuffle(std::span<std::size_t> items) {
    for (std::size_t left = items.size(); left > 1; --left)
        std::swap(items[left - 1], items[below(left)]);
}

}  // namespace halfstep::training
