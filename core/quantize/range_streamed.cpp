// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/order_statistics.h"
#include "core/quantize/range.h"
#include "core/quantize/range_limits.h"
#include "core/quantize/range_mse.h"
#include "core/quantize/range_of_table.h"
#include "core/quantize/streamed_values.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace halfstep {
namespace {

// Below this a float32 unit is simply held in memory.
constexpr std::uint64_t most_held = std::uint64_t{1} << 22U;

EstimatedGrid streamed_kl_grid(const Scheme& scheme, const StreamedValues& values, const Limits& limits) {
    std::vector<MagnitudeHistogram> histograms(values.workers(), MagnitudeHistogram(limits.abs_max()));
    values.for_each_block(
        [&](std::size_t, unsigned worker, std::span<const float> block) { histograms[worker].add(block); });
    for (std::size_t worker = 1; worker < histograms.size(); ++worker)
        histograms[0].merge(histograms[worker]);
    const Limits inner = limited_to(limits, histograms[0].entropy_limit(scheme.bits));
    return grid_from_limits(scheme, inner.low, inner.high);
}

EstimatedGrid streamed_log_grid(const Scheme& scheme, const StreamedValues& values) {
    std::vector<LogMoments> segments(StreamedValues::most_segments, LogMoments(scheme));
    values.for_each_in_segments([&](std::size_t segment, std::span<const float> block) {
        for (const float x : block)
            if (std::isfinite(x)) segments[segment].add(static_cast<double>(x), 1, 0);
    });
    for (std::size_t segment = 1; segment < segments.size(); ++segment)
        segments[0].merge(segments[segment]);
    return segments[0].best();
}

// The scale that the table finds best, bettered on the values: scales evenly spaced in the logarithm an
// octave to each side, then those between the neighbours of the best one.
class StreamedFloatSearch {
  public:
    StreamedFloatSearch(const Scheme& scheme, const StreamedValues& values)
        : values_(values), format_(small_float(scheme.float_format)) {}

    double better(double scale) const {
        const double spacing = std::exp2(1.0 / coarse);
        const double near = best_beside(scale, coarse, spacing);
        return best_beside(near, fine, std::pow(spacing, 1.0 / fine));
    }

  private:
    static constexpr int coarse = 32;
    static constexpr int fine = 16;

    // Of scale·spacing^k, |k| <= reach.
    double best_beside(double scale, int reach, double spacing) const {
        std::vector<double> scales;
        for (int k = -reach; k <= reach; ++k)
            scales.push_back(scale * std::pow(spacing, k));
        std::vector<std::vector<double>> errors(values_.blocks(), std::vector<double>(scales.size()));
        values_.for_each_block([&](std::size_t block, unsigned, std::span<const float> values) {
            for (std::size_t i = 0; i < scales.size(); ++i)
                errors[block][i] = float_rounding_error(values, format_, static_cast<float>(scales[i]));
        });
        std::vector<double> total(scales.size());
        for (const std::vector<double>& block : errors)
            for (std::size_t i = 0; i < scales.size(); ++i)
                total[i] += block[i];
        return scales[static_cast<std::size_t>(std::min_element(total.begin(), total.end()) - total.begin())];
    }

    const StreamedValues& values_;
    SmallFloat format_;
};

EstimatedGrid streamed_float_grid(const Scheme& scheme, const StreamedValues& values,
                                  const MomentTable& table) {
    double scale = search_table_float_scales(scheme, table, values.job()).list().front().scale;
    // The kernels' sums are in float32.
    if (table.abs_max() >= 0x1p-30 && table.abs_max() <= 0x1p40)
        scale = StreamedFloatSearch(scheme, values).better(scale);
    return stored_grid(scheme, usable_scale(static_cast<float>(scale)));
}

// The search of search_scales with its scans over values that are read anew for each.
class StreamedSearch {
  public:
    StreamedSearch(const Scheme& scheme, const StreamedValues& values, const MomentTable& table)
        : scheme_(scheme),
          values_(values),
          table_(table),
          quantum_(std::ldexp(1.0, std::ilogb(table.abs_max()) - 25)) {}

