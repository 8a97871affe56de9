// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/kernels/blocks/scale_fit.h"

// ggml's make_q3_quants: codes of the scale that just holds all weights, then moved one by one, each to what
// is best with the others as they are, in up to five sweeps, or until one moves none. Weights count by their
// squares. With A = Σ w·x·code and B = Σ w·code², and a and b the same without one weight, its best code is
// round(x·b/a).
namespace halfstep::kernels {
namespace {

inline constexpr int descent_sweeps = 5;

// Which lanes a sweep may change, where the sums are positive: x·b/a is code + (x·B/A − code)·A/a, and so a
// code stays where |x·B/A − code| is below half of a/A = 1 − w·x·code/A; looked at with a margin of 1/200 for
// what roundings do. x·B/A is cut to [−largest, largest − 1] and a little more: beyond that the outermost
// code stays, too. `term_of(i)` is w·x·code.
template <class V, std::size_t n, class CodeOf, class TermOf>
typename V::Mask unsettled_lanes(const float* x, float largest, typename V::Float product,
                                 typename V::Float square, CodeOf code_of, TermOf term_of) {
    using Float = typename V::Float;
    const Float inverse = square / product;
    const Float half_share = V::set(0.5F) / product;
    Float farthest = V::set(0);
    for (std::size_t i = 0; i < n; ++i) {
        const Float exact = V::load(x + i * V::width) * inverse;
        const Float wanted = V::min(V::max(exact, V::set(-largest - 0.05F)), V::set(largest - 0.95F));
        farthest = V::max(farthest, V::abs(wanted - code_of(i)) + half_share * term_of(i));
    }
    return V::either(product < V::set(1e-25F), !(farthest < V::set(0.495F)));
}

template <class V>
typename V::Float first_code(typename V::Float value, typename V::Float inverse, float largest) {
    return V::min(nearest_whole_by_adding<V>(inverse * value), V::set(largest - 1));
}

// The codes before the first sweep, of n weights in every lane.
template <class V, std::size_t n>
struct FirstCodes {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;
    static constexpr std::size_t width = V::width;

    FirstCodes(const float* x, float largest) : extreme(x), inverse(V::set(-largest) / extreme.value) {
        Float a = V::set(0);
        Float b = V::set(0);
        for (std::size_t i = 0; i < n; ++i) {
            const Float value = V::load(x + i * width);
            const Float weight = value * value;
            const Float rounded = first_code<V>(value, inverse, largest);
            const Float product_term = weight * value * rounded;
            a = a + product_term;
            b = b + weight * rounded * rounded;
            code[i] = rounded;
            term[i] = product_term;
        }
        product = a;
        square = b;
    }

    // With a not positive no code moves, and all terms of A have one sign: no a is positive unless A is.
    Mask unsettled(const float* x, float largest) const {
        const Mask open = product > V::set(0);
        return V::both(open, unsettled_lanes<V, n>(
                                 x, largest, product, square, [this](std::size_t i) { return code[i]; },
                                 [this](std::size_t i) { return term[i]; }));
    }

    ExtremeOf<V, n> extreme;
    Float inverse;
    Float code[n];
    Float term[n];  // w·x·code
    Float product;
    Float square;
};

// The scale of some codes; NaN where sums leave float32's range.
template <class V>
typename V::Float scale_of_sums(typename V::Float product, typename V::Float square) {
    const auto weighed = square > V::set(0);
    const auto scale = V::choose(weighed, product / square, V::set(0));
    return V::choose(V::abs(product) + square < V::set(1e38F), scale, V::set(__builtin_nanf("")));
}

// One sweep over n weights in every lane.
template <class V, std::size_t n>
class CodeSweep {
    using Float = typename V::Float;
    using Mask = typename V::Mask;
    using Math = LaneMath<V>;

  public:
    Float product, square;
    Mask moved = V::none();      // some code
    Float farthest = V::set(0);  // of what was rounded

