// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/simple_blocks.h"

// mxfp4 and nvfp4: a scale, which follows from the largest magnitude, times the values of E2M1, of which ggml
// takes the nearest one and of two as near the smaller one. Scales of many units (the weights that share one)
// are taken side by side, codes unit by unit. Values are doubled and scales halved, as ggml has them.
namespace halfstep::kernels {
namespace {

// Of one unit: as many of the middles between two values lie below a magnitude as the code says. They are
// exact, and so are the distances that ggml compares next to them, up to 4096 scales.
template <class V>
class Fp4Coder {
    using Float = typename V::Float;
    using Bits = typename V::Bits;
    using Mask = typename V::Mask;

  public:
    // A scale of 0 makes 0 of all weights, and clips none.
    explicit Fp4Coder(float scale) {
        constexpr float middles[7] = {0.5F, 1.5F, 2.5F, 3.5F, 5, 7, 10};
        const float factor = scale == 0 ? __builtin_inff() : scale;
        for (std::size_t i = 0; i < 7; ++i)
            middle_[i] = V::set(middles[i] * factor);
        outermost_ = V::set(14 * factor);
    }

    Bits code(Float x, Bits& clipped) const {
        const Float magnitude = V::abs(x);
        const Mask some = magnitude > middle_[0];
        const Float sign = V::from_bits(V::set_bits(8));
        Bits code = V::bits(V::choose(V::both(some, x < V::set(0)), sign, V::set(0)));
        code = V::count(code, some);
        for (std::size_t i = 1; i < 7; ++i)
            code = V::count(code, magnitude > middle_[i]);
        clipped = V::count(clipped, magnitude > outermost_);
        return code;
    }

  private:
    Float middle_[7];
    Float outermost_;
};

template <class V>
class Fp4BlockKernel : SimpleBlocks<V> {
    using Base = SimpleBlocks<V>;
    using Base::width;
    using typename Base::Bits;
    using typename Base::Float;
    using typename Base::Mask;

    // Up to `width` units; `code` is the scale as the block stores it.
    struct Scales {
        Float scale;
        Bits code;
        Mask left;
    };

  public:
    // ggml's logarithm is rounded to float32: just below a power of two it is the power's. Such blocks are
    // left, and so are tiny weights.
    [[gnu::flatten]] static void mxfp4(BlockRun& run) {
        run_all<32, 1>(run, [](Float magnitude) {
            const Bits bits = V::bits(magnitude);
            const Mask zero = magnitude == V::set(0);
            const Float mantissa = V::from_bits((bits & V::set_bits(0x007fffffU)) | V::set_bits(0x3f800000U));
            const Mask tiny = V::both(V::set(0) < magnitude, magnitude < V::set(0x1p-90F));
            const Float power = V::from_bits(bits & V::set_bits(0x7f800000U));
            const Bits exponent = V::template shift_right<23>(bits) - V::set_bits(2);
            return Scales{power * V::set(0x1p-3F),
                          V::bits(V::choose(zero, V::set(0), V::from_bits(exponent))),
                          V::either(tiny, mantissa >= V::set(2 - 0x1p-17F))};
        });
    }

    [[gnu::flatten]] static void nvfp4(BlockRun& run) {
        run_all<16, 4>(run, [](Float magnitude) {
            const Float exact = magnitude / V::set(6);
            const Bits code = unsigned_e4m3(exact);
            const Float small = V::from_bits(code | V::set_bits(0x4b000000U)) - V::set(0x1p23F);
            const Float normal = V::from_bits((code << 20) + V::set_bits((127 - 8) << 23));
            const Float scale = V::choose(small < V::set(8), small * V::set(0x1p-10F), normal);
            const Mask far = !(magnitude < V::set(4096) * scale);
            return Scales{scale, code, V::both(scale > V::set(0), far)};
        });
    }

  private:
    // The nearest, halves rounded up. Below 2^-6 they are multiples of 2^-9, never rounded up to 2^-6; from
    // 248 on it is 448, the largest.
    static Bits unsigned_e4m3(Float v) {
        const Bits rounded = V::template shift_right<20>(V::bits(v) + V::set_bits(1U << 19U));
        const Bits normal = rounded - V::set_bits((127 - 7) << 3);
        const Bits small = V::truncated(V::min(v * V::set(512) + V::set(0.5F), V::set(7)));
        const Float low = V::choose(v < V::set(0x1p-6F), V::from_bits(small), V::from_bits(normal));
        return V::bits(V::choose(v < V::set(248), low, V::from_bits(V::set_bits(0x7e))));
    }

    template <std::size_t unit>
    static Float magnitudes(const float* x, std::size_t count) {
        Float rows[width];
        for (std::size_t u = 0; u < width; ++u) {
            const float* from = x + (u < count ? u : count - 1) * unit;
            rows[u] = V::abs(V::load(from));
            for (std::size_t i = width; i < unit; i += width)
                rows[u] = V::max_abs(rows[u], V::load(from + i));
        }
        return V::max_of_rows(rows);
    }

    // Byte j holds code j and, above it, the one half a unit later.
    template <std::size_t unit>
    static void put_codes(std::uint8_t* to, const float* x, float scale, Bits& clipped) {
        const Fp4Coder<V> coder(scale);
        std::uint8_t codes[unit];
        for (std::size_t i = 0; i < unit; i += 16) {
            Bits sixteen[16 / width];
            for (std::size_t j = 0; j < 16; j += width)
                sixteen[j / width] = coder.code(V::load(x + i + j), clipped);
            V::store_bytes(codes + i, sixteen);
        }
        for (std::size_t i = 0; i < unit / 2; i += 8) {
            std::uint64_t low;
            std::uint64_t high;
            __builtin_memcpy(&low, codes + i, 8);
            __builtin_memcpy(&high, codes + unit / 2 + i, 8);
            low |= high << 4;
            __builtin_memcpy(to + i, &low, 8);
        }
    }

    // Blocks of `units` scales, then the codes.
    template <std::size_t unit, std::size_t units, class ScalesOf>
    static void run_all(BlockRun& run, ScalesOf scales_of) {
        constexpr std::size_t batch = units > width ? units : width;
        constexpr std::size_t bytes = units + units * unit / 2;
        const std::size_t all = run.blocks * units;
        Bits clipped = V::set_bits(0);
        for (std::size_t first = 0; first < all; first += batch) {
            const std::size_t count = all - first < batch ? all - first : batch;
            alignas(64) float scale[batch];
            alignas(64) std::uint32_t code[batch];
            unsigned left = 0;
            for (std::size_t u = 0; u < count; u += width) {
                const Scales scales = scales_of(magnitudes<unit>(run.x + (first + u) * unit, count - u));
                V::store(scale + u, scales.scale);
                V::store_bits(code + u, scales.code);
                left |= V::which(scales.left) << u;
            }
            for (std::size_t u = 0; u < count; u += units) {
                const std::size_t block = (first + u) / units;
                run.left[block] = (left >> u & ((1U << units) - 1)) != 0 ? 1 : 0;
                if (run.left[block] != 0) continue;
                std::uint8_t* to = run.out + block * bytes;
                for (std::size_t i = 0; i < units; ++i) {
                    to[i] = static_cast<std::uint8_t>(code[u + i]);
                    put_codes<unit>(to + units + i * unit / 2, run.x + (first + u + i) * unit, scale[u + i],
                                    clipped);
                }
            }
        }
        run.clipped += Base::total(clipped);
    }
};

}  // namespace
}  // namespace halfstep::kernels
