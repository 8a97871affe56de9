// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/block_scales.h"
#include "core/kernels/blocks/grid_fit.h"
#include "core/kernels/blocks/importance_weights.h"
#include "core/kernels/blocks/pack_codes.h"
#include "core/kernels/blocks/requantize.h"

// q2_K, q4_K and q5_K: 256 weights in groups of 16 or 32, x̂ = (d·scale)·code − (dmin·minimum).
namespace halfstep::kernels {
namespace {

struct Q2K {
    static constexpr std::size_t group = 16;
    static constexpr float largest = 3;
    static constexpr float largest_scale = 15;
    static constexpr GridFitRule plain = {largest, -0.5F, 0.1F, 15, true};
    static constexpr float sigma_factor = 1;
    static constexpr bool mean_in_weight = false;
};
struct Q4K {
    static constexpr std::size_t group = 32;
    static constexpr float largest = 15;
    static constexpr float largest_scale = 63;
    static constexpr GridFitRule plain = {largest, -1.0F, 0.1F, 20, false};
    static constexpr float sigma_factor = 2;
    static constexpr bool mean_in_weight = true;
};
struct Q5K {
    static constexpr std::size_t group = 32;
    static constexpr float largest = 31;
    static constexpr float largest_scale = 63;
    static constexpr GridFitRule plain = {largest, -0.5F, 0.1F, 15, false};
    static constexpr float sigma_factor = 2;
    static constexpr bool mean_in_weight = true;
};

template <class V, class Format>
class GridSuperblock {
    using Float = typename V::Float;
    using Bits = typename V::Bits;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;
    static constexpr std::size_t elements = 256;
    static constexpr std::size_t n = Format::group;
    static constexpr std::size_t count = elements / n;
    static constexpr std::size_t together = 4;  // groups that are fitted at once
    using Fitter = GridFit<V, n, together>;
    using Refitter = GridFit<V, n, 1, true>;
    using Fit = typename Fitter::Fit;
    using Scales = StoredScales<V, count>;

  public:
    // Codes as floats take the place of the weights in the batch.
    void quantize(BlockBatch<V, elements>& batch, bool weighted) {
        left = V::none();
        clipped = V::set_bits(0);
        weighted_ = weighted;
        if (weighted) {
            batch.load_importance(importance_);
            sigma_ = sigma_of(batch.x);
        }
        for (std::size_t j = 0; j < count; j += together) {
            for (std::size_t g = j; g < j + together; ++g)
                weights_of(g, batch.x + g * n * width, w_ + (g - j) * n * width);
            fitter_.run(batch.x + j * n * width, w_, rule(), fits_ + j, left);
        }
        encode_scales();
        for (std::size_t j = 0; j < count; ++j)
            requantize(j, batch.x + j * n * width);
    }

    Scales scale;
    Scales minimum;
    Mask left = V::none();
    Bits clipped = V::set_bits(0);  // codes a lane

  private:
    static constexpr GridFitRule imatrix_rule = {Format::largest, -0.9F, 0.05F, 36, false};

    static Float sigma_of(const float* x) {
        return V::set(Format::sigma_factor) * sum_of_squares<V, elements>(x) / V::set(elements);
    }

    const GridFitRule& rule() const { return weighted_ ? imatrix_rule : Format::plain; }

    void weights_of(std::size_t group, const float* x, float* w) {
        if (weighted_)
            weights[group] = importance_weights<V, n>(x, importance_ + group * n * width, sigma_, w);
        else
            plain_weights(x, w);
    }

    static void plain_weights(const float* x, float* w) {
        Float mean = V::set(0);
        if (Format::mean_in_weight) mean = V::sqrt(sum_of_squares<V, n>(x) / V::set(n));
        for (std::size_t i = 0; i < n; ++i)
            V::store(w + i * width, mean + V::abs(V::load(x + i * width)));
    }

    void encode_scales() {
        Float scales[count];
        Float minima[count];
        for (std::size_t j = 0; j < count; ++j) {
            scales[j] = fits_[j].scale;
            minima[j] = fits_[j].minimum;
        }
        using Coder = ScaleCoder<V, count>;
        if (weighted_) {
            const Float* values[2] = {scales, minima};
            Scales stored[2];
            Coder::by_weight(values, weights, Format::largest_scale, stored, left);
            scale = stored[0];
            minimum = stored[1];
        } else {
            scale = Coder::by_maximum(scales, Format::largest_scale, left);
            minimum = Coder::by_maximum(minima, Format::largest_scale, left);
        }
    }

    // Codes for the scales as they are stored; those of the fit where the stored scale is 0.
    void requantize(std::size_t j, float* x) {
        const Float step = scale.factor * scale.code[j];
        const Float offset = minimum.factor * minimum.code[j];
        const Fit& fit = fits_[j];
        const Mask zero = step == V::set(0);
        const Float top = (fit.high + offset) / step;
        const Float bottom = (fit.low + offset) / step;
        left = V::either(left, V::both(V::either(Math::unroundable(top), Math::unroundable(bottom)), !zero));
        if (V::any(zero)) return recode(j, zero, step, offset, x);
        clipped = clipped + Requantizer<V, n>::run(x, offset, step, 0, Format::largest);
    }

    static Float limited(Float code) { return V::max(V::min(code, V::set(Format::largest)), V::set(0)); }

