// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/streamed_units.h"

#include "core/analysis/moment_table.h"
#include "core/base/parallel.h"
#include "core/kernels/kernel_table.h"
#include "core/quantize/block_scales.h"
#include "core/quantize/codebook_fit.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

namespace halfstep {
namespace {

// Units below this are estimated side by side, a thread each; longer ones one by one, by all threads.
constexpr std::uint64_t side_by_side_elements = std::uint64_t{1} << 22U;

struct StreamedUnit {
    std::size_t task = 0;
    std::size_t entry = 0;
    std::uint64_t row = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    float low = 0;  // where limits are wanted
    float high = 0;
    bool estimated = false;
    bool scale_lost = false;
};

bool wants_limits(const Scheme& scheme) {
    return scheme.family != Family::kmeans && (scheme.range == Range::minmax || scheme.range == Range::clip);
}

bool wants_tensor_scale(const Scheme& scheme) {
    return scheme.family == Family::block_scaled && scheme.float_format == FloatFormat::nvfp4;
}

bool is_streamed(const AppliedScheme& applied) {
    return applied.layout.streamed() &&
           (has_scales(applied.scheme) || applied.scheme.family == Family::kmeans);
}

std::vector<StreamedUnit> streamed_units_of(std::span<const MeasuringTask> tasks) {
    std::vector<StreamedUnit> units;
    for (std::size_t t = 0; t < tasks.size(); ++t)
        for (std::size_t e = 0; e < tasks[t].entries.size(); ++e) {
            const AppliedScheme& applied = tasks[t].entries[e].applied;
            if (!is_streamed(applied)) continue;
            const UnitLayout& layout = applied.layout;
            for (std::uint64_t row = 0; row < layout.rows; ++row)
                units.push_back({t, e, row, row * layout.row_elements, layout.row_elements});
        }
    return units;
}

// Limits of the finite values of a run of elements.
struct Run {
    std::size_t task = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    kernels::ValueSummary range{};

    std::tuple<std::size_t, std::uint64_t, std::uint64_t> place() const { return {task, first, count}; }
};

class StreamedUnitsFinder {
  public:
    StreamedUnitsFinder(const Model& model, std::span<MeasuringTask> tasks, ElementProgress& progress)
        : model_(model),
          tasks_(tasks),
          progress_(progress),
          job_(progress.quiet_job()),
          units_(streamed_units_of(tasks)) {}

    void run() {
        find_tensor_scales();
        if (units_.empty()) return;
        for (const StreamedUnit& unit : units_) {
            AppliedScheme& applied = applied_of(unit);
            applied.streamed_units.resize(static_cast<std::size_t>(applied.layout.rows));
        }
        find_limits();
        estimate_all();
        if (keep_32_bit_scales()) estimate_all();
    }

  private:
    MeasuringTask::Entry& entry_of(const StreamedUnit& unit) const {
        return tasks_[unit.task].entries[unit.entry];
    }
    AppliedScheme& applied_of(const StreamedUnit& unit) const { return entry_of(unit).applied; }

    // One range a task, whatever the scheme.
    void find_tensor_scales() {
        summarize_flat_tensors();
        for (MeasuringTask& task : tasks_)
            for (MeasuringTask::Entry& entry : task.entries) {
                if (!wants_tensor_scale(entry.applied.scheme)) continue;
                StreamedUnit tensor;
                set_limits(tensor, task.flat_summaries);
                entry.applied.tensor_scale =
                    nvfp4_tensor_scale(std::max(std::fabs(tensor.low), std::fabs(tensor.high)));
            }
    }

