// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/importance_weights.h"
#include "core/kernels/blocks/pack_codes.h"
#include "core/kernels/blocks/scale_fit.h"
#include "core/kernels/codebook_kernel.h"

// iq4_nl and iq4_xs: a scale times one of sixteen levels that are not evenly spaced.
namespace halfstep::kernels {
namespace {

// ggml's kvalues_iq4nl.
inline constexpr float iq4_levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                         1,    13,   25,  38,  53,  69,  89,  113};

// The nearest level, the upper one of two as near: midpoints are exact, and so are differences beside them.
template <class V>
class LevelOf {
  public:
    explicit LevelOf(bool index) : levels_(grid(index)) {}

    typename V::Float operator()(typename V::Float x) const { return levels_.level_of(x); }

  private:
    static const CodebookGrid& grid(bool index) {
        static constexpr CodebookGrid values = make(false);
        static constexpr CodebookGrid places = make(true);
        return index ? places : values;
    }

    static constexpr CodebookGrid make(bool index) {
        CodebookGrid grid{};
        grid.levels = 16;
        for (int i = 0; i < 16; ++i)
            grid.level[i] = index ? static_cast<float>(i) : iq4_levels[i];
        for (int i = 0; i < 16; ++i)
            grid.threshold[i] = i < 15 ? (iq4_levels[i] + iq4_levels[i + 1]) / 2 : __builtin_nanf("");
        return grid;
    }

    FewLevels<V> levels_;
};

// The scale with which Σ w·(s·level − x)² gets small, of n weights in every lane, among those that put the
// largest weight at, or up to 7 steps from, the lowest level.
template <class V, std::size_t n>
class LevelFit {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    static constexpr std::size_t width = V::width;

  public:
    // 0 where there are only zeros.
    Float run(const float* x, const float* w, Mask& left) {
        Extreme<V> extreme;
        for (std::size_t i = 0; i < n; ++i) {
            extreme.offer(V::load(x + i * width));
        }
        const Mask zero = extreme.magnitude < V::set(zero_magnitude);
        const Float most = V::choose(zero, V::set(1), extreme.value);
        x_ = x;
        w_ = w;
        const Float first = V::set(1) / ((V::set(0) - most) / V::set(iq4_levels[0]));
        Float product[1];
        Float square[1];
        sum<1>(&first, product, square);
        Float scale = V::choose(square[0] > V::set(0), product[0] / square[0], V::set(0));
        Float best = scale * product[0];
        for (int step = -7; step <= 7; step += 3) {
            Float inverse[3];
            for (int j = 0; j < 3; ++j)
                inverse[j] = V::set(static_cast<float>(step + j) + iq4_levels[0]) / most;
            try_inverses(inverse, scale, best);
        }
        left = V::either(left, LaneMath<V>::huge(extreme.magnitude));
        return V::choose(zero, V::set(0), scale);
    }

  private:
    void try_inverses(const Float* inverse, Float& scale, Float& best) const {
        Float product[3];
        Float square[3];
        sum<3>(inverse, product, square);
        for (std::size_t j = 0; j < 3; ++j) {
            const Mask better = V::both(square[j] > V::set(0), product[j] * product[j] > best * square[j]);
            scale = V::choose(better, product[j] / square[j], scale);
            best = V::choose(better, scale * product[j], best);
        }
    }

    // Σ w·level·x and Σ w·level².
    template <std::size_t count>
    void sum(const Float* inverse, Float* product, Float* square) const {
        Float products[count];
        Float squares[count];
        for (std::size_t j = 0; j < count; ++j)
            products[j] = squares[j] = V::set(0);
#pragma GCC unroll 2
        for (std::size_t i = 0; i < n; ++i) {
            const Float value = V::load(x_ + i * width);
            const Float weight = V::load(w_ + i * width);
            for (std::size_t j = 0; j < count; ++j) {
                const Float level = level_of_(inverse[j] * value);
                const Float weighted = weight * level;
                products[j] = products[j] + weighted * value;
                squares[j] = squares[j] + weighted * level;
            }
        }
        for (std::size_t j = 0; j < count; ++j) {
            product[j] = products[j];
            square[j] = squares[j];
        }
    }

