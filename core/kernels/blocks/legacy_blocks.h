// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/grid_fit.h"
#include "core/kernels/blocks/importance_weights.h"
#include "core/kernels/blocks/pack_codes.h"
#include "core/kernels/blocks/scale_fit.h"

// q4_0, q4_1, q5_0 and q5_1 with importance weights: 32 weights, a scale and perhaps a minimum. The codes are
// those of the search: they are not taken again for the scale as float16 stores it.
namespace halfstep::kernels {
namespace {

template <class V>
struct LegacyBlockKernel {
    using Float = typename V::Float;
    using Bits = typename V::Bits;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    using Batch = BlockBatch<V, 32>;
    static constexpr std::size_t width = V::width;

    [[gnu::flatten]] static void q4_0(BlockRun& run) { centred<8, 18>(run); }
    [[gnu::flatten]] static void q5_0(BlockRun& run) { centred<16, 22>(run); }
    [[gnu::flatten]] static void q4_1(BlockRun& run) { from_minimum<15, 20>(run); }
    [[gnu::flatten]] static void q5_1(BlockRun& run) { from_minimum<31, 24>(run); }

  private:
    // Σx² of rows, one after the other, as ggml sums: `width` rows at once.
    class RowSigma {
      public:
        explicit RowSigma(BlockRun& run) : run_(run) {}

        // For the rows of the blocks that stand in the lanes from block `first` on.
        Float of(std::size_t first, std::size_t count) {
            alignas(64) float sigma[width];
            for (std::size_t lane = 0; lane < width; ++lane) {
                const std::size_t block = first + (lane < count ? lane : count - 1);
                sigma[lane] = of_row(block / run_.row_blocks);
            }
            return V::load(sigma);
        }

      private:
        float of_row(std::size_t row) {
            if (row < begin_ || row >= end_) take_rows(row);
            return sigma_[row - begin_];
        }

        void take_rows(std::size_t row) {
            const std::size_t n = run_.row_blocks * 32;
            const std::size_t rows = run_.blocks / run_.row_blocks;
            begin_ = row;
            end_ = row + width < rows ? row + width : rows;
            const float* from[width];
            for (std::size_t lane = 0; lane < width; ++lane)
                from[lane] = run_.x + (row + lane < end_ ? row + lane : end_ - 1) * n;
            Float sum = V::set(0);
            for (std::size_t i = 0; i < n; i += width) {
                Float values[width];
                for (std::size_t lane = 0; lane < width; ++lane)
                    values[lane] = V::load(from[lane] + i);
                V::transpose(values);
                for (std::size_t j = 0; j < width; ++j)
                    sum = sum + values[j] * values[j];
            }
            V::store(sigma_, sum / V::set(static_cast<float>(n)));
        }

        const BlockRun& run_;
        std::size_t begin_ = 1;
        std::size_t end_ = 0;
        alignas(64) float sigma_[width] = {};
    };

    static void weigh(const Batch& batch, Float sigma, float* w) {
        batch.load_importance(w);
        importance_weights<V, 32>(batch.x, w, sigma, w);
    }

    template <int half, std::size_t bytes>
    static void centred(BlockRun& run) {
        RowSigma sigma(run);
        ScaleFit<V, 32> fit(half);
        alignas(64) float w[32 * width];
        BlockWords<V, 2, bytes> words;
        for (std::size_t first = 0; first < run.blocks; first += width) {
            Batch batch(run, first);
            weigh(batch, sigma.of(first, batch.count), w);
            ScaleFitResult<V> result;
            fit.run(batch.x, w, 1, &result);
            Bits clipped = V::set_bits(0);
            for (std::size_t i = 0; i < 32 * width; i += width) {
                const Float nearest = Math::round(result.inverse * V::load(batch.x + i));
                const Float code = V::max(V::min(nearest, V::set(half - 1)), V::set(-half));
                clipped = V::count(clipped, V::both(code != nearest, !result.zero));
                V::store(batch.x + i, V::choose(result.zero, V::set(0), code + V::set(half)));
            }
            words.set(0, Math::half_bits(Math::half(result.scale)) << 16);
            set_codes<half == 16>(batch.x, words);
            const Mask left = V::either(Math::no_half(result.scale), Math::huge(result.magnitude));
            batch.store(words, left, clipped);
        }
    }

    template <int largest, std::size_t bytes>
    static void from_minimum(BlockRun& run) {
        constexpr GridFitRule rule = {largest, -0.9F, 0.05F, 36, false};
        using Fitter = GridFit<V, 32, 1, true>;
        RowSigma sigma(run);
        Fitter fitter;
        typename Fitter::Fit fit;
        alignas(64) float w[32 * width];
        BlockWords<V, 0, bytes> words;
        for (std::size_t first = 0; first < run.blocks; first += width) {
            Batch batch(run, first);
            weigh(batch, sigma.of(first, batch.count), w);
            Mask left = V::none();
            fitter.run(batch.x, w, rule, &fit, left);
            Bits clipped = V::set_bits(0);
            for (std::size_t i = 0; i < 32 * width; i += width) {
                const Float exact = fit.code_inverse * (V::load(batch.x + i) - fit.code_minimum);
                const Float nearest = Math::round(exact);
                const Float code = V::max(V::min(nearest, V::set(largest)), V::set(0));
                clipped = V::count(clipped, V::both(code != nearest, !fit.flat));
                V::store(batch.x + i, V::choose(fit.flat, V::set(0), code));
            }
            const Float minimum = Math::negated(fit.minimum);
            left = V::either(left, V::either(Math::no_half(fit.scale), Math::no_half(minimum)));
            words.set(0,
                      Math::half_bits(Math::half(fit.scale)) | (Math::half_bits(Math::half(minimum)) << 16));
            set_codes<largest == 31>(batch.x, words);
            batch.store(words, left, clipped);
        }
    }

    // From word 1 on a word of fifth bits, if any, then nibbles.
    template <bool five_bits, class Words>
    static void set_codes(const float* codes, Words& words) {
        const PackedCodes<V, 32> packed(codes);
        if constexpr (five_bits) {
            Bits fifth = V::set_bits(0);
            for (std::size_t i = 0; i < 8; ++i)
                for (int b = 0; b < 4; ++b)
                    fifth = fifth | ((((packed.word[i] >> 4) >> (8 * b)) & V::set_bits(1))
                                     << (static_cast<int>(i) * 4 + b));
            words.set(1, fifth);
        }
        set_nibbles<V>(packed, words, five_bits ? 2 : 1);
    }
};

}  // namespace
}  // namespace halfstep::kernels
