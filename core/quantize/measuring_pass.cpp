// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/measuring_pass.h"

#include "core/base/parallel.h"
#include "core/kernels/kernel_types.h"
#include "core/quantize/nested_scales.h"
#include "core/quantize/stretch_summary.h"
#include "core/quantize/weighted_sums.h"

#include <algorithm>

namespace halfstep {
namespace {

using kernels::block_elements;
using kernels::segment_elements;

// Enough to keep every thread busy; what is remembered of each stays small.
constexpr std::size_t most_reconstruction_parts = 512;

// A part of a tensor's elements: the stretches that begin in it are read together and worked on by one
// thread.
struct Part {
    std::size_t task = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

bool is_nested(const MeasuringTask::Entry& entry) {
    return entry.applied.scheme.scale_storage == ScaleStorage::dq;
}

std::size_t parts_of(const TensorInfo& tensor) {
    const std::uint64_t block = reading_block_elements(tensor);
    return static_cast<std::size_t>((tensor.elements + block - 1) / block);
}

Part part_of(const TensorInfo& tensor, std::size_t task, std::size_t index) {
    const std::uint64_t block = reading_block_elements(tensor);
    return {task, index * block, std::min((index + 1) * block, tensor.elements)};
}

// Elements to be read.
class Extent {
  public:
    void include(const UnitLayout& layout, const Stretch& stretch) {
        const Stretch covered = layout.covered(stretch);
        first_ = std::min(first_, covered.first);
        end_ = std::max(end_, covered.first + covered.count);
    }
    void include(const UnitLayout& layout, const Part& part) {
        layout.for_each_stretch(part.from, part.to,
                                [&](const Stretch& stretch) { include(layout, stretch); });
    }
    bool empty() const { return end_ <= first_; }
    std::uint64_t first() const { return first_; }
    std::uint64_t count() const { return end_ - first_; }