    const float* x_ = nullptr;
    const float* w_ = nullptr;
    LevelOf<V> level_of_{false};
};

// Of n weights a lane, from their importance in its place, or from nothing.
template <class V, std::size_t n>
void level_weights(const float* x, float* w, bool weighted) {
    using Float = typename V::Float;
    if (!weighted) {
        for (std::size_t i = 0; i < n * V::width; i += V::width) {
            const Float value = V::load(x + i);
            V::store(w + i, value * value);
        }
        return;
    }
    importance_weights<V, n>(x, w, sum_of_squares<V, n>(x) * V::set(2.0F / n), w);
}

template <class V>
struct LevelBlockKernel {
    using Float = typename V::Float;
    using Bits = typename V::Bits;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

    [[gnu::flatten]] static void iq4_nl(BlockRun& run) {
        LevelFit<V, 32> fit;
        const LevelOf<V> index_of(true);
        alignas(64) float w[32 * width];
        BlockWords<V, 2, 18> words;
        for (std::size_t first = 0; first < run.blocks; first += width) {
            BlockBatch<V, 32> batch(run, first);
            if (run.importance != nullptr) batch.load_importance(w);
            level_weights<V, 32>(batch.x, w, run.importance != nullptr);
            Mask left = V::none();
            const Float scale = fit.run(batch.x, w, left);
            left = V::either(left, Math::no_half(scale));
            code_values(batch.x, scale, index_of, left);
            words.set(0, Math::half_bits(Math::half(scale)) << 16);
            set_nibbles<V>(PackedCodes<V, 32>(batch.x), words, 1);
            batch.store(words, left, V::set_bits(0));
        }
    }

    [[gnu::flatten]] static void iq4_xs(BlockRun& run) {
        LevelFit<V, 32> fit;
        const LevelOf<V> index_of(true);
        alignas(64) float w[256 * width];
        BlockWords<V, 0, 136> words;
        for (std::size_t first = 0; first < run.blocks; first += width) {
            BlockBatch<V, 256> batch(run, first);
            if (run.importance != nullptr) batch.load_importance(w);
            level_weights<V, 256>(batch.x, w, run.importance != nullptr);
            Mask left = V::none();
            Float scales[8];
            for (std::size_t j = 0; j < 8; ++j)
                scales[j] = fit.run(batch.x + j * 32 * width, w + j * 32 * width, left);
            code_superblock(scales, batch.x, index_of, words, left);
            for (std::size_t j = 0; j < 8; ++j)
                set_nibbles<V>(PackedCodes<V, 32>(batch.x + j * 32 * width), words, 2 + 4 * j);
            batch.store(words, left, V::set_bits(0));
        }
    }

  private:
    // 32 indices of levels take the place of the values. A scale too small for a reciprocal is left: zeros
    // times infinity are no numbers.
    static void code_values(float* x, Float scale, const LevelOf<V>& index_of, Mask& left) {
        const Mask none = scale == V::set(0);
        const Float inverse = V::choose(none, V::set(0), V::set(1) / scale);
        left = V::either(left, !(V::abs(inverse) < V::set(1e38F)));
        for (std::size_t i = 0; i < 32 * width; i += width)
            V::store(x + i, index_of(inverse * V::load(x + i)));
    }

    static void code_superblock(const Float* scales, float* x, const LevelOf<V>& index_of,
                                BlockWords<V, 0, 136>& words, Mask& left) {
        Extreme<V> extreme;
        for (std::size_t j = 0; j < 8; ++j)
            extreme.offer(scales[j]);
        const Float factor = extreme.value / V::set(-32);  // −0 where all is zero
        left = V::either(left, Math::no_half(factor));
        const Mask none = factor == V::set(0);
        const Float inverse = V::choose(none, V::set(0), V::set(1) / factor);
        Bits low = V::set_bits(0);
        Bits high = V::set_bits(0);
        for (int j = 0; j < 8; ++j) {
            const Float exact = inverse * scales[j];
            left = V::either(left, Math::unroundable(exact));
            const Float code = V::max(V::min(Math::round(exact), V::set(31)), V::set(-32));
            code_values(x + static_cast<std::size_t>(j) * 32 * width, factor * code, index_of, left);
            const Bits stored = Math::integer(code + V::set(32));
            low = low | ((stored & V::set_bits(15)) << (4 * j));
            high = high | ((stored >> 4) << (2 * j));
        }
        words.set(0, Math::half_bits(Math::half(factor)) | (high << 16));
        words.set(1, low);
    }
};

}  // namespace
}  // namespace halfstep::kernels
