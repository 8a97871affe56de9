// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_lanes.h"

// q4_0, q4_1, q5_0, q5_1 and q8_0 without importance weights: scales come straight from the limits of a
// block. Limits and scales of `width` blocks are taken side by side, codes block by block.
namespace halfstep::kernels {
namespace {

template <class V>
class SimpleBlocks {
  protected:
    using Float = typename V::Float;
    using Bits = typename V::Bits;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;
    static constexpr std::size_t n = 32;
    static constexpr std::size_t vectors = n / width;  // of a block

    // Limits of up to `width` blocks, one a lane. Of zeros as the minimum the first one counts: it has a
    // sign.
    struct Limits {
        Float low, high;
    };
    static Limits limits(const float* x, std::size_t count) {
        Float lows[width];
        Float highs[width];
        for (std::size_t b = 0; b < width; ++b) {
            const float* block = x + (b < count ? b : count - 1) * n;
            lows[b] = highs[b] = V::load(block);
            for (std::size_t i = 1; i < vectors; ++i) {
                const Float value = V::load(block + i * width);
                lows[b] = V::min(lows[b], value);
                highs[b] = V::max(highs[b], value);
            }
        }
        return {V::min_of_rows(lows), V::max_of_rows(highs)};
    }

    static float first_zero(const float* x) {
        while (*x != 0)
            ++x;
        return *x;
    }

    // The weight of the largest magnitude, the first one of two; +0 where there are only zeros.
    static Float extreme(const float* x, std::size_t count, const Limits& limits) {
        const Float below = Math::negated(limits.low);
        Float value = V::choose(below > limits.high, limits.low, limits.high);
        const unsigned even = V::which(below == limits.high);
        if (even == 0) return value;
        alignas(64) float values[width];
        V::store(values, value);
        for (std::size_t b = 0; b < count; ++b) {
            if ((even >> b & 1U) == 0) continue;
            const float magnitude = __builtin_fabsf(values[b]);
            const float* at = x + b * n;
            while (__builtin_fabsf(*at) != magnitude)
                ++at;
            values[b] = magnitude == 0 ? 0.0F : *at;
        }
        return V::load(values);
    }

    // 1/scale, 0 for 0. Scales without a reciprocal, and those that float16 does not hold, are left.
    static Float reciprocal(Float scale, Mask& left) {
        const Mask zero = scale == V::set(0);
        const Float inverse = V::choose(zero, V::set(0), V::set(1) / scale);
        left = V::either(left, V::either(Math::no_half(scale), !(V::abs(inverse) < V::set(1e38F))));
        return inverse;
    }

    // What becomes of the blocks of a batch: which are left, and the halves that stand in each.
    struct Head {
        alignas(64) float inverse[width];
        alignas(64) float offset[width];
        alignas(64) std::uint32_t scale[width];
        alignas(64) std::uint32_t minimum[width];
        unsigned left;
    };

    static void put_half(std::uint8_t* to, std::uint32_t bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        __builtin_memcpy(to, &half, sizeof half);
    }

    static std::uint64_t total(Bits counts) {
        alignas(64) std::uint32_t lanes_[width];
        V::store_bits(lanes_, counts);
        std::uint64_t sum = 0;
        for (const std::uint32_t count : lanes_)
            sum += count;
        return sum;
    }

    // Codes trunc((x − offset)·inverse + shift) cut to `largest`, of one block; fills `codes`, returns how
    // many were cut, as lane counts.
    static Bits code_block(const float* x, float offset, float inverse, float shift, float largest,
                           Bits* codes) {
        Bits clipped = V::set_bits(0);
        const Float o = V::set(offset);
        const Float s = V::set(inverse);
        for (std::size_t i = 0; i < vectors; ++i) {
            const Float exact = (V::load(x + i * width) - o) * s + V::set(shift);
            clipped = V::count(clipped, exact >= V::set(largest + 1));
            codes[i] = V::truncated(V::min(exact, V::set(largest)));
        }
        return clipped;
    }

    // Bytes j hold the lower four bits of codes j and j + 16.
    static void put_nibbles(std::uint8_t* to, const Bits* codes) {
        Bits bytes[vectors / 2];
        for (std::size_t i = 0; i < vectors / 2; ++i)
            bytes[i] = (codes[i] & V::set_bits(15)) | ((codes[i + vectors / 2] & V::set_bits(15)) << 4);
        V::store_bytes(to, bytes);
    }

    static void put_fifth_bits(std::uint8_t* to, const Bits* codes) {
        std::uint32_t word = 0;
        for (std::size_t i = 0; i < vectors; ++i)
            word |= V::sign_bits(codes[i] << 27) << (i * width);
        __builtin_memcpy(to, &word, sizeof word);
    }
};

template <class V>
class SimpleBlockKernel : SimpleBlocks<V> {
    using Base = SimpleBlocks<V>;
    using Base::n;
    using Base::vectors;
    using Base::width;
    using typename Base::Bits;
    using typename Base::Float;
    using typename Base::Head;
    using typename Base::Mask;
    using typename Base::Math;