    void move(Float value, float largest, float* at) {
        const Float code = V::load(at);
        const Float weight = value * value;
        const Float weighted = weight * value;
        const Float without = product - weighted * code;
        const Float square_without = square - weight * code * code;
        const Mask wanted = without > V::set(0);
        const Float exact = value * square_without / without;
        farthest = V::max_abs(farthest, V::choose(wanted, exact, V::set(0)));
        const Float next = V::max(V::min(Math::round(exact), V::set(largest - 1)), V::set(-largest));
        const Float next_product = without + weighted * next;
        const Float next_square = square_without + weight * next * next;
        const Mask better = next_product * next_product * square > product * product * next_square;
        const Mask taken = V::both(V::both(wanted, next != code), V::both(next_square > V::set(0), better));
        V::store(at, V::choose(taken, next, code));
        product = V::choose(taken, next_product, product);
        square = V::choose(taken, next_square, square);
        moved = V::either(moved, taken);
    }

    // Whether another sweep may change something.
    Mask unsettled(const float* x, float largest, const float* codes) const {
        const auto code_of = [=](std::size_t i) { return V::load(codes + i * V::width); };
        const auto term_of = [=](std::size_t i) {
            const Float value = V::load(x + i * V::width);
            return value * value * value * code_of(i);
        };
        return V::both(moved, unsettled_lanes<V, n>(x, largest, product, square, code_of, term_of));
    }

    // NaN where a code could not be rounded.
    Float scale() const {
        return V::choose(Math::unroundable(farthest), V::set(__builtin_nanf("")),
                         scale_of_sums<V>(product, square));
    }
};

// All sweeps; gives n codes a lane.
template <class V, std::size_t n>
void descend(const float* x, float largest, float* codes) {
    const FirstCodes<V, n> first(x, largest);
    for (std::size_t i = 0; i < n; ++i)
        V::store(codes + i * V::width, first.code[i]);
    CodeSweep<V, n> sweep{first.product, first.square};
    for (int s = 0; s < descent_sweeps; ++s)
        for (std::size_t i = 0; i < n * V::width; i += V::width)
            sweep.move(V::load(x + i), largest, codes + i);
}

// Groups of n weights from here and there whose codes are to be moved: they fill vectors of their own, some
// at once, so that what one has to wait for fills the gaps of another. Groups that want another sweep wait
// again.
template <class V, std::size_t n>
class DescentQueue {
    using Float = typename V::Float;
    static constexpr std::size_t width = V::width;
    static constexpr std::size_t vectors = 4;  // at once
    static constexpr std::size_t together = vectors * width;

  public:
    explicit DescentQueue(float largest) : largest_(largest) {}

    // The group that stands in one lane; its weights once more in a row, from `x` on. Its scale will be
    // written to `scale`, at the latest when the queue is finished.
    void add(const FirstCodes<V, n>& first, std::size_t lane, const float* x, float* scale) {
        const std::size_t at = new_.count++;
        new_.from[at] = x;
        new_.scale[at] = scale;
        new_.product[at] = lane_of(first.product, lane);
        new_.square[at] = lane_of(first.square, lane);
        inverse_[at] = lane_of(first.inverse, lane);
        if (new_.count == together) sweep_new<vectors>();
    }

    void finish() {
        while (new_.count > width)
            sweep_new<vectors>();
        while (new_.count > 0)
            sweep_new<1>();
        while (again_.count > width)
            sweep_again<vectors>();
        while (again_.count > 0)
            sweep_again<1>();
    }

  private:
    template <std::size_t room>
    struct Waiting {
        std::size_t count = 0;
        const float* from[room];
        float* scale[room];
        alignas(64) float product[room] = {};
        alignas(64) float square[room] = {};
    };

    static float lane_of(const Float& v, std::size_t lane) {
        float value;
        __builtin_memcpy(&value, reinterpret_cast<const char*>(&v) + lane * sizeof value, sizeof value);
        return value;
    }