    EstimatedGrid run() {
        const BestCandidates coarse = search_table_scales(scheme_, table_, values_.job());
        constexpr std::size_t wide_bins = 65536;
        constexpr std::size_t narrow_bins = 4096;
        std::vector<Wanted> wanted;
        for (const PromisingInterval& one :
             promising_intervals(scheme_, table_, coarse.list(), values_.job()))
            wanted.push_back({{one.from, one.to, wide_bins}, one.window});
        BestCandidates edges(basins);
        scan(wanted, edges);
        wanted.clear();
        for (const ScaleCandidate& one : edges.list())
            wanted.push_back({{one.t - one.bin_width, one.t + one.bin_width, narrow_bins}, one.window});
        BestCandidates refined(basins);
        for (const ScaleCandidate& one : edges.list())
            refined.offer(one);
        scan(wanted, refined);
        return best_of(
            stored_grids(scheme_, refined.list().first(std::min<std::size_t>(4, refined.list().size()))));
    }

  private:
    static constexpr std::size_t basins = 8;

    struct Wanted {
        ScaleScan::Interval interval;
        CodeWindow window;
    };

    void scan(const std::vector<Wanted>& wanted, BestCandidates& best) const {
        std::vector<ScaleScan> fresh(wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i)
            fresh[i].start(wanted[i].interval, wanted[i].window, quantum_);
        std::vector<std::vector<ScaleScan>> scans(values_.workers(), fresh);
        values_.for_each_block([&](std::size_t, unsigned worker, std::span<const float> block) {
            const std::vector<float> finite = finite_only(block);
            for (ScaleScan& one : scans[worker])
                one.add({finite, {}, {}});
        });
        for (std::size_t worker = 1; worker < scans.size(); ++worker)
            for (std::size_t i = 0; i < wanted.size(); ++i)
                scans[0][i].merge(scans[worker][i]);
        for (const ScaleScan& one : scans[0])
            offer_edges(one, table_.value_squared(), scheme_.scale_storage, best);
    }

    EstimatedGrid best_of(const std::vector<EstimatedGrid>& grids) const {
        const auto lost =
            std::find_if(grids.begin(), grids.end(), [](const auto& g) { return g.scale_lost; });
        if (lost != grids.end()) return *lost;
        const CodeLimits codes = code_limits(scheme_);
        std::vector<std::vector<double>> errors(values_.blocks(), std::vector<double>(grids.size()));
        values_.for_each_block([&](std::size_t block, unsigned, std::span<const float> values) {
            const std::vector<float> finite = finite_only(values);
            for (std::size_t i = 0; i < grids.size(); ++i)
                errors[block][i] = rounding_error(finite, grids[i].grid, codes);
        });
        EstimatedGrid best;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < grids.size(); ++i) {
            double error = 0;
            for (const std::vector<double>& block : errors)
                error += block[i];
            if (error < least) {
                least = error;
                best = grids[i];
            }
        }
        return best;
    }

    static std::vector<float> finite_only(std::span<const float> values) {
        std::vector<float> finite;
        finite.reserve(values.size());
        std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
                     [](float x) { return std::isfinite(x); });
        return finite;
    }

    const Scheme& scheme_;
    const StreamedValues& values_;
    const MomentTable& table_;
    double quantum_;
};

}  // namespace

EstimatedGrid estimate_streamed_grid(const Scheme& scheme, const Model& model, const TensorInfo& tensor,
                                     std::uint64_t first, std::uint64_t count, const JobContext& job) {
    const StreamedValues values(model, tensor, first, count, job);
    if (count <= most_held && !MomentTable::is_exact_for(tensor.dtype)) {
        RangeScratch scratch;
        return estimate_grid(scheme, values.all(), scratch, values.job(), MseEffort::thorough);
    }
    const MomentTable table = MomentTable::build(model, tensor, first, count, values.job());
    const bool settled = table.exact() || scheme.range == Range::minmax || scheme.range == Range::clip;
    if (settled || table.abs_max() == 0) return estimate_table_grid(scheme, table, values.job());
    const Limits limits{static_cast<float>(table.min()), static_cast<float>(table.max())};
    if (scheme.range == Range::percentile) {
        const Limits inner = percentile_limits(scheme, table, &values);
        return grid_from_limits(scheme, inner.low, inner.high);
    }
    if (scheme.range == Range::kl) return streamed_kl_grid(scheme, values, limits);
    if (scheme.family == Family::logarithmic) return streamed_log_grid(scheme, values);
    if (scheme.family == Family::small_float) return streamed_float_grid(scheme, values, table);
    return StreamedSearch(scheme, values, table).run();
}

}  // namespace halfstep
