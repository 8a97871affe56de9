// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/code_descent.h"
#include "core/kernels/blocks/importance_weights.h"
#include "core/kernels/blocks/pack_codes.h"
#include "core/kernels/blocks/requantize.h"
#include "core/kernels/blocks/scale_fit.h"

// q3_K and q6_K: 256 weights in groups of 16, x̂ = (d·scale)·code.
namespace halfstep::kernels {
namespace {

template <class V>
class ScaleSuperblock {
  protected:
    using Float = typename V::Float;
    using Bits = typename V::Bits;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;
    static constexpr std::size_t elements = 256;
    static constexpr std::size_t n = 16;
    static constexpr std::size_t count = elements / n;
    using Batch = BlockBatch<V, elements>;

  public:
    Float factor = V::set(0);  // d, as float16 holds it
    Float scale_code[count];
    Mask left = V::none();
    Bits clipped = V::set_bits(0);  // codes a lane

  protected:
    void store_factor(Float exact) {
        left = V::either(left, Math::no_half(exact));
        factor = Math::half(exact);
    }

    // Scales are signed: the one of the largest magnitude gets code −most, where there is one.
    void code_scales(const ScaleFitResult<V>* fits, float most, float highest) {
        Extreme<V> extreme;
        for (std::size_t j = 0; j < count; ++j)
            extreme.offer(fits[j].scale);
        some_ = extreme.value != V::set(0);
        extreme_ = extreme.magnitude;
        const Float inverse = V::set(-most) / V::choose(some_, extreme.value, V::set(1));
        for (std::size_t j = 0; j < count; ++j) {
            const Float exact = inverse * fits[j].scale;
            left = V::either(left, Math::unroundable(exact));
            scale_code[j] = V::min(V::max(Math::round(exact), V::set(-most)), V::set(highest));
        }
        store_factor(V::choose(some_, V::set(1) / inverse, V::set(0)));
    }

    // `keep` gives the codes that stay where the stored scale is 0.
    template <class Keep>
    void requantize(std::size_t j, const ScaleFitResult<V>& fit, float* x, float largest, Keep keep) {
        const Float step = factor * scale_code[j];
        const Mask zero = step == V::set(0);
        left = V::either(left, Math::huge(fit.magnitude));
        left = V::either(left, V::both(!zero, Math::unroundable(fit.magnitude / step)));
        if (!V::any(zero)) {
            clipped = clipped + Requantizer<V, n>::run(x, step, -largest, largest - 1);
            return;
        }
        alignas(64) float kept[n * width];
        keep(kept);
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float nearest = Math::round(V::load(x + i) / V::choose(zero, V::set(1), step));
            const Float code = V::max(V::min(nearest, V::set(largest - 1)), V::set(-largest));
            clipped = V::count(clipped, V::both(!zero, code != nearest));
            V::store(x + i, V::choose(zero, V::load(kept + i), code));
        }
    }

    // The codes of a fit; where all weights are 0, or `none`, those whose bytes are 0.
    static void fitted_codes(const ScaleFitResult<V>& fit, const float* x, float largest, Mask none,
                             float* codes) {
        for (std::size_t i = 0; i < n * width; i += width) {
            const Float code = ScaleFit<V, n>::code(fit.inverse * V::load(x + i), largest);
            V::store(codes + i, V::choose(V::either(fit.zero, none), V::set(-largest), code));
        }
    }

    Mask some_ = V::none();
    Float extreme_ = V::set(0);
};

template <class V>
class SuperblockQ6K : public ScaleSuperblock<V> {
    using Base = ScaleSuperblock<V>;
    using Base::count;
    using Base::n;
    using Base::width;
    using typename Base::Batch;
    using typename Base::Float;

  public:
    static constexpr float largest = 32;

    // Codes −32 to 31 as floats take the place of the weights in the batch.
    void quantize(Batch& batch, bool weighted) {
        this->left = V::none();
        this->clipped = V::set_bits(0);
        if (weighted) batch.load_importance(w_);
        fit_.run(batch.x, weighted ? w_ : nullptr, count, fits_);
        this->code_scales(fits_, 128, 127);
        const auto none = this->extreme_ < V::set(zero_magnitude);
        this->factor = V::choose(none, V::set(0), this->factor);
        for (std::size_t j = 0; j < count; ++j) {
            this->scale_code[j] = V::choose(none, V::set(0), this->scale_code[j]);
            float* x = batch.x + j * n * width;
            const ScaleFitResult<V>& fit = fits_[j];
            this->requantize(j, fit, x, largest,
                             [&](float* kept) { Base::fitted_codes(fit, x, largest, none, kept); });
        }
    }

