// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"

#include <cstddef>
#include <cstdint>

// The walk over a segment that every measuring kernel shares: a Quantizer says what becomes of x. begin(i) is
// told before the 16 elements from i on, begin_tail(i, n) where only n of them may be there; run_clips() is
// asked before the next 128: where none of their codes is clipped, apply<false> is enough. V is ScalarVector
// or an XsimdVector.
namespace halfstep::kernels {
namespace {

inline constexpr std::size_t float_sum_elements = 8 * lanes;
inline constexpr float largest_float = 0x1.fffffep127F;
inline constexpr float infinity = __builtin_inff();

template <class V>
inline constexpr std::size_t vectors = lanes / V::width;

// The last elements of a segment as a whole block of 16. Padding with NaN makes the spare lanes non-finite
// elements, which count for nothing.
struct TailBlock {
    TailBlock(const float* from, std::size_t n, float padding) {
        for (std::size_t i = 0; i < lanes; ++i)
            value[i] = i < n ? from[i] : padding;
    }
    float value[lanes];
};

// One of 16 lanes: the upper half is folded onto the lower one until one is left.
template <class T, class Fold>
inline T folded(T* lane, Fold fold) {
    for (std::size_t half = lanes / 2; half != 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i)
            lane[i] = fold(lane[i], lane[i + half]);
    return lane[0];
}

template <class V>
inline double sum_of_lanes(const typename V::Double* lane) {
    double values[lanes];
    for (std::size_t k = 0; k < vectors<V> * V::doubles; ++k)
        V::store_double(values + k * (V::width / V::doubles), lane[k]);
    return folded(values, [](double a, double b) { return a + b; });
}

// Lanes in double, and how float sums over 128 elements get there.
template <class V, std::size_t sums>
class WideLanes {
  public:
    WideLanes() {
        for (auto& sum : lane_)
            for (auto& lane : sum)
                lane = V::set_double(0);
    }

    void add(std::size_t which, const typename V::Float* floats) {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            typename V::Double widened[V::doubles];
            V::widen(floats[k], widened);
            for (std::size_t j = 0; j < V::doubles; ++j)
                lane_[which][k * V::doubles + j] = lane_[which][k * V::doubles + j] + widened[j];
        }
    }

    double total(std::size_t which) const { return sum_of_lanes<V>(lane_[which]); }

  private:
    typename V::Double lane_[sums][vectors<V> * V::doubles];
};

// Sums up what SegmentSums holds.
template <class V>
class ErrorLanes {
  public:
    // What goes on in registers, over up to 128 elements.
    struct Run {
        Run() {
            for (std::size_t k = 0; k < vectors<V>; ++k) {
                error_squared[k] = product[k] = max_error[k] = V::set(0);
                clipped[k] = V::set_bits(0);
            }
        }

        // `starts` where the float sums begin.
        template <bool count_clipped>
        void take(std::size_t k, bool starts, typename V::Float x, typename V::Float reconstruction,
                  typename V::Mask is_clipped) {
            const typename V::Float error = x - reconstruction;
            const typename V::Float squared = error * error;
            const typename V::Float both = x * reconstruction;
            error_squared[k] = starts ? squared : error_squared[k] + squared;
            product[k] = starts ? both : product[k] + both;
            max_error[k] = V::max_abs(max_error[k], error);
            if constexpr (count_clipped) clipped[k] = V::count(clipped[k], is_clipped);
        }

        typename V::Float error_squared[vectors<V>];
        typename V::Float product[vectors<V>];
        typename V::Float max_error[vectors<V>];
        typename V::Bits clipped[vectors<V>];
    };

    ErrorLanes() {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            max_error_[k] = V::set(0);
            clipped_[k] = V::set_bits(0);
        }
    }

    template <bool count_clipped>
    void end(const Run& run) {
        wide_.add(0, run.error_squared);
        wide_.add(1, run.product);
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            max_error_[k] = V::max(run.max_error[k], max_error_[k]);
            if constexpr (count_clipped) clipped_[k] = clipped_[k] + run.clipped[k];
        }
    }

    void finish(SegmentSums* into) const {
        into->error_squared = wide_.total(0);
        into->product = wide_.total(1);
        float errors[lanes];
        std::uint32_t counts[lanes];
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            V::store(errors + k * V::width, max_error_[k]);
            V::store_bits(counts + k * V::width, clipped_[k]);
        }
        into->max_abs_error = folded(errors, [](float a, float b) { return a > b ? a : b; });
        into->clipped = folded(counts, [](std::uint32_t a, std::uint32_t b) { return a + b; });
    }

  private:
    WideLanes<V, 2> wide_;
    typename V::Float max_error_[vectors<V>];
    typename V::Bits clipped_[vectors<V>];
};

// Writes x̂ and whether x was clipped.
template <class V>
class StoreSink {
  public:
    StoreSink(float* reconstruction, float* clipped)
        : reconstruction_(reconstruction), clipped_(clipped), count_(V::set(0)) {}

    void begin(std::size_t first) {
        to_ = reconstruction_ + first;
        clipped_to_ = clipped_ + first;
    }

    void take(std::size_t k, typename V::Float reconstruction, typename V::Mask clipped) {
        const typename V::Float flag = V::choose(clipped, V::set(1), V::set(0));
        V::store(to_ + k * V::width, reconstruction);
        V::store(clipped_to_ + k * V::width, flag);
        count_ = count_ + flag;
    }

    void flush() {
        float counts[V::width];
        V::store(counts, count_);
        for (const float count : counts)
            total_ += static_cast<std::uint64_t>(count);
        count_ = V::set(0);
    }

