// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range_mse.h"

#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double lowest_growth = 1.2;  // of t, between the first looks at clipping

// A power of two near max|x|, so that no square of a float32 underflows or overflows.
struct Norm {
    double unit = 1;
    float reciprocal = 1;

    explicit Norm(double abs_max) {
        const int exponent = std::clamp(std::ilogb(abs_max), -126, 126);
        unit = std::ldexp(1.0, exponent);
        reciprocal = std::ldexp(1.0F, -exponent);
    }
};

// Sums term(x)·weight over points; plain values in float32, several sums side by side, for rough figures.
template <class Term>
double rough_sum(const ScalePoints& points, Term term) {
    double sum = 0;
    if (points.plain.empty()) {
        for (std::size_t i = 0; i < points.values.size(); ++i)
            sum += points.weights[i] * static_cast<double>(term(static_cast<float>(points.values[i])));
        return sum;
    }
    constexpr std::size_t lanes = 8;
    constexpr std::size_t block = 1024;
    const std::span<const float> values = points.plain;
    for (std::size_t first = 0; first < values.size(); first += block) {
        const std::size_t end = std::min(first + block, values.size());
        std::array<float, lanes> sums{};
        std::size_t i = first;
        for (; i + lanes <= end; i += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                sums[lane] += term(values[i + lane]);
        for (; i < end; ++i)
            sums[0] += term(values[i]);
        sum += static_cast<double>(((sums[0] + sums[1]) + (sums[2] + sums[3])) +
                                   ((sums[4] + sums[5]) + (sums[6] + sums[7])));
    }
    return sum;
}

// Σ w(x − s·limit)² over the points beyond the window.
double clipping_error(const ScalePoints& points, const CodeWindow& window, double scale, const Norm& norm) {
    const auto high = static_cast<float>(window.hi * scale);
    const auto low = static_cast<float>(window.lo * scale);
    return norm.unit * norm.unit * rough_sum(points, [high, low, &norm](float x) {
               const float over = (x - std::max(low, std::min(high, x))) * norm.reciprocal;
               return over * over;
           });
}

// Σ w(x − x̂)² with the scale 1/t.
double error_at(const ScalePoints& points, const CodeWindow& window, double t, const Norm& norm) {
    constexpr float shift = 0x1.8p23F;
    const auto high = static_cast<float>(window.hi);
    const auto low = static_cast<float>(window.lo);
    const auto reciprocal = static_cast<float>(t);
    const auto scale = static_cast<float>(1 / t);
    const float unit_reciprocal = norm.reciprocal;
    return norm.unit * norm.unit * rough_sum(points, [=](float x) {
               const float clamped = std::max(low, std::min(high, x * reciprocal));
               const float error = (x - scale * ((clamped + shift) - shift)) * unit_reciprocal;
               return error * error;
           });
}

double magnitude_sum(const ScalePoints& points) {
    double sum = 0;
    for (std::size_t i = 0; i < points.size(); ++i)
        sum += std::fabs(points.value(i));
    return sum;
}

class Search {
  public:
    Search(const ScaleProblem& problem, ScaleScan& scratch, const JobContext& job)
        : scheme_(problem.scheme),
          points_(problem.points),
          min_(std::min(0.0, static_cast<double>(problem.limits.low))),
          max_(std::max(0.0, static_cast<double>(problem.limits.high))),
          value_squared_(problem.value_squared),
          magnitude_sum_(magnitude_sum(problem.points)),
          norm_(std::max(max_, -min_)),
          scan_(scratch),
          job_(job),
          coarse_(problem.basins) {}

    BestCandidates run() {
        if (scheme_.symmetry == Symmetry::asym)
            search_asymmetric();
        else
            search_symmetric();
        BestCandidates refined(BestCandidates::capacity);
        for (const ScaleCandidate& candidate : coarse_.list())
            refine(candidate, refined);
        return refined;
    }

  private:
    void search_symmetric() {
        const CodeLimits codes = code_limits(scheme_);
        const CodeWindow window{static_cast<double>(codes.qmin), static_cast<double>(codes.qmax)};
        // The largest t that clips nothing. Above twice its scale every grid is part of one with half the
        // step.
        const double unclipped = 1 / std::max(max_ / window.hi, min_ / window.lo);
        double least = value_squared_;
        int worse = 0;
        for (double t = unclipped; worse < 2; t *= lowest_growth) {
            const double error = error_at(points_, window, t, norm_);
            worse = error < least ? 0 : worse + 1;
            least = std::min(least, error);
        }
        scan({unclipped * smallest_share(), clipping_bound(window, unclipped, least), 0}, window);
    }

    void search_asymmetric() {
        const double top = static_cast<double>(code_limits(scheme_).qmax);
        const double width = max_ - min_;
        // Where the codes of all points fit, the zero-point does not matter.
        scan_unclipped(top, width);
        double least = value_squared_;
        if (!coarse_.list().empty()) least = coarse_.list().front().error;
        const double from = (top - 1) / width;
        const double middle = std::clamp(std::nearbyint(-min_ * top / width), 0.0, top);
        for (double zero = middle; zero <= top && scan_clipped(zero, top, from, least); ++zero) {
        }
        for (double zero = middle - 1; zero >= 0 && scan_clipped(zero, top, from, least); --zero) {
        }
    }

    void scan_unclipped(double top, double width) {
        const ScaleScan::Interval interval =
            with_bins({top / width * smallest_share(), (top + 1) / width, 0});
        scan_.start(interval, {-top, top});
        add_points();
        scan_.visit_edges([&](double t, const CodeSums& sums) {
            const double low = std::nearbyint(min_ * t);
            if (std::nearbyint(max_ * t) - low > top) return;
            const BestScale fit = best_scale(sums, value_squared_, scheme_.scale_storage);
            coarse_.offer({fit.error, t, fit.scale, interval.bin_width(), {low, low + top}});
        });
    }

    // False where this zero-point clips so much that it can be of no use.
    bool scan_clipped(double zero, double top, double from, double least) {
        const CodeWindow window{-zero, top - zero};
        if (clipping_error(points_, window, 1 / from, norm_) >= least) return false;
        scan({from, clipping_bound(window, from, least), 0}, window);
        return true;
    }

    // A t from which on clipping alone costs more than `least`.
    double clipping_bound(const CodeWindow& window, double from, double least) const {
        double high = from * lowest_growth;
        double low = from;
        for (int i = 0; i < 400 && clipping_error(points_, window, 1 / high, norm_) < least; ++i) {
            low = high;
            high *= lowest_growth;
        }
        for (int i = 0; i < 4; ++i) {
            const double middle = (low + high) / 2;
            (clipping_error(points_, window, 1 / middle, norm_) < least ? low : high) = middle;
        }
        return high;
    }

    // The smallest t to look at as a share of the largest that clips nothing: one half, unless codes are so
    // many that the error, n·s²/12 but for a chance of some 1/√n, cannot vary that much.
    double smallest_share() const {
        if (scheme_.bits <= 8) return 0.5;
        return std::max(0.5, 1 - 5 / std::sqrt(static_cast<double>(points_.size())));
    }

    ScaleScan::Interval with_bins(ScaleScan::Interval interval) const {
        constexpr double bins_per_wave = 16;  // of the error over t, whose period is 1/|x|
        const double events = magnitude_sum_ * (interval.to - interval.from);
        const double waves = (max_ - min_) * (interval.to - interval.from);
        const double few =
            std::min(8 * events, 256 + events);  // short units: every event in a bin of its own
        const double bins = std::max(few, std::min(events / 2, 256 + bins_per_wave * waves));
        interval.bins = static_cast<std::size_t>(std::clamp(bins, 16.0, 0x1p22));
        return interval;
    }

    void scan(const ScaleScan::Interval& interval, const CodeWindow& window) {
        scan_.start(with_bins(interval), window);
        add_points();
        offer_edges(scan_, value_squared_, scheme_.scale_storage, coarse_);
    }

    void add_points() {
        constexpr std::size_t step = 65536;
        for (std::size_t first = 0; first < points_.size(); first += step) {
            job_.throw_if_stopped();
            scan_.add(points_.part(first, std::min(step, points_.size() - first)));
        }
    }

    void refine(const ScaleCandidate& candidate, BestCandidates& into) {
        into.offer(candidate);
        ScaleScan::Interval interval{std::max(candidate.t - candidate.bin_width, candidate.t / 2),
                                     candidate.t + candidate.bin_width, 0};
        const double events = magnitude_sum_ * (interval.to - interval.from);
        interval.bins = static_cast<std::size_t>(std::clamp(4 * events, 8.0, 4096.0));
        scan_.start(interval, candidate.window);
        add_points();
        offer_edges(scan_, value_squared_, scheme_.scale_storage, into);
    }

    const Scheme& scheme_;
    const ScalePoints points_;
    double min_;
    double max_;
    double value_squared_;
    double magnitude_sum_;
    Norm norm_;
    ScaleScan& scan_;
    const JobContext& job_;
    BestCandidates coarse_;
};

}  // namespace