  private:
    ScaleFit<V, 16> fit_{largest};
    ScaleFitResult<V> fits_[count];
    alignas(64) float w_[256 * width];
};

template <class V>
class SuperblockQ3K : public ScaleSuperblock<V> {
    using Base = ScaleSuperblock<V>;

  protected:
    using Base::count;
    using Base::n;
    using Base::width;
    using typename Base::Batch;
    using typename Base::Float;

  public:
    static constexpr float largest = 4;
    using Queue = DescentQueue<V, n>;

    // The scales; some only once the queue is finished.
    void search(const Batch& batch, Queue& queue) {
        for (std::size_t j = 0; j < count; ++j) {
            const FirstCodes<V, n> first(batch.x + j * n * width, largest);
            fits_[j] = {V::set(0), first.inverse, first.extreme.magnitude, first.extreme.zero};
            V::store(scales_ + j * width, scale_of_sums<V>(first.product, first.square));
            unsigned unsettled = V::which(first.unsettled(batch.x + j * n * width, largest));
            for (; unsettled != 0; unsettled &= unsettled - 1) {
                const auto lane = static_cast<std::size_t>(__builtin_ctz(unsettled));
                if (lane < batch.count)
                    queue.add(first, lane, batch.source[lane] + j * n, scales_ + j * width + lane);
            }
        }
    }

    // Codes −4 to 3 as floats take the place of the weights in the batch.
    void encode(Batch& batch) {
        this->left = V::none();
        this->clipped = V::set_bits(0);
        for (std::size_t j = 0; j < count; ++j)
            fits_[j].scale = V::load(scales_ + j * width);
        this->code_scales(fits_, 32, 31);
        // ggml leaves the bytes of the scales 0 then, which stand for −32.
        for (std::size_t j = 0; j < count; ++j)
            this->scale_code[j] = V::choose(this->some_, this->scale_code[j], V::set(-32));
        encode_with(batch, [this](std::size_t j, const float* x, float* kept) {
            descend<V, n>(x, largest, kept);
            for (std::size_t i = 0; i < n * width; i += width)
                V::store(kept + i, V::choose(fits_[j].zero, V::set(-largest), V::load(kept + i)));
        });
    }

  protected:
    template <class Keep>
    void encode_with(Batch& batch, Keep keep) {
        for (std::size_t j = 0; j < count; ++j) {
            float* x = batch.x + j * n * width;
            this->requantize(j, fits_[j], x, largest, [&](float* kept) { keep(j, x, kept); });
        }
    }

    ScaleFitResult<V> fits_[count];
    alignas(64) float scales_[count * width];
};

// With importance: a search for each group, as for q6_K, and one more for the scales.
template <class V>
class WeightedSuperblockQ3K : public SuperblockQ3K<V> {
    using Base = SuperblockQ3K<V>;
    using Base::count;
    using Base::fits_;
    using Base::n;
    using Base::scales_;
    using Base::width;
    using typename Base::Batch;
    using typename Base::Float;

  public:
    using Base::largest;

    void quantize(Batch& batch, bool /*weighted*/) {
        this->left = V::none();
        this->clipped = V::set_bits(0);
        batch.load_importance(w_);
        const Float sigma = V::set(2) * sum_of_squares<V, 256>(batch.x) / V::set(256);
        for (std::size_t j = 0; j < count; ++j) {
            const std::size_t at = j * n * width;
            V::store(sums_ + j * width, importance_weights<V, n>(batch.x + at, w_ + at, sigma, w_ + at));
        }
        fit_.run(batch.x, w_, count, fits_);
        for (std::size_t j = 0; j < count; ++j)
            V::store(scales_ + j * width, fits_[j].scale);
        code_scales();
        this->encode_with(batch, [this](std::size_t j, const float* x, float* kept) {
            Base::fitted_codes(fits_[j], x, largest, V::none(), kept);
        });
    }

  private:
    void code_scales() {
        ScaleFitResult<V> all;
        scale_fit_.run(scales_, sums_, 1, &all);
        for (std::size_t j = 0; j < count; ++j) {
            const Float code = ScaleFit<V, n>::code(all.inverse * fits_[j].scale, 32);
            this->left = V::either(this->left, LaneMath<V>::unroundable(all.inverse * fits_[j].scale));
            this->scale_code[j] = V::choose(all.zero, V::set(-32), code);
        }
        this->store_factor(all.scale);
    }