    void begin_tail(std::size_t first) {
        tail_first_ = first;
        to_ = tail_;
        clipped_to_ = clipped_tail_;
    }
    void end_tail(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            reconstruction_[tail_first_ + i] = tail_[i];
            clipped_[tail_first_ + i] = clipped_tail_[i];
        }
    }

    std::uint64_t finish() {
        flush();
        return total_;
    }

  private:
    float* reconstruction_;
    float* clipped_;
    float* to_ = nullptr;
    float* clipped_to_ = nullptr;
    std::size_t tail_first_ = 0;
    float tail_[lanes];
    float clipped_tail_[lanes];
    typename V::Float count_;
    std::uint64_t total_ = 0;
};

// One vector through a quantizer: x̂ and whether the code was clipped; a non-finite x counts as 0 without
// error.
template <class V, bool all_finite, bool may_clip, class Quantizer>
inline typename V::Float quantize(std::size_t k, typename V::Float& value, const Quantizer& quantizer,
                                  typename V::Mask& clipped) {
    typename V::Float reconstruction;
    if constexpr (all_finite) {
        quantizer.template apply<may_clip>(k, value, reconstruction, clipped);
    } else {
        const typename V::Mask finite = V::abs(value) <= V::set(largest_float);
        value = V::choose(finite, value, V::set(0));
        quantizer.template apply<may_clip>(k, value, reconstruction, clipped);
        reconstruction = V::choose(finite, reconstruction, V::set(0));
        clipped = V::both(clipped, finite);
    }
    return reconstruction;
}

// Measures 128 elements.
template <class V, bool all_finite, bool may_clip, class Quantizer>
inline void measure_run(const Segment& segment, std::size_t first, Quantizer& quantizer,
                        ErrorLanes<V>& sums) {
    const float* x = segment.x;
    const char* ahead = static_cast<const char*>(segment.ahead) + first / lanes * segment.ahead_step;
    typename ErrorLanes<V>::Run run;
#pragma GCC unroll 8
    for (std::size_t block = 0; block < float_sum_elements / lanes; ++block) {
        quantizer.begin(first + block * lanes);
        __builtin_prefetch(ahead + block * segment.ahead_step, 0, 3);
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            typename V::Float value = V::load(x + first + block * lanes + k * V::width);
            typename V::Mask clipped = V::none();
            const typename V::Float reconstruction =
                quantize<V, all_finite, may_clip>(k, value, quantizer, clipped);
            run.template take<may_clip>(k, block == 0, value, reconstruction, clipped);
        }
    }
    sums.template end<may_clip>(run);
}

template <class V, bool all_finite, class Quantizer>
inline void measure_segment(const Segment& segment, Quantizer& quantizer, ErrorLanes<V>& sums) {
    const std::size_t n = segment.n;
    std::size_t i = 0;
    for (; i + float_sum_elements <= n; i += float_sum_elements)
        if (quantizer.run_clips())
            measure_run<V, all_finite, true>(segment, i, quantizer, sums);
        else
            measure_run<V, all_finite, false>(segment, i, quantizer, sums);
    if (i == n) return;
    // The last blocks one by one, the very last one padded.
    typename ErrorLanes<V>::Run run;
    for (bool starts = true; i < n; i += lanes, starts = false) {
        const std::size_t left = n - i < lanes ? n - i : lanes;
        const TailBlock tail(segment.x + i, left, __builtin_nanf(""));
        quantizer.begin_tail(i, left);
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            typename V::Float value = V::load(tail.value + k * V::width);
            typename V::Mask clipped = V::none();
            const typename V::Float reconstruction = quantize<V, false, true>(k, value, quantizer, clipped);
            run.template take<true>(k, starts, value, reconstruction, clipped);
        }
    }
    sums.template end<true>(run);
}

template <class V, class Quantizer>
inline void reconstruct_block(const float* x, Quantizer& quantizer, StoreSink<V>& sink) {
    for (std::size_t k = 0; k < vectors<V>; ++k) {
        typename V::Float value = V::load(x + k * V::width);
        typename V::Mask clipped = V::none();
        const typename V::Float reconstruction = quantize<V, false, true>(k, value, quantizer, clipped);
        sink.take(k, reconstruction, clipped);
    }
}

template <class V, class Quantizer>
inline void measure_with(const Segment& segment, Quantizer& quantizer, SegmentSums* sums) {
    ErrorLanes<V> lane_sums;
    if (segment.all_finite)
        measure_segment<V, true>(segment, quantizer, lane_sums);
    else
        measure_segment<V, false>(segment, quantizer, lane_sums);
    lane_sums.finish(sums);
}

// The same by a quantizer that is made of `parameters`.
template <class V, class Quantizer, class Parameters>
inline void measure_as(const Segment& segment, const Parameters& parameters, SegmentSums* sums) {
    Quantizer quantizer(parameters);
    measure_with<V>(segment, quantizer, sums);
}

template <class V, class Quantizer>
inline std::uint64_t reconstruct_with(const float* x, std::size_t n, Quantizer& quantizer,
                                      float* reconstruction, float* clipped) {
    StoreSink<V> sink(reconstruction, clipped);
    const std::size_t whole = n / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
        quantizer.begin(i);
        sink.begin(i);
        reconstruct_block(x + i, quantizer, sink);
        if ((i + lanes) % float_sum_elements == 0) sink.flush();
    }
    if (whole != n) {
        const TailBlock tail(x + whole, n - whole, __builtin_nanf(""));
        quantizer.begin_tail(whole, n - whole);
        sink.begin_tail(whole);
        reconstruct_block(tail.value, quantizer, sink);
        sink.end_tail(n - whole);
    }
    return sink.finish();
}

}  // namespace
}  // namespace halfstep::kernels
