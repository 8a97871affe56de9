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

    // `kept`: the codes that stay where the stored scale is 0.
    template <class Kept>
    void requantize(std::size_t j, const ScaleFitResult<V>& fit, float* x, float largest, Kept kept) {
        const Float step = factor * scale_code[j];
        const Mask zero = step == V::set(0);
        left = V::either(left, Math::huge(fit.magnitude));
        left = V::either(left, V::both(!zero, Math::unroundable(fit.magnitude / step)));
        if (!V::any(zero)) {
            clipped = clipped + Requantizer<V, n>::run(x, V::set(0), step, -largest, largest - 1);
            return;
        }
        Float before[n];
        for (std::size_t i = 0; i < n; ++i)
            before[i] = kept(i);
        for (std::size_t i = 0; i < n; ++i) {
            const Float nearest = Math::round(V::load(x + i * width) / V::choose(zero, V::set(1), step));
            const Float code = V::max(V::min(nearest, V::set(largest - 1)), V::set(-largest));
            clipped = V::count(clipped, V::both(!zero, code != nearest));
            V::store(x + i * width, V::choose(zero, before[i], code));
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

    // Codes 0 to 63 as floats take the place of the weights in the batch.
    void quantize(Batch& batch, bool weighted) {
        this->left = V::none();
        this->clipped = V::set_bits(0);
        if (weighted) batch.load_importance(w_);
        for (std::size_t j = 0; j < count; ++j) {
            const std::size_t at = j * n * width;
            if (!weighted)
                for (std::size_t i = 0; i < n; ++i) {
                    const Float x = V::load(batch.x + at + i * width);
                    V::store(w_ + at + i * width, x * x);
                }
            fits_[j] = fit_.run(batch.x + at, w_ + at);
        }
        this->code_scales(fits_, 128, 127);
        const auto none = this->extreme_ < V::set(zero_magnitude);
        this->factor = V::choose(none, V::set(0), this->factor);
        for (std::size_t j = 0; j < count; ++j) {
            this->scale_code[j] = V::choose(none, V::set(0), this->scale_code[j]);
            float* x = batch.x + j * n * width;
            const ScaleFitResult<V>& fit = fits_[j];
            this->requantize(j, fit, x, largest, [&](std::size_t i) {
                const Float code = ScaleFit<V, n>::code(fit.inverse * V::load(x + i * width), largest);
                return V::choose(V::either(fit.zero, none), V::set(-largest), code);
            });
            for (std::size_t i = 0; i < n; ++i)
                V::store(x + i * width, V::load(x + i * width) + V::set(largest));
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
    using Base::count;
    using Base::n;
    using Base::width;
    using typename Base::Batch;
    using typename Base::Float;

  public:
    static constexpr float largest = 4;

    // Codes 0 to 7 as floats take the place of the weights in the batch.
    void quantize(Batch& batch, bool weighted) {
        this->left = V::none();
        this->clipped = V::set_bits(0);
        if (weighted)
            fit_weighted(batch);
        else
            fit_plain(batch);
        for (std::size_t j = 0; j < count; ++j) {
            float* x = batch.x + j * n * width;
            const float* codes = codes_ + j * n * width;
            const ScaleFitResult<V>& fit = fits_[j];
            this->requantize(j, fit, x, largest, [&](std::size_t i) {
                return V::choose(fit.zero, V::set(-largest), V::load(codes + i * width));
            });
            for (std::size_t i = 0; i < n; ++i)
                V::store(x + i * width, V::load(x + i * width) + V::set(largest));
        }
    }

  private:
    void fit_plain(Batch& batch) {
        for (std::size_t j = 0; j < count; ++j)
            fits_[j] = descent_.run(batch.x + j * n * width, largest, codes_ + j * n * width, this->left);
        this->code_scales(fits_, 32, 31);
        // ggml leaves the bytes of the scales 0 then, which stand for −32.
        for (std::size_t j = 0; j < count; ++j)
            this->scale_code[j] = V::choose(this->some_, this->scale_code[j], V::set(-32));
    }

    void fit_weighted(Batch& batch) {
        batch.load_importance(w_);
        const Float sigma = V::set(2) * sum_of_squares<V, 256>(batch.x) / V::set(256);
        for (std::size_t j = 0; j < count; ++j) {
            const std::size_t at = j * n * width;
            V::store(sums_ + j * width, importance_weights<V, n>(batch.x + at, w_ + at, sigma, w_ + at));
            fits_[j] = fit_.run(batch.x + at, w_ + at);
            V::store(scales_ + j * width, fits_[j].scale);
            for (std::size_t i = 0; i < n; ++i)
                V::store(codes_ + at + i * width,
                         ScaleFit<V, n>::code(fits_[j].inverse * V::load(batch.x + at + i * width), largest));
        }
        const ScaleFitResult<V> all = scale_fit_.run(scales_, sums_);
        for (std::size_t j = 0; j < count; ++j) {
            const Float code = ScaleFit<V, n>::code(all.inverse * fits_[j].scale, 32);
            this->left = V::either(this->left, LaneMath<V>::unroundable(all.inverse * fits_[j].scale));
            this->scale_code[j] = V::choose(all.zero, V::set(-32), code);
        }
        this->store_factor(all.scale);
    }

    CodeDescent<V, 16> descent_;
    ScaleFit<V, 16> fit_{largest};
    ScaleFit<V, 16> scale_fit_{32};
    ScaleFitResult<V> fits_[count];
    alignas(64) float codes_[256 * width];
    alignas(64) float w_[256 * width];
    alignas(64) float scales_[16 * width];
    alignas(64) float sums_[16 * width];
};

template <class V>
struct ScaleSuperblockKernel {
    static constexpr std::size_t width = V::width;
    using Bits = typename V::Bits;

    [[gnu::flatten]] static void q3_K(BlockRun& run) {
        run_all<SuperblockQ3K<V>, 110>(run, [](const auto& block, const auto& codes, std::uint32_t* words) {
            for (std::size_t i = 0; i < 8; ++i)
                V::store_bits(words + i * width, codes.template single_bits<2>(i, 8));
            for (std::size_t i = 0; i < 16; ++i)
                V::store_bits(words + (8 + i) * width, codes.template pairs<0>(i / 8 * 32 + i % 8, 8));
            pack_q3_scales(block.scale_code, words + 24 * width);
            V::store_bits(words + 27 * width, LaneMath<V>::half_bits(block.factor));
        });
    }

    [[gnu::flatten]] static void q6_K(BlockRun& run) {
        run_all<SuperblockQ6K<V>, 210>(run, [](const auto& block, const auto& codes, std::uint32_t* words) {
            for (std::size_t i = 0; i < 32; ++i)
                V::store_bits(words + i * width, codes.nibbles(i / 16 * 32 + i % 16, 16));
            for (std::size_t i = 0; i < 16; ++i)
                V::store_bits(words + (32 + i) * width, codes.template pairs<4>(i / 8 * 32 + i % 8, 8));
            for (std::size_t i = 0; i < 4; ++i) {
                Bits bytes[4];
                for (std::size_t b = 0; b < 4; ++b)
                    bytes[b] =
                        (LaneMath<V>::integer(block.scale_code[4 * i + b] + V::set(256))) & V::set_bits(255);
                V::store_bits(words + (48 + i) * width, pack_bytes<V>(bytes));
            }
            V::store_bits(words + 52 * width, LaneMath<V>::half_bits(block.factor));
        });
    }

  private:
    template <class Block, std::size_t bytes, class Pack>
    static void run_all(BlockRun& run, Pack pack) {
        Block block;
        alignas(64) std::uint32_t words[(bytes + 3) / 4 * width];
        for (std::size_t first = 0; first < run.blocks; first += width) {
            BlockBatch<V, 256> batch(run, first);
            block.quantize(batch, run.importance != nullptr);
            pack(block, PackedCodes<V, 256>(batch.x), words);
            batch.store(words, 0, bytes, block.left, block.clipped);
        }
    }

    // Sixteen codes of six bits: the lower four of j and j + 8 share byte j, the upper two stand in bytes 8
    // to 11.
    static void pack_q3_scales(const typename V::Float* codes, std::uint32_t* words) {
        Bits low[2] = {V::set_bits(0), V::set_bits(0)};
        Bits high = V::set_bits(0);
        for (int j = 0; j < 16; ++j) {
            const Bits code = LaneMath<V>::integer(codes[j] + V::set(32));
            Bits& word = low[j % 8 / 4];
            word = word | ((code & V::set_bits(15)) << (j % 4 * 8 + j / 8 * 4));
            high = high | ((code >> 4) << (j % 4 * 8 + j / 4 * 2));
        }
        V::store_bits(words, low[0]);
        V::store_bits(words + width, low[1]);
        V::store_bits(words + 2 * width, high);
    }
};

}  // namespace
}  // namespace halfstep::kernels