    ScaleFit<V, 16> fit_{largest};
    ScaleFit<V, 16> scale_fit_{32};
    alignas(64) float w_[256 * width];
    alignas(64) float sums_[count * width];
};

template <class V>
struct ScaleSuperblockKernel {
    static constexpr std::size_t width = V::width;
    using Bits = typename V::Bits;

    [[gnu::flatten]] static void q3_K(BlockRun& run) {
        if (run.importance != nullptr)
            run_all<WeightedSuperblockQ3K<V>, 110>(
                run, [](const auto& block, const auto& codes, auto& words) { pack_q3(block, codes, words); });
        else
            plain_q3_K(run);
    }

    [[gnu::flatten]] static void q6_K(BlockRun& run) {
        run_all<SuperblockQ6K<V>, 210>(run, [](const auto& block, const auto& codes, auto& words) {
            for (std::size_t i = 0; i < 32; ++i)
                words.set(i, codes.nibbles(i / 16 * 32 + i % 16, 16));
            for (std::size_t i = 0; i < 16; ++i)
                words.set(32 + i, codes.template pairs<4>(i / 8 * 32 + i % 8, 8));
            for (std::size_t i = 0; i < 4; ++i) {
                Bits bytes[4];
                for (std::size_t b = 0; b < 4; ++b)
                    bytes[b] =
                        (LaneMath<V>::integer(block.scale_code[4 * i + b] + V::set(256))) & V::set_bits(255);
                words.set(48 + i, pack_bytes<V>(bytes));
            }
            words.set(52, LaneMath<V>::half_bits(block.factor));
        });
    }

  private:
    template <class Block>
    static constexpr auto largest_code = static_cast<std::uint32_t>(Block::largest);

    // Several batches, so that few places in the queue's vectors stay empty.
    static void plain_q3_K(BlockRun& run) {
        constexpr std::size_t together = 8;
        BlockBatch<V, 256> batches[together];
        SuperblockQ3K<V> blocks[together];
        typename SuperblockQ3K<V>::Queue queue(SuperblockQ3K<V>::largest);
        BlockWords<V, 0, 110> words;
        for (std::size_t first = 0; first < run.blocks; first += together * width) {
            const std::size_t left = (run.blocks - first + width - 1) / width;
            const std::size_t count = left < together ? left : together;
            for (std::size_t i = 0; i < count; ++i) {
                batches[i].take(run, first + i * width);
                blocks[i].search(batches[i], queue);
            }
            queue.finish();
            for (std::size_t i = 0; i < count; ++i) {
                blocks[i].encode(batches[i]);
                pack_q3(blocks[i], PackedCodes<V, 256>(batches[i].x, largest_code<SuperblockQ3K<V>>), words);
                batches[i].store(words, blocks[i].left, blocks[i].clipped);
            }
        }
    }

    template <class Block, std::size_t bytes, class Pack>
    static void run_all(BlockRun& run, Pack pack) {
        Block block;
        BlockWords<V, 0, bytes> words;
        for (std::size_t first = 0; first < run.blocks; first += width) {
            BlockBatch<V, 256> batch(run, first);
            block.quantize(batch, run.importance != nullptr);
            pack(block, PackedCodes<V, 256>(batch.x, largest_code<Block>), words);
            batch.store(words, block.left, block.clipped);
        }
    }

    template <class Words>
    static void pack_q3(const SuperblockQ3K<V>& block, const PackedCodes<V, 256>& codes, Words& words) {
        for (std::size_t i = 0; i < 8; ++i)
            words.set(i, codes.template single_bits<2>(i, 8));
        for (std::size_t i = 0; i < 16; ++i)
            words.set(8 + i, codes.template pairs<0>(i / 8 * 32 + i % 8, 8));
        pack_q3_scales(block.scale_code, words, 24);
        words.set(27, LaneMath<V>::half_bits(block.factor));
    }

    // Sixteen codes of six bits: the lower four of j and j + 8 share byte j, the upper two stand in bytes 8
    // to 11.
    template <class Words>
    static void pack_q3_scales(const typename V::Float* codes, Words& words, std::size_t at) {
        Bits low[2] = {V::set_bits(0), V::set_bits(0)};
        Bits high = V::set_bits(0);
        for (int j = 0; j < 16; ++j) {
            const Bits code = LaneMath<V>::integer(codes[j] + V::set(32));
            Bits& word = low[j % 8 / 4];
            word = word | ((code & V::set_bits(15)) << (j % 4 * 8 + j / 8 * 4));
            high = high | ((code >> 4) << (j % 4 * 8 + j / 4 * 2));
        }
        words.set(at, low[0]);
        words.set(at + 1, low[1]);
        words.set(at + 2, high);
    }
};

}  // namespace
}  // namespace halfstep::kernels