    void find_limits() {
        std::vector<Run> runs = wanted_runs();
        std::vector<BlockReader> readers(job_.thread_count());
        parallel_for(runs.size(), job_, [&](std::size_t index, unsigned worker) {
            Run& run = runs[index];
            readers[worker].load(model_, *tasks_[run.task].tensor, run.first, run.count);
            run.range = summary_of(readers[worker], run.first, run.count);
            progress_.add(run.count);
        });
        for (StreamedUnit& unit : units_)
            if (applied_of(unit).layout.flat)
                set_limits(unit, tasks_[unit.task].flat_summaries);
            else
                set_limits(unit, runs);
    }

    static bool wants_flat_summaries(const MeasuringTask& task) {
        return std::any_of(task.entries.begin(), task.entries.end(), [](const MeasuringTask::Entry& entry) {
            const AppliedScheme& applied = entry.applied;
            return wants_tensor_scale(applied.scheme) ||
                   (is_streamed(applied) && applied.layout.flat && wants_limits(applied.scheme));
        });
    }

    // Segment by segment, so that the measuring pass need not do so again.
    void summarize_flat_tensors() {
        std::vector<Run> blocks;
        for (std::size_t t = 0; t < tasks_.size(); ++t) {
            MeasuringTask& task = tasks_[t];
            if (!wants_flat_summaries(task) || !task.flat_summaries.empty()) continue;
            const std::uint64_t count = task.tensor->elements;
            task.flat_summaries.resize(static_cast<std::size_t>((count + kernels::segment_elements - 1) /
                                                                kernels::segment_elements));
            const std::uint64_t step = reading_block_elements(*task.tensor);
            for (std::uint64_t first = 0; first < count; first += step)
                blocks.push_back({t, first, std::min(step, count - first), {}});
        }
        std::vector<BlockReader> readers(job_.thread_count());
        parallel_for(blocks.size(), job_, [&](std::size_t index, unsigned worker) {
            summarize_segments(blocks[index], readers[worker]);
            progress_.add(blocks[index].count);
        });
    }

    void summarize_segments(const Run& block, BlockReader& reader) const {
        MeasuringTask& task = tasks_[block.task];
        if (task.held.empty())
            reader.load(model_, *task.tensor, block.first, block.count);
        else
            reader.load_held(model_, *task.tensor, block.first, block.count, task.held);
        constexpr std::uint64_t step = kernels::segment_elements;
        for (std::uint64_t first = block.first; first < block.first + block.count; first += step)
            task.flat_summaries[static_cast<std::size_t>(first / step)] =
                summary_of(reader, first, std::min(step, block.first + block.count - first));
    }

    static kernels::ValueSummary summary_of(BlockReader& reader, std::uint64_t first, std::uint64_t count) {
        const Window window = reader.window(first, count);
        kernels::ValueSummary summary{};
        kernels::kernel_table().summarize(window.segment(first, window.values.size(), false), &summary);
        return summary;
    }

    static void set_limits(StreamedUnit& unit, std::span<const kernels::ValueSummary> segments) {
        bool any = false;
        for (const kernels::ValueSummary& segment : segments) {
            if (segment.finite == 0) continue;
            unit.low = any ? std::min(unit.low, segment.min) : segment.min;
            unit.high = any ? std::max(unit.high, segment.max) : segment.max;
            any = true;
        }
    }

    // Of long rows: in pieces, each once however many units want it.
    std::vector<Run> wanted_runs() const {
        std::vector<Run> runs;
        for (const StreamedUnit& unit : units_) {
            if (applied_of(unit).layout.flat || !wants_limits(applied_of(unit).scheme)) continue;
            constexpr std::uint64_t step = kernels::block_elements;
            for (std::uint64_t offset = 0; offset < unit.count; offset += step)
                runs.push_back({unit.task, unit.first + offset, std::min(step, unit.count - offset), {}});
        }
        std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.place() < b.place(); });
        const auto same = [](const Run& a, const Run& b) { return a.place() == b.place(); };
        runs.erase(std::unique(runs.begin(), runs.end(), same), runs.end());
        return runs;
    }

