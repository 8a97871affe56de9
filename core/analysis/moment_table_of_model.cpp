// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moment_counter.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <optional>

namespace halfstep {
namespace {

constexpr std::uint64_t block_elements = 65536;

}  // namespace

MomentTable MomentTable::build(const Model& model, const TensorInfo& tensor, const JobContext& job) {
    return build(model, tensor, 0, tensor.elements, job);
}

MomentTable MomentTable::build(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                               std::uint64_t count, const JobContext& job) {
    struct Worker {
        std::optional<MomentCounter> counter;
        std::vector<float> values;
    };
    std::vector<Worker> workers(job.thread_count());
    const std::uint64_t blocks = (count + block_elements - 1) / block_elements;
    parallel_for(blocks, job, [&](std::size_t block, unsigned index) {
        Worker& worker = workers[index];
        if (!worker.counter) {
            worker.counter.emplace(tensor.dtype);
            worker.values.resize(block_elements);
        }
        const std::uint64_t begin = block * block_elements;
        const std::span<float> values(worker.values.data(), std::min(block_elements, count - begin));
        model.read_floats(tensor, first + begin, values);
        worker.counter->add(values);
    });
    MomentCounter all(tensor.dtype);
    for (const Worker& worker : workers)
        if (worker.counter) all.merge(*worker.counter);
    return all.finish();
}

}  // namespace halfstep
