// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moment_counter.h"
#include "core/base/parallel.h"
#include "core/model_files/row_reader.h"

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
    // Of a whole tensor the order does not matter.
    const bool in_rows = count != tensor.elements;
    struct Worker {
        std::optional<MomentCounter> counter;
        RowReader rows;
        std::vector<float> values;
        std::vector<std::uint16_t> patterns;
    };
    std::vector<Worker> workers(job.thread_count());
    const std::uint64_t blocks = (count + block_elements - 1) / block_elements;
    parallel_for(blocks, job, [&](std::size_t block, unsigned index) {
        Worker& worker = workers[index];
        if (!worker.counter) worker.counter.emplace(tensor.dtype);
        const std::uint64_t begin = block * block_elements;
        const auto n = static_cast<std::size_t>(std::min(block_elements, count - begin));
        if (worker.counter->takes_patterns(tensor.dtype)) {
            worker.patterns.resize(n);
            if (in_rows)
                worker.rows.read_patterns(model, tensor, first + begin, worker.patterns);
            else
                model.read_bytes(tensor, begin * sizeof(std::uint16_t),
                                 std::as_writable_bytes(std::span(worker.patterns)));
            worker.counter->add_patterns(worker.patterns);
        } else {
            worker.values.resize(n);
            if (in_rows)
                worker.rows.read_floats(model, tensor, first + begin, worker.values);
            else
                model.read_floats(tensor, begin, worker.values);
            worker.counter->add(worker.values);
        }
    });
    MomentCounter all(tensor.dtype);
    for (Worker& worker : workers)
        if (worker.counter) all.merge(*worker.counter);
    return all.finish();
}

}  // namespace halfstep
