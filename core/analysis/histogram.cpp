// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/histogram.h"

#include "core/analysis/bin_counter.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/kernels/kernel_types.h"

#include <fmt/format.h>

#include <algorithm>

namespace halfstep {

Histogram compute_histogram(const Model& model, const TensorInfo& tensor, double low, double high,
                            std::size_t bins, const JobContext& job) {
    if (!tensor.measurable())
        throw Error(fmt::format("tensors of type {} are not measured", tensor.dtype_name),
                    {model.path().string(), tensor.name, {}});
    constexpr std::uint64_t block = kernels::block_elements;
    const unsigned threads = job.thread_count();
    std::vector<std::vector<float>> values(threads);
    std::vector<BinCounter> counters(threads, BinCounter(low, high, bins));
    parallel_for(
        static_cast<std::size_t>((tensor.elements + block - 1) / block), job,
        [&](std::size_t index, unsigned worker) {
            const std::uint64_t first = index * block;
            values[worker].resize(static_cast<std::size_t>(std::min(block, tensor.elements - first)));
            model.read_floats(tensor, first, values[worker]);
            for (const float value : values[worker])
                counters[worker].add(static_cast<double>(value));
        });
    Histogram histogram = counters.front().histogram();
    for (std::size_t i = 1; i < counters.size(); ++i)
        add_counts(histogram, counters[i].histogram());
    return histogram;
}

}  // namespace halfstep
