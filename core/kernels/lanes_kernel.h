// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/kernel_types.h"

#include <cstddef>
#include <cstdint>

// The walk over a segment that every measuring kernel shares: a Quantizer says what becomes of x, a sink what
// is done with x and x̂. V is ScalarVector or an XsimdVector.
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

// Sums up what SegmentSums holds.
template <class V>
class SumsSink {
  public:
    SumsSink() {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            max_error_[k] = V::set(0);
            clipped_[k] = V::set(0);
            clear_floats(k);
        }
        for (auto& sum : wide_)
            for (auto& lane : sum)
                lane = V::set_double(0);
    }

    void begin(std::size_t /*first*/) {}

    void take(std::size_t k, typename V::Float x, typename V::Float reconstruction,
              typename V::Mask clipped) {
        const typename V::Float error = x - reconstruction;
        float_[error_squared][k] = float_[error_squared][k] + error * error;
        float_[value_squared][k] = float_[value_squared][k] + x * x;
        float_[product][k] = float_[product][k] + x * reconstruction;
        float_[quantized_squared][k] = float_[quantized_squared][k] + reconstruction * reconstruction;
        max_error_[k] = V::max(V::abs(error), max_error_[k]);
        // Exact: a lane of a segment has far fewer than 2^24 elements.
        clipped_[k] = clipped_[k] + V::choose(clipped, V::set(1), V::set(0));
    }

    // After every 128 elements.
    void flush() {
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            for (std::size_t which = 0; which < sums; ++which) {
                typename V::Double widened[V::doubles];
                V::widen(float_[which][k], widened);
                for (std::size_t j = 0; j < V::doubles; ++j)
                    wide_[which][k * V::doubles + j] = wide_[which][k * V::doubles + j] + widened[j];
            }
            clear_floats(k);
        }
    }

    void begin_tail(std::size_t /*first*/) {}
    void end_tail(std::size_t /*n*/) {}

    void finish(SegmentSums* into) {
        flush();
        into->error_squared = total(error_squared);
        into->value_squared = total(value_squared);
        into->product = total(product);
        into->quantized_squared = total(quantized_squared);
        float errors[lanes];
        float counts[lanes];
        for (std::size_t k = 0; k < vectors<V>; ++k) {
            V::store(errors + k * V::width, max_error_[k]);
            V::store(counts + k * V::width, clipped_[k]);
        }
        float max_error = 0;
        float count = 0;
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            max_error = errors[lane] > max_error ? errors[lane] : max_error;
            count += counts[lane];
        }
        into->max_abs_error = max_error;
        into->clipped = static_cast<std::uint64_t>(count);
    }

  private:
    enum Sum : std::size_t { error_squared, value_squared, product, quantized_squared, sums };

    void clear_floats(std::size_t k) {
        for (std::size_t which = 0; which < sums; ++which)
            float_[which][k] = V::set(0);
    }

    double total(Sum which) const {
        double values[lanes];
        for (std::size_t k = 0; k < vectors<V> * V::doubles; ++k)
            V::store_double(values + k * (V::width / V::doubles), wide_[which][k]);
        double sum = 0;
        for (const double value : values)
            sum += value;
        return sum;
    }

    typename V::Float float_[sums][vectors<V>];
    typename V::Float max_error_[vectors<V>];
    typename V::Float clipped_[vectors<V>];
    typename V::Double wide_[sums][vectors<V> * V::doubles];
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

    void take(std::size_t k, typename V::Float /*x*/, typename V::Float reconstruction,
              typename V::Mask clipped) {
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

template <class V, bool all_finite, class Quantizer, class Sink>
inline void visit_block(const float* x, Quantizer& quantizer, Sink& sink) {
    for (std::size_t k = 0; k < vectors<V>; ++k) {
        typename V::Float value = V::load(x + k * V::width);
        typename V::Float reconstruction;
        typename V::Mask clipped;
        if constexpr (all_finite) {
            quantizer.apply(k, value, reconstruction, clipped);
        } else {
            const typename V::Mask finite = V::abs(value) <= V::set(largest_float);
            value = V::choose(finite, value, V::set(0));
            quantizer.apply(k, value, reconstruction, clipped);
            reconstruction = V::choose(finite, reconstruction, V::set(0));
            clipped = V::both(clipped, finite);
        }
        sink.take(k, value, reconstruction, clipped);
    }
}

template <class V, bool all_finite, class Quantizer, class Sink>
inline void visit(const float* x, std::size_t n, Quantizer& quantizer, Sink& sink) {
    const std::size_t whole = n / lanes * lanes;
    std::size_t i = 0;
    while (i < whole) {
        const std::size_t end = whole - i < float_sum_elements ? whole : i + float_sum_elements;
        for (; i < end; i += lanes) {
            quantizer.begin(i);
            sink.begin(i);
            visit_block<V, all_finite>(x + i, quantizer, sink);
        }
        if (end % float_sum_elements == 0) sink.flush();
    }
    if (whole == n) return;
    const TailBlock tail(x + whole, n - whole, __builtin_nanf(""));
    quantizer.begin_tail(whole, n - whole);
    sink.begin_tail(whole);
    visit_block<V, false>(tail.value, quantizer, sink);
    sink.end_tail(n - whole);
}

template <class V, class Quantizer>
inline void measure_with(const float* x, std::size_t n, bool all_finite, Quantizer& quantizer,
                         SegmentSums* sums) {
    SumsSink<V> sink;
    if (all_finite)
        visit<V, true>(x, n, quantizer, sink);
    else
        visit<V, false>(x, n, quantizer, sink);
    sink.finish(sums);
}

template <class V, class Quantizer>
inline std::uint64_t reconstruct_with(const float* x, std::size_t n, Quantizer& quantizer,
                                      float* reconstruction, float* clipped) {
    StoreSink<V> sink(reconstruction, clipped);
    visit<V, false>(x, n, quantizer, sink);
    return sink.finish();
}

}  // namespace
}  // namespace halfstep::kernels