    template <std::size_t count>
    void sweep_new() {
        const auto load_codes = [this](std::size_t at, const float* x, float* codes) {
            const Float inverse = V::load(inverse_ + at);
            for (std::size_t i = 0; i < n * width; i += width)
                V::store(codes + i, first_code<V>(V::load(x + i), inverse, largest_));
        };
        sweep<count>(new_, load_codes, [](std::size_t /*at*/) { return 0; });
        while (again_.count >= together)
            sweep_again<vectors>();
    }

    template <std::size_t count>
    void sweep_again() {
        const auto load_codes = [this](std::size_t at, const float* /*x*/, float* codes) {
            const float* rows[width];
            for (std::size_t lane = 0; lane < width; ++lane)
                rows[lane] = row_[at + lane];
            spread<V, n>(rows, codes);
        };
        sweep<count>(again_, load_codes, [this](std::size_t at) { return sweeps_[at]; });
    }

    // Of the last groups that wait.
    template <std::size_t count, class From, class LoadCodes, class SweepsOf>
    void sweep(From& waiting, LoadCodes load_codes, SweepsOf sweeps_of) {
        const std::size_t taken = waiting.count < count * width ? waiting.count : count * width;
        const std::size_t first = waiting.count - taken;
        waiting.count = first;
        for (std::size_t i = first + taken; i < first + count * width; ++i)
            waiting.from[i] = waiting.from[first];
        CodeSweep<V, n> sweep[count];
        for (std::size_t v = 0; v < count; ++v) {
            const std::size_t at = first + v * width;
            float* x = x_ + v * n * width;
            spread<V, n>(waiting.from + at, x);
            load_codes(at, x, codes_ + v * n * width);
            sweep[v].product = V::load(waiting.product + at);
            sweep[v].square = V::load(waiting.square + at);
        }
        for (std::size_t i = 0; i < n * width; i += width)
            for (std::size_t v = 0; v < count; ++v)
                sweep[v].move(V::load(x_ + v * n * width + i), largest_, codes_ + v * n * width + i);
        for (std::size_t v = 0; v < count && v * width < taken; ++v) {
            const std::size_t lanes = taken - v * width < width ? taken - v * width : width;
            keep_unsettled(sweep[v], v, waiting, first + v * width, lanes, sweeps_of);
        }
    }

    template <class From, class SweepsOf>
    void keep_unsettled(const CodeSweep<V, n>& sweep, std::size_t v, const From& waiting, std::size_t first,
                        std::size_t lanes, SweepsOf sweeps_of) {
        const float* codes = codes_ + v * n * width;
        const unsigned unsettled = V::which(sweep.unsettled(x_ + v * n * width, largest_, codes));
        alignas(64) float scales[width];
        V::store(scales, sweep.scale());
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const std::size_t at = first + lane;
            const int sweeps = sweeps_of(at) + 1;
            if ((unsettled >> lane & 1U) == 0 || sweeps == descent_sweeps || scales[lane] != scales[lane]) {
                *waiting.scale[at] = scales[lane];
                continue;
            }
            const std::size_t to = again_.count++;
            again_.from[to] = waiting.from[at];
            again_.scale[to] = waiting.scale[at];
            again_.product[to] = lane_of(sweep.product, lane);
            again_.square[to] = lane_of(sweep.square, lane);
            sweeps_[to] = sweeps;
            for (std::size_t i = 0; i < n; ++i)
                row_[to][i] = codes[i * width + lane];
        }
    }

    float largest_;
    Waiting<together> new_;
    alignas(64) float inverse_[together] = {};
    Waiting<2 * together> again_;
    int sweeps_[2 * together];
    alignas(64) float row_[2 * together][n] = {};
    alignas(64) float x_[together * n];
    alignas(64) float codes_[together * n];
};

}  // namespace
}  // namespace halfstep::kernels
