// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_run.h"
#include "core/kernels/nearest_whole.h"

// GGUF blocks side by side, one a lane, so that each lane does what ggml does with one block, in ggml's
// order: its sums run over the weights one after the other. Value i of lane l stands at [i · width + l].
namespace halfstep::kernels {
namespace {

// Beyond this nearest_int wraps around.
inline constexpr float largest_rounded = 4194303.0F;
// Products of up to eight weights overflow, and quotients become NaN, some way beyond this.
inline constexpr float largest_tried = 1e12F;
// "all zero" below this magnitude.
inline constexpr float zero_magnitude = 1e-15F;

template <class V>
struct LaneMath {
    using Float = typename V::Float;
    using Mask = typename V::Mask;

    // As ggml's nearest_int.
    static Float round(Float v) { return nearest_whole<V>(v); }

    static Float negated(Float v) { return V::from_bits(V::bits(v) ^ V::set_bits(0x80000000U)); }

    // Not within what nearest_int can round; also for NaN.
    static Mask unroundable(Float v) { return !(V::abs(v) <= V::set(largest_rounded)); }

    // Too large for the kernels; also for NaN.
    static Mask huge(Float v) { return !(V::abs(v) < V::set(largest_tried)); }

    // Rounded to float16 and widened again, for magnitudes below 65520: from 2^-14 on by cutting the
    // mantissa, below by an addition that leaves multiples of 2^-24.
    static Float half(Float v) {
        const auto sign = V::bits(v) & V::set_bits(0x80000000U);
        const Float magnitude = V::abs(v);
        const auto bits = V::bits(magnitude);
        const auto odd = V::template shift_right<13>(bits) & V::set_bits(1);
        const auto kept = (bits + V::set_bits(0xfffU) + odd) & V::set_bits(0xffffe000U);
        const Float small = (magnitude + V::set(0.5F)) - V::set(0.5F);
        const Float rounded = V::choose(magnitude < V::set(0x1p-14F), small, V::from_bits(kept));
        return V::from_bits(V::bits(rounded) | sign);
    }
    static Mask no_half(Float v) { return !(V::abs(v) < V::set(65520.0F)); }

    // The 16 bits of numbers that float16 holds.
    static typename V::Bits half_bits(Float v) {
        const auto sign = V::template shift_right<16>(V::bits(v) & V::set_bits(0x80000000U));
        const Float magnitude = V::abs(v);
        const auto normal = V::template shift_right<13>(V::bits(magnitude) - V::set_bits(112U << 23U));
        // A multiple of 2^-24 added to 1/2 stands in the last bits of the mantissa.
        const auto small = V::bits(magnitude + V::set(0.5F)) - V::set_bits(0x3f000000U);
        const Float chosen =
            V::choose(magnitude < V::set(0x1p-14F), V::from_bits(small), V::from_bits(normal));
        return V::bits(chosen) | sign;
    }

    // The integer in a float that is a whole number from 0 to 2^22.
    static typename V::Bits integer(Float v) {
        return V::bits(v + V::set(integer_rounder)) - V::set_bits(0x4b400000U);
    }
};

// n values of each lane, from where its pointer says, side by side.
template <class V, std::size_t n>
void spread(const float* const* from, float* to) {
    constexpr std::size_t width = V::width;
    for (std::size_t i = 0; i < n; i += width) {
        typename V::Float rows[width];
        for (std::size_t lane = 0; lane < width; ++lane)
            rows[lane] = V::load(from[lane] + i);
        V::transpose(rows);
        for (std::size_t lane = 0; lane < width; ++lane)
            V::store(to + (i + lane) * width, rows[lane]);
    }
}

// What becomes of a block in every lane: little-endian 32-bit words, of which the first `head` bytes are not
// wanted and the next `bytes` make the block.
template <class V, std::size_t head, std::size_t bytes>
class BlockWords {
    static constexpr std::size_t width = V::width;

  public:
    // A whole number of vectors.
    static constexpr std::size_t count = ((head + bytes + 3) / 4 + width - 1) / width * width;

    void set(std::size_t i, typename V::Bits word) { V::store_bits(words_ + i * width, word); }

    // The words of the first lane, then those of the next one.
    void separate(std::uint32_t* to) const {
        for (std::size_t i = 0; i < count; i += width) {
            typename V::Float rows[width];
            for (std::size_t j = 0; j < width; ++j)
                rows[j] = V::from_bits(V::load_bits(words_ + (i + j) * width));
            V::transpose(rows);
            for (std::size_t lane = 0; lane < width; ++lane)
                V::store_bits(to + lane * count + i, V::bits(rows[lane]));
        }
    }

  private:
    alignas(64) std::uint32_t words_[count * width] = {};
};

// `width` blocks of n weights taken from a run and put side by side. Where fewer are left, the last one is
// repeated.
template <class V, std::size_t n>
struct BlockBatch {
    using Float = typename V::Float;
    static constexpr std::size_t width = V::width;

    BlockBatch() = default;
    BlockBatch(BlockRun& run, std::size_t first) { take(run, first); }

    void take(BlockRun& run, std::size_t first) {
        run_ = &run;
        first_ = first;
        count = run.blocks - first < width ? run.blocks - first : width;
        for (std::size_t lane = 0; lane < width; ++lane)
            source[lane] = run.x + block_of(lane) * n;
        spread<V, n>(source, x);
    }

    void load_importance(float* to) const {
        const float* from[width];
        for (std::size_t lane = 0; lane < width; ++lane)
            from[lane] = run_->importance + (run_->first_block + block_of(lane)) % run_->row_blocks * n;
        spread<V, n>(from, to);
    }

    // Lanes of `left` are not written. `clipped`: codes a lane.
    template <std::size_t head, std::size_t bytes>
    void store(const BlockWords<V, head, bytes>& words, typename V::Mask left, typename V::Bits clipped) {
        constexpr std::size_t stride = BlockWords<V, head, bytes>::count;
        alignas(64) std::uint32_t blocks[width * stride];
        words.separate(blocks);
        alignas(64) std::uint32_t cut[width];
        V::store_bits(cut, clipped);
        const unsigned odd = V::which(left);
        for (std::size_t lane = 0; lane < count; ++lane) {
            const bool skip = (odd >> lane & 1U) != 0;
            run_->left[first_ + lane] = skip ? 1 : 0;
            if (skip) continue;
            run_->clipped += cut[lane];
            __builtin_memcpy(run_->out + (first_ + lane) * bytes,
                             reinterpret_cast<const char*>(blocks + lane * stride) + head, bytes);
        }
    }

    std::size_t count = 0;  // of the lanes, how many hold a block of their own
    const float* source[width];
    alignas(64) float x[n * width];

  private:
    std::size_t block_of(std::size_t lane) const { return first_ + (lane < count ? lane : count - 1); }

    BlockRun* run_ = nullptr;
    std::size_t first_ = 0;
};

}  // namespace
}  // namespace halfstep::kernels