    // Runs that lie in the unit cover it; those of other units that do so too change nothing.
    static void set_limits(StreamedUnit& unit, const std::vector<Run>& runs) {
        const auto begin =
            std::lower_bound(runs.begin(), runs.end(), std::tuple(unit.task, unit.first, std::uint64_t{0}),
                             [](const Run& run, const auto& place) { return run.place() < place; });
        bool any = false;
        for (auto run = begin; run != runs.end() && run->task == unit.task; ++run) {
            if (run->first >= unit.first + unit.count) break;
            if (run->first + run->count > unit.first + unit.count || run->range.finite == 0) continue;
            unit.low = any ? std::min(unit.low, run->range.min) : run->range.min;
            unit.high = any ? std::max(unit.high, run->range.max) : run->range.max;
            any = true;
        }
    }

    void estimate_all() {
        std::vector<StreamedUnit*> small;
        std::vector<StreamedUnit*> large;
        for (StreamedUnit& unit : units_)
            if (!unit.estimated) (unit.count < side_by_side_elements ? small : large).push_back(&unit);
        JobContext one_thread = job_;
        one_thread.threads = 1;
        parallel_for(small.size(), job_,
                     [&](std::size_t index, unsigned) { estimate(*small[index], one_thread); });
        for (StreamedUnit* unit : large)
            estimate(*unit, job_);
    }

    void estimate(StreamedUnit& unit, const JobContext& job) const {
        const AppliedScheme& applied = applied_of(unit);
        UnitParameters& parameters = applied_of(unit).streamed_units[static_cast<std::size_t>(unit.row)];
        if (applied.scheme.family == Family::kmeans) {
            parameters.levels = codebook_of(unit, applied.scheme.bits, job);
            progress_.add(unit.count);
        } else {
            const EstimatedGrid estimated = estimate_grid_of(unit, applied.scheme, job);
            parameters.grid = estimated.grid;
            parameters.stored_scale = estimated.grid.scale;
            unit.scale_lost = estimated.scale_lost;
            if (applied.scheme.gamma) apply_gamma(unit, parameters, job);
        }
        unit.estimated = true;
    }

    // From the values themselves where they are few, else from their moment table.
    std::vector<float> codebook_of(const StreamedUnit& unit, int bits, const JobContext& job) const {
        const TensorInfo& tensor = *tasks_[unit.task].tensor;
        if (unit.count > kernels::block_elements)
            return fit_codebook(MomentTable::build(model_, tensor, unit.first, unit.count, job), bits, job);
        BlockReader reader;
        RangeScratch scratch;
        reader.load(model_, tensor, unit.first, unit.count);
        return fit_codebook(reader.window(unit.first, unit.count).values, bits, scratch, job);
    }

    EstimatedGrid estimate_grid_of(const StreamedUnit& unit, const Scheme& scheme,
                                   const JobContext& job) const {
        if (scheme.range == Range::minmax) return grid_from_limits(scheme, unit.low, unit.high);
        if (scheme.range == Range::clip)
            return grid_from_limits(scheme, std::clamp(unit.low, scheme.clip_low, scheme.clip_high),
                                    std::clamp(unit.high, scheme.clip_low, scheme.clip_high));
        const EstimatedGrid estimated =
            estimate_streamed_grid(scheme, model_, *tasks_[unit.task].tensor, unit.first, unit.count, job);
        progress_.add(unit.count);
        return estimated;
    }