    void recode(std::size_t j, Mask zero, Float step, Float offset, float* x) {
        alignas(64) float kept[n * width] = {};
        if (V::any(V::both(zero, !fits_[j].flat))) fit_codes(j, x, kept);
        const Float divisor = V::choose(zero, V::set(1), step);
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float nearest = Math::round((V::load(x + i) + offset) / divisor);
            const Float code = limited(nearest);
            clipped = V::count(clipped, V::both(!zero, code != nearest));
            V::store(x + i, V::choose(zero, V::load(kept + i), code));
        }
    }

    // The codes of the fit, which is done once more for them.
    void fit_codes(std::size_t j, const float* x, float* codes) {
        weights_of(j, x, w_);
        Mask known = V::none();
        typename Refitter::Fit fit;
        refitter_.run(x, w_, rule(), &fit, known);
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float code = limited(Math::round(fit.code_inverse * (V::load(x + i) - fit.code_minimum)));
            V::store(codes + i, V::choose(fit.flat, V::set(0), code));
        }
    }

    bool weighted_ = false;
    Float sigma_ = V::set(0);  // of the superblock, where weighted
    alignas(64) float w_[together * n * width];
    alignas(64) float importance_[elements * width];
    Float weights[count];
    Fit fits_[count];
    Fitter fitter_;
    Refitter refitter_;
};

// The 12 bytes in which q4_K and q5_K keep eight scales and minima of six bits.
template <class V>
void pack_six_bits(const StoredScales<V, 8>& scale, const StoredScales<V, 8>& minimum,
                   typename V::Bits* words) {
    using Bits = typename V::Bits;
    const Bits zero = V::set_bits(0);
    words[0] = words[1] = words[2] = zero;
    const Bits low = V::set_bits(15);
    for (int j = 0; j < 4; ++j) {
        const Bits first = LaneMath<V>::integer(scale.code[j]);
        const Bits second = LaneMath<V>::integer(scale.code[j + 4]);
        const Bits first_minimum = LaneMath<V>::integer(minimum.code[j]);
        const Bits second_minimum = LaneMath<V>::integer(minimum.code[j + 4]);
        words[0] = words[0] | ((first | ((second >> 4) << 6)) << (8 * j));
        words[1] = words[1] | ((first_minimum | ((second_minimum >> 4) << 6)) << (8 * j));
        words[2] = words[2] | (((second & low) | ((second_minimum & low) << 4)) << (8 * j));
    }
}

template <class V>
struct GridSuperblockKernel {
    static constexpr std::size_t width = V::width;
    using Bits = typename V::Bits;
    using Batch = BlockBatch<V, 256>;

    [[gnu::flatten]] static void q2_K(BlockRun& run) {
        run_all<Q2K, 84>(run, [](const auto& block, const auto& codes, auto& words) {
            for (std::size_t i = 0; i < 4; ++i) {
                Bits bytes[4];
                for (std::size_t b = 0; b < 4; ++b)
                    bytes[b] = LaneMath<V>::integer(block.scale.code[4 * i + b]) |
                               (LaneMath<V>::integer(block.minimum.code[4 * i + b]) << 4);
                words.set(i, pack_bytes<V>(bytes));
            }
            for (std::size_t i = 0; i < 16; ++i)
                words.set(4 + i, codes.template pairs<0>(i / 8 * 32 + i % 8, 8));
            words.set(20, factors(block));
        });
    }

    [[gnu::flatten]] static void q4_K(BlockRun& run) {
        run_all<Q4K, 144>(run, [](const auto& block, const auto& codes, auto& words) {
            store_head(block, words);
            for (std::size_t i = 0; i < 32; ++i)
                words.set(4 + i, codes.nibbles(i / 8 * 16 + i % 8, 8));
        });
    }

    [[gnu::flatten]] static void q5_K(BlockRun& run) {
        run_all<Q5K, 176>(run, [](const auto& block, const auto& codes, auto& words) {
            store_head(block, words);
            for (std::size_t i = 0; i < 8; ++i)
                words.set(4 + i, codes.template single_bits<4>(i, 8));
            for (std::size_t i = 0; i < 32; ++i)
                words.set(12 + i, codes.nibbles(i / 8 * 16 + i % 8, 8));
        });
    }

  private:
    template <class Format, std::size_t bytes, class Pack>
    static void run_all(BlockRun& run, Pack pack) {
        GridSuperblock<V, Format> block;
        BlockWords<V, 0, bytes> words;
        for (std::size_t first = 0; first < run.blocks; first += width) {
            Batch batch(run, first);
            block.quantize(batch, run.importance != nullptr);
            pack(block, PackedCodes<V, 256>(batch.x), words);
            batch.store(words, block.left, block.clipped);
        }
    }

    template <class Block>
    static Bits factors(const Block& block) {
        return LaneMath<V>::half_bits(block.scale.factor) |
               (LaneMath<V>::half_bits(block.minimum.factor) << 16);
    }

    template <class Block, class Words>
    static void store_head(const Block& block, Words& words) {
        Bits head[4];
        head[0] = factors(block);
        pack_six_bits<V>(block.scale, block.minimum, head + 1);
        for (std::size_t i = 0; i < 4; ++i)
            words.set(i, head[i]);
    }
};

}  // namespace
}  // namespace halfstep::kernels
