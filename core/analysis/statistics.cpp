// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/statistics.h"

#include "core/analysis/moments.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/kernels/kernel_table.h"
#include "core/quantize/block_reader.h"
#include "core/quantize/element_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace halfstep {
namespace {

using kernels::block_elements;

struct Block {
    std::size_t tensor = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

struct BlockStatistics {
    CentralMoments moments;
    double min = 0;
    double max = 0;
    std::uint64_t zeros = 0;
    std::uint64_t nans = 0;
    std::uint64_t infs = 0;
    std::optional<std::uint64_t> first_non_finite;

    void take_limits(double value, bool first) {
        min = first ? value : std::min(min, value);
        max = first ? value : std::max(max, value);
    }
};

CentralMoments moments_of(std::span<const float> finite) {
    const kernels::KernelTable& kernel = kernels::kernel_table();
    const auto n = static_cast<double>(finite.size());
    if (finite.empty()) return {};
    kernels::PowerSums sums{};
    kernel.sum_powers(finite.data(), finite.size(), 0, &sums);
    const double centre = sums.d1 / n;
    kernel.sum_powers(finite.data(), finite.size(), centre, &sums);
    return CentralMoments::about(centre, n, sums.d1, sums.d2, sums.d3, sums.d4);
}

CentralMoments moments_of(std::span<const double> finite) {
    const auto n = static_cast<double>(finite.size());
    if (finite.empty()) return {};
    double centre = 0;
    for (const double value : finite)
        centre += value / n;
    double d1 = 0;
    double d2 = 0;
    double d3 = 0;
    double d4 = 0;
    for (const double value : finite) {
        const double d = value - centre;
        d1 += d;
        d2 += d * d;
        d3 += d * d * d;
        d4 += d * d * d * d;
    }
    return CentralMoments::about(centre, n, d1, d2, d3, d4);
}

// What one thread works with.
class BlockWorker {
  public:
    BlockStatistics run(const Model& model, const TensorInfo& tensor, const Block& block) {
        return tensor.dtype == DType::f64 ? of_doubles(model, tensor, block)
                                          : of_floats(model, tensor, block);
    }

  private:
    BlockStatistics of_floats(const Model& model, const TensorInfo& tensor, const Block& block) {
        reader_.load_in_file_order(model, tensor, block.first, block.count);
        std::span<const float> values = reader_.window(block.first, block.count).values;
        kernels::RangeSummary range{};
        kernels::kernel_table().find_range(values.data(), values.size(), &range);
        BlockStatistics result;
        result.min = static_cast<double>(range.min);
        result.max = static_cast<double>(range.max);
        result.zeros = range.zeros;
        result.nans = range.nans;
        result.infs = range.infs;
        if (range.finite != values.size()) {
            result.first_non_finite = block.first + range.first_non_finite;
            floats_.clear();
            std::copy_if(values.begin(), values.end(), std::back_inserter(floats_),
                         [](float x) { return std::isfinite(x); });
            values = floats_;
        }
        result.moments = moments_of(values);
        return result;
    }

    BlockStatistics of_doubles(const Model& model, const TensorInfo& tensor, const Block& block) {
        doubles_.resize(static_cast<std::size_t>(block.count));
        model.read_doubles(tensor, block.first, doubles_);
        BlockStatistics result;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < doubles_.size(); ++i) {
            const double value = doubles_[i];
            if (std::isfinite(value)) {
                result.take_limits(value, kept == 0);
                result.zeros += value == 0 ? 1 : 0;
                doubles_[kept++] = value;
                continue;
            }
            if (!result.first_non_finite) result.first_non_finite = block.first + i;
            ++(std::isnan(value) ? result.nans : result.infs);
        }
        result.moments = moments_of(std::span<const double>(doubles_).first(kept));
        return result;
    }

    BlockReader reader_;
    std::vector<float> floats_;
    std::vector<double> doubles_;
};

// Statistics of a tensor from those of its blocks, in order.
class Combined {
  public:
    void add(const BlockStatistics& block) {
        all_.zeros += block.zeros;
        all_.nans += block.nans;
        all_.infs += block.infs;
        if (!all_.first_non_finite) all_.first_non_finite = block.first_non_finite;
        if (block.moments.count == 0) return;
        const bool first = all_.moments.count == 0;
        all_.take_limits(block.min, first);
        all_.take_limits(block.max, false);
        all_.moments += block.moments;
    }

    TensorStatistics result() const {
        TensorStatistics statistics;
        statistics.count = static_cast<std::uint64_t>(all_.moments.count);
        statistics.min = all_.min;
        statistics.max = all_.max;
        statistics.abs_max = std::max(std::fabs(all_.min), std::fabs(all_.max));
        statistics.zeros = all_.zeros;
        statistics.nans = all_.nans;
        statistics.infs = all_.infs;
        statistics.first_non_finite = all_.first_non_finite;
        // Equal values have no deviation, whatever the rounding of their mean says.
        const bool constant = all_.min == all_.max;
        statistics.mean = constant ? all_.min : all_.moments.mean;
        statistics.std = constant ? 0 : all_.moments.std();
        statistics.kurtosis = constant ? 0 : all_.moments.kurtosis();
        return statistics;
    }

  private:
    BlockStatistics all_;
};

std::vector<TensorStatistics> statistics_of(const Model& model, std::span<const TensorInfo* const> tensors,
                                            const JobContext& job) {
    std::vector<Block> blocks;
    ElementProgress progress(job);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        progress.expect(tensors[i]->elements);
        for (std::uint64_t first = 0; first < tensors[i]->elements; first += block_elements)
            blocks.push_back(
                {i, first, std::min<std::uint64_t>(block_elements, tensors[i]->elements - first)});
    }
    std::vector<BlockStatistics> found(blocks.size());
    std::vector<BlockWorker> workers(job.thread_count());
    parallel_for(blocks.size(), progress.quiet_job(), [&](std::size_t index, unsigned worker) {
        const Block& block = blocks[index];
        found[index] = workers[worker].run(model, *tensors[block.tensor], block);
        progress.add(block.count);
    });
    std::vector<Combined> combined(tensors.size());
    for (std::size_t i = 0; i < blocks.size(); ++i)
        combined[blocks[i].tensor].add(found[i]);
    std::vector<TensorStatistics> results;
    for (const Combined& one : combined)
        results.push_back(one.result());
    return results;
}

}  // namespace

TensorStatistics compute_statistics(const Model& model, const TensorInfo& tensor, const JobContext& job) {
    if (!tensor.measurable())
        throw Error(fmt::format("tensors of type {} are not measured", tensor.dtype_name),
                    {model.path().string(), tensor.name, {}});
    const TensorInfo* const one[] = {&tensor};
    return statistics_of(model, one, job).front();
}

std::vector<std::optional<TensorStatistics>> compute_all_statistics(const Model& model,
                                                                    const JobContext& job) {
    std::vector<const TensorInfo*> measurable;
    for (const TensorInfo& tensor : model.tensors())
        if (tensor.measurable()) measurable.push_back(&tensor);
    const std::vector<TensorStatistics> found = statistics_of(model, measurable, job);
    std::vector<std::optional<TensorStatistics>> results(model.tensors().size());
    for (std::size_t i = 0; i < found.size(); ++i)
        results[static_cast<std::size_t>(measurable[i] - model.tensors().data())] = found[i];
    return results;
}

}  // namespace halfstep