    void apply_gamma(StreamedUnit& unit, UnitParameters& parameters, const JobContext& job) const {
        const AppliedScheme& applied = applied_of(unit);
        const std::size_t pieces = static_cast<std::size_t>((unit.count + kernels::segment_elements - 1) /
                                                            kernels::segment_elements);
        std::vector<kernels::WideSums> sums(pieces);
        std::vector<Bench> benches(job.thread_count());
        parallel_for(pieces, job, [&](std::size_t index, unsigned worker) {
            const std::uint64_t offset = index * kernels::segment_elements;
            const Stretch stretch{unit.row, unit.first + offset,
                                  std::min<std::uint64_t>(kernels::segment_elements, unit.count - offset)};
            sums[index] = benches[worker].wide_sums(model_, *tasks_[unit.task].tensor, applied, stretch, job);
            progress_.add(stretch.count);
        });
        double values_squared = 0;
        double quantized_squared = 0;
        for (const kernels::WideSums& piece : sums) {
            values_squared += piece.value_squared;
            quantized_squared += piece.quantized_squared;
        }
        const EstimatedGrid rescaled =
            gamma_rescaled(applied.scheme, parameters.grid.scale, values_squared, quantized_squared);
        unit.scale_lost = unit.scale_lost || rescaled.scale_lost;
        parameters.stored_scale = rescaled.grid.scale;
    }

    // Whether any entry had to be given 32-bit scales, and so has to be done again.
    bool keep_32_bit_scales() {
        bool any = false;
        for (const StreamedUnit& unit : units_) {
            if (!unit.scale_lost) continue;
            any = true;
            entry_of(unit).scale_lost = true;
            entry_of(unit).applied.scheme = with_32_bit_scales(entry_of(unit).applied.scheme);
        }
        for (StreamedUnit& unit : units_)
            unit.estimated = unit.estimated && !entry_of(unit).scale_lost;
        for (const StreamedUnit& unit : units_)
            entry_of(unit).scale_lost = false;
        return any;
    }

    // What one thread works with.
    struct Bench {
        kernels::WideSums wide_sums(const Model& model, const TensorInfo& tensor,
                                    const AppliedScheme& applied, const Stretch& stretch,
                                    const JobContext& job) {
            reader.load(model, tensor, stretch.first, stretch.count);
            const Window window = reader.window(stretch.first, stretch.count);
            const std::size_t n = window.values.size();
            reconstruction.resize(n);
            clipped.resize(n);
            quantizer.start(applied, window, stretch, StretchSummary{}, job);
            quantizer.reconstruct(stretch.first, n, reconstruction.data(), clipped.data());
            kernels::WideSums sums{};
            kernels::kernel_table().compare_wide(window.values.data(), reconstruction.data(), n, &sums);
            return sums;
        }

        BlockReader reader;
        StretchQuantizer quantizer;
        std::vector<float> reconstruction;
        std::vector<float> clipped;
    };

    const Model& model_;
    const std::span<MeasuringTask> tasks_;
    ElementProgress& progress_;
    const JobContext job_;
    std::vector<StreamedUnit> units_;
};

}  // namespace

void find_streamed_units(const Model& model, std::span<MeasuringTask> tasks, ElementProgress& progress) {
    StreamedUnitsFinder(model, tasks, progress).run();
}

bool needs_limits_of_whole_tensor(const MeasuringTask& task) {
    if (!task.flat_summaries.empty()) return false;
    bool any = false;
    for (const MeasuringTask::Entry& entry : task.entries) {
        const AppliedScheme& applied = entry.applied;
        const bool streamed = is_streamed(applied) && wants_limits(applied.scheme);
        if (streamed && !applied.layout.flat) return false;
        any = any || streamed || wants_tensor_scale(applied.scheme);
    }
    return any;
}

std::uint64_t streamed_work(const MeasuringTask& task) {
    std::uint64_t passes = 0;
    bool limits = false;
    for (const MeasuringTask::Entry& entry : task.entries) {
        const Scheme& scheme = entry.applied.scheme;
        limits = limits || wants_tensor_scale(scheme);
        if (!is_streamed(entry.applied)) continue;
        limits = limits || wants_limits(scheme);
        passes += (wants_limits(scheme) ? 0U : 1U) + (scheme.gamma ? 1U : 0U);
    }
    return (passes + (limits ? 1U : 0U)) * task.tensor->elements;
}

}  // namespace halfstep