BestCandidates search_scales(const ScaleProblem& problem, ScaleScan& scratch, const JobContext& job) {
    return Search(problem, scratch, job).run();
}

double rounding_error(std::span<const float> values, const UnitGrid& grid, const CodeLimits& codes) {
    constexpr float shift = 0x1.8p23F;  // added and taken away it rounds to an integer
    constexpr std::size_t lanes = 8;
    const float reciprocal = grid.scale == 0 ? 0.0F : 1.0F / grid.scale;
    const auto low = static_cast<float>(codes.qmin - grid.zero_point);
    const auto high = static_cast<float>(codes.qmax - grid.zero_point);
    const auto square = [&](float x) {
        const float clamped = std::max(low, std::min(high, x * reciprocal));
        const double error =
            static_cast<double>(x) - static_cast<double>(grid.scale * ((clamped + shift) - shift));
        return error * error;
    };
    std::array<double, lanes> sums{};
    std::size_t i = 0;
    for (; i + lanes <= values.size(); i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += square(values[i + lane]);
    for (; i < values.size(); ++i)
        sums[0] += square(values[i]);
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

std::vector<EstimatedGrid> stored_grids(const Scheme& scheme, std::span<const ScaleCandidate> candidates) {
    std::vector<EstimatedGrid> grids;
    const auto add = [&](float scale, const ScaleCandidate& candidate) {
        scale = usable_scale(scale);
        EstimatedGrid result{{scale, 0}, false};
        if (scheme.symmetry == Symmetry::asym && scale != 0)
            result.grid.zero_point = static_cast<std::int32_t>(-candidate.window.lo);
        grids.push_back(result);
    };
    for (const ScaleCandidate& candidate : candidates) {
        const auto scale = static_cast<float>(candidate.scale);
        if (scheme.scale_storage != ScaleStorage::s16) {
            add(scale, candidate);
            continue;
        }
        const std::uint16_t bits = f32_to_f16(scale);
        const float near = f16_to_f32(bits);
        if (scale != 0 && (near == 0 || !std::isfinite(near))) {
            grids.push_back({{near, 0}, true});
            continue;
        }
        add(near, candidate);
        const float other = f16_to_f32(static_cast<std::uint16_t>(near < scale ? bits + 1 : bits - 1));
        if (near != scale && other != 0 && std::isfinite(other)) add(other, candidate);
    }
    return grids;
}

}  // namespace halfstep