  public:
    [[gnu::flatten]] static void q4_0(BlockRun& run) { run_all<18, 8, false>(run); }
    [[gnu::flatten]] static void q4_1(BlockRun& run) { run_all<20, 15, true>(run); }
    [[gnu::flatten]] static void q5_0(BlockRun& run) { run_all<22, 16, false>(run); }
    [[gnu::flatten]] static void q5_1(BlockRun& run) { run_all<24, 31, true>(run); }

    [[gnu::flatten]] static void q8_0(BlockRun& run) {
        for (std::size_t first = 0; first < run.blocks; first += width) {
            const std::size_t count = batch(run, first);
            const float* x = run.x + first * n;
            const auto limits = Base::limits(x, count);
            const Float scale = V::abs(V::max(Math::negated(limits.low), limits.high)) / V::set(127);
            Head head;
            take_head(scale, V::set(0), head);
            for (std::size_t b = 0; b < count; ++b) {
                if (skips(run, first + b, head.left >> b)) continue;
                std::uint8_t* to = run.out + (first + b) * 34;
                Base::put_half(to, head.scale[b]);
                Bits codes[vectors];
                for (std::size_t i = 0; i < vectors; ++i)
                    codes[i] = rounded(V::load(x + b * n + i * width) * V::set(head.inverse[b]));
                V::store_bytes(to + 2, codes);
                V::store_bytes(to + 18, codes + vectors / 2);
            }
        }
    }

  private:
    static std::size_t batch(const BlockRun& run, std::size_t first) {
        return run.blocks - first < width ? run.blocks - first : width;
    }

    static bool skips(BlockRun& run, std::size_t block, unsigned left) {
        run.left[block] = left & 1U;
        return (left & 1U) != 0;
    }

    // To nearest, halves away from zero: a number just below a half more, towards zero.
    static Bits rounded(Float v) {
        const Bits sign = V::bits(v) & V::set_bits(0x80000000U);
        return V::truncated(v + V::from_bits(sign | V::set_bits(0x3effffffU)));
    }

    static void take_head(Float scale, Float minimum, Head& head) {
        Mask left = Math::no_half(minimum);
        V::store(head.inverse, Base::reciprocal(scale, left));
        V::store(head.offset, minimum);
        V::store_bits(head.scale, Math::half_bits(Math::half(scale)));
        V::store_bits(head.minimum, Math::half_bits(Math::half(minimum)));
        head.left = V::which(left);
    }

    template <int steps>
    static void head_from_minimum(const float* x, std::size_t count, Head& head) {
        auto limits = Base::limits(x, count);
        const unsigned zeros = V::which(limits.low == V::set(0));
        if (zeros != 0) {
            alignas(64) float low[width];
            V::store(low, limits.low);
            for (std::size_t b = 0; b < count; ++b)
                if ((zeros >> b & 1U) != 0) low[b] = Base::first_zero(x + b * n);
            limits.low = V::load(low);
        }
        // Zeros of two signs differ by +0.
        take_head(((limits.high - limits.low) + V::set(0)) / V::set(steps), limits.low, head);
    }

    // With a minimum `steps` is the largest code; without, codes are centred around it.
    template <std::size_t bytes, int steps, bool minimum>
    static void run_all(BlockRun& run) {
        constexpr bool fifth_bits = bytes >= 22;
        constexpr float largest = minimum ? steps : 2 * steps - 1;
        constexpr float shift = minimum ? 0.5F : steps + 0.5F;
        Bits clipped = V::set_bits(0);
        for (std::size_t first = 0; first < run.blocks; first += width) {
            const std::size_t count = batch(run, first);
            const float* x = run.x + first * n;
            Head head;
            if constexpr (minimum)
                head_from_minimum<steps>(x, count, head);
            else
                take_head(Base::extreme(x, count, Base::limits(x, count)) / V::set(-steps), V::set(0), head);
            for (std::size_t b = 0; b < count; ++b) {
                if (skips(run, first + b, head.left >> b)) continue;
                std::uint8_t* to = run.out + (first + b) * bytes;
                Bits codes[vectors];
                clipped = clipped +
                          Base::code_block(x + b * n, head.offset[b], head.inverse[b], shift, largest, codes);
                Base::put_half(to, head.scale[b]);
                to += 2;
                if constexpr (minimum) {
                    Base::put_half(to, head.minimum[b]);
                    to += 2;
                }
                if constexpr (fifth_bits) {
                    Base::put_fifth_bits(to, codes);
                    to += 4;
                }
                Base::put_nibbles(to, codes);
            }
        }
        run.clipped += Base::total(clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