  private:
    std::uint64_t first_ = UINT64_MAX;
    std::uint64_t end_ = 0;
};

// What one thread works with.
struct Bench {
    BlockReader reader;
    StretchSummarizer summarizer;
    std::vector<StretchQuantizer> quantizers;  // one an entry
    std::vector<float> reconstruction;
    std::vector<float> clipped;
    std::vector<float> importance;
};

// The groups whose limits the schemes that are not flat will want.
std::size_t wanted_group(const MeasuringTask& task) {
    std::vector<std::uint64_t> units;
    for (const MeasuringTask::Entry& entry : task.entries) {
        const Scheme& scheme = entry.applied.scheme;
        if (has_scales(scheme) && scheme.granularity == Granularity::group)
            units.push_back(entry.applied.layout.unit_elements);
    }
    return StretchSummarizer::shared_group(units);
}

struct PartResult {
    ErrorSums sums;
    bool scale_lost = false;
    bool scale_overflow = false;
    WeightedSums weighted;
};

// The weighted sums of one segment, which the quantizer is at.
WeightedSums weigh_segment(const TensorImportance& importance, const Window& window, std::uint64_t first,
                           std::size_t n, StretchQuantizer& quantizer, Bench& bench) {
    bench.reconstruction.resize(segment_elements);
    bench.clipped.resize(segment_elements);
    bench.importance.resize(segment_elements);
    quantizer.reconstruct(first, n, bench.reconstruction.data(), bench.clipped.data());
    importance.fill(first, std::span(bench.importance).first(n));
    return weighted_sums(window.part(first, n), std::span(bench.reconstruction).first(n),
                         std::span(bench.importance).first(n));
}

void measure_stretch(const AppliedScheme& applied, const Window& window, const Stretch& stretch,
                     const JobContext& job, Bench& bench, StretchQuantizer& quantizer, PartResult& result) {
    job.throw_if_stopped();
    quantizer.start(applied, window, stretch, bench.summarizer.summary(), job);
    bench.summarizer.for_each_segment(
        stretch, [&](std::uint64_t first, std::size_t n, const kernels::ValueSummary& summary) {
            result.sums += quantizer.measure(first, n, summary);
            if (applied.importance != nullptr)
                result.weighted += weigh_segment(*applied.importance, window, first, n, quantizer, bench);
        });
    result.scale_lost = result.scale_lost || quantizer.scale_lost();
    result.scale_overflow = result.scale_overflow || quantizer.scale_overflow();
}

// Measures every entry whose layout is `flat` or not on the stretches of a part: all of them on one stretch,
// which stays in the cache, before the next.
void measure_stretches(const MeasuringTask& task, bool flat, const Part& part, const JobContext& job,
                       Bench& bench, std::span<PartResult> results) {
    const auto same_layout = [flat](const MeasuringTask::Entry& entry) {
        return entry.applied.layout.flat == flat;
    };
    const auto found = std::find_if(task.entries.begin(), task.entries.end(), same_layout);
    if (found == task.entries.end()) return;
    const std::size_t group = flat ? 0 : wanted_group(task);
    found->applied.layout.for_each_stretch(part.from, part.to, [&](const Stretch& stretch) {
        Extent extent;
        for (const MeasuringTask::Entry& entry : task.entries)
            if (same_layout(entry)) extent.include(entry.applied.layout, stretch);
        const Window window = bench.reader.window(extent.first(), extent.count());
        if (flat && !task.flat_summaries.empty())
            bench.summarizer.take(task.flat_summaries[stretch.first / segment_elements]);
        else
            bench.summarizer.look_at(window, stretch, group);
        for (std::size_t i = 0; i < task.entries.size(); ++i)
            if (same_layout(task.entries[i]))
                measure_stretch(task.entries[i].applied, window, stretch, job, bench, bench.quantizers[i],
                                results[i]);
    });
}

// What the schemes need of a part; false where that is nothing.
bool load_part(const Model& model, const MeasuringTask& task, const Part& part, Bench& bench) {
    Extent extent;
    for (const MeasuringTask::Entry& entry : task.entries)
        extent.include(entry.applied.layout, part);
    if (extent.empty()) return false;
    if (task.held.empty())
        bench.reader.load(model, *task.tensor, extent.first(), extent.count());
    else
        bench.reader.use_held(*task.tensor, extent.first(), extent.count(), task.held);
    return true;
}

// The scales of the units that begin in the part's stretches.
void find_scales_of_part(const Model& model, MeasuringTask& task, const Part& part, const JobContext& job,
                         Bench& bench) {
    if (!load_part(model, task, part, bench)) return;
    if (bench.quantizers.empty()) bench.quantizers.resize(1);
    StretchQuantizer& quantizer = bench.quantizers.front();
    for (MeasuringTask::Entry& entry : task.entries) {
        if (!is_nested(entry)) continue;
        // As yet without nested scales.
        const AppliedScheme applied{entry.applied.scheme, entry.applied.layout, {}};
        applied.layout.for_each_stretch(part.from, part.to, [&](const Stretch& stretch) {
            job.throw_if_stopped();
            const Stretch covered = applied.layout.covered(stretch);
            const Window window = bench.reader.window(covered.first, covered.count);
            bench.summarizer.look_at(window, stretch, 0);
            quantizer.start(applied, window, stretch, bench.summarizer.summary(), job);
            const StretchQuantizer::UnitScaleRun run = quantizer.scales_of_units();
            std::copy(run.scales.begin(), run.scales.end(),
                      entry.applied.nested_scales.begin() + static_cast<std::ptrdiff_t>(run.first));
        });
    }
}

// The results of every entry on the part's first block, then of every entry on the next. Blocks are the same
// however the tensor is stored, and so are the sums of what they give.
std::vector<PartResult> measure_part(const Model& model, const MeasuringTask& task, const Part& part,
                                     const JobContext& job, Bench& bench) {
    const std::size_t entries = task.entries.size();
    const auto blocks = static_cast<std::size_t>((part.to - part.from + block_elements - 1) / block_elements);
    std::vector<PartResult> results(blocks * entries);
    if (!load_part(model, task, part, bench)) return results;
    if (bench.quantizers.size() < entries) bench.quantizers.resize(entries);
    for (std::size_t block = 0; block < blocks; ++block) {
        const std::uint64_t from = part.from + block * block_elements;
        const Part one{part.task, from, std::min<std::uint64_t>(from + block_elements, part.to)};
        for (const bool flat : {true, false})
            measure_stretches(task, flat, one, job, bench,
                              std::span(results).subspan(block * entries, entries));
    }
    return results;
}

template <class Visit>
void reconstruct_block(const Model& model, const TensorInfo& tensor, const AppliedScheme& applied,
                       const Part& block, const JobContext& job, Bench& bench, Visit&& visit) {
    Extent extent;
    extent.include(applied.layout, block);
    if (extent.empty()) return;
    bench.reconstruction.resize(segment_elements);
    bench.clipped.resize(segment_elements);
    bench.quantizers.resize(1);
    StretchQuantizer& quantizer = bench.quantizers.front();
    bench.reader.load(model, tensor, extent.first(), extent.count());
    applied.layout.for_each_stretch(block.from, block.to, [&](const Stretch& stretch) {
        job.throw_if_stopped();
        const Stretch covered = applied.layout.covered(stretch);
        const Window window = bench.reader.window(covered.first, covered.count);
        bench.summarizer.look_at(window, stretch, 0);
        quantizer.start(applied, window, stretch, bench.summarizer.summary(), job);
        bench.summarizer.for_each_segment(
            stretch, [&](std::uint64_t first, std::size_t n, const kernels::ValueSummary&) {
                quantizer.reconstruct(first, n, bench.reconstruction.data(), bench.clipped.data());
                visit({first, window.part(first, n), std::span(bench.reconstruction).first(n),
                       std::span(bench.clipped).first(n), quantizer});
            });
    });
}

}  // namespace

std::uint64_t nesting_work(const MeasuringTask& task) {
    const bool any = std::any_of(task.entries.begin(), task.entries.end(), is_nested);
    return any ? task.tensor->elements : 0;
}

void find_nested_scales(const Model& model, std::span<MeasuringTask> tasks, ElementProgress& progress) {
    std::vector<Part> parts;
    for (std::size_t index = 0; index < tasks.size(); ++index) {
        MeasuringTask& task = tasks[index];
        if (nesting_work(task) == 0) continue;
        for (MeasuringTask::Entry& entry : task.entries)
            if (is_nested(entry)) {
                const MatrixShape shape = matrix_shape(*task.tensor);
                entry.applied.nested_scales.resize(static_cast<std::size_t>(
                    scale_units(entry.applied.scheme, shape.channels, shape.inputs)));
            }
        for (std::size_t i = 0; i < parts_of(*task.tensor); ++i)
            parts.push_back(part_of(*task.tensor, index, i));
    }
    const JobContext job = progress.quiet_job();
    std::vector<Bench> benches(job.thread_count());
    parallel_for(parts.size(), job, [&](std::size_t index, unsigned worker) {
        const Part& part = parts[index];
        find_scales_of_part(model, tasks[part.task], part, job, benches[worker]);
        progress.add(part.to - part.from);
    });
    for (MeasuringTask& task : tasks)
        for (MeasuringTask::Entry& entry : task.entries)
            if (is_nested(entry)) nest_scales(entry.applied.nested_scales);
}

void run_measuring_pass(const Model& model, std::span<MeasuringTask> tasks, ElementProgress& progress) {
    std::vector<Part> parts;
    for (std::size_t task = 0; task < tasks.size(); ++task)
        for (std::size_t i = 0; i < parts_of(*tasks[task].tensor); ++i)
            parts.push_back(part_of(*tasks[task].tensor, task, i));
    const JobContext job = progress.quiet_job();
    std::vector<Bench> benches(job.thread_count());
    std::vector<std::vector<PartResult>> results(parts.size());
    parallel_for(parts.size(), job, [&](std::size_t index, unsigned worker) {
        const Part& part = parts[index];
        results[index] = measure_part(model, tasks[part.task], part, job, benches[worker]);
        progress.add(part.to - part.from);
    });
    for (std::size_t index = 0; index < parts.size(); ++index) {
        std::vector<MeasuringTask::Entry>& entries = tasks[parts[index].task].entries;
        for (std::size_t i = 0; i < results[index].size(); ++i) {
            const PartResult& result = results[index][i];
            MeasuringTask::Entry& entry = entries[i % entries.size()];
            entry.sums += result.sums;
            entry.weighted += result.weighted;
            entry.scale_lost = entry.scale_lost || result.scale_lost;
            entry.scale_overflow = entry.scale_overflow || result.scale_overflow;
        }
    }
}

std::size_t reconstruction_parts(const TensorInfo& tensor) {
    return std::min<std::size_t>(parts_of(tensor), most_reconstruction_parts);
}

void reconstruct_tensor(const Model& model, const TensorInfo& tensor, const AppliedScheme& applied,
                        const JobContext& job,
                        const std::function<void(std::size_t, const ReconstructedSegment&)>& visit) {
    const std::size_t blocks = parts_of(tensor);
    const std::size_t parts = reconstruction_parts(tensor);
    std::vector<Bench> benches(job.thread_count());
    parallel_for(parts, job, [&](std::size_t part, unsigned worker) {
        for (std::size_t block = part * blocks / parts; block < (part + 1) * blocks / parts; ++block)
            reconstruct_block(model, tensor, applied, part_of(tensor, 0, block), job, benches[worker],
                              [&](const ReconstructedSegment& segment) { visit(part, segment); });
    });
}

}  // namespace halfstep
