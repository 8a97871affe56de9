// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/unit_grids.h"

#include "core/base/error.h"
#include "core/base/job_phases.h"
#include "core/quantize/measured_scheme.h"

#include <fmt/format.h>

#include <vector>

namespace halfstep {
namespace {

// One stretch of a tensor after another.
class GridReader {
  public:
    GridReader(const Model& model, const TensorInfo& tensor, const AppliedScheme& applied,
               const JobContext& job)
        : model_(model), tensor_(tensor), applied_(applied), job_(job) {}

    std::span<const UnitGrid> of(const Stretch& stretch) {
        const Stretch covered = applied_.layout.covered(stretch);
        reader_.load(model_, tensor_, covered.first, covered.count);
        const Window window = reader_.window(covered.first, covered.count);
        summarizer_.look_at(window, stretch, 0);
        quantizer_.start(applied_, window, stretch, summarizer_.summary(), job_);
        const CodeLimits codes = code_limits(applied_.scheme);
        const std::uint64_t row_first = stretch.row * applied_.layout.row_elements;
        const std::uint64_t unit = applied_.layout.unit_elements;
        grids_.clear();
        for (std::uint64_t first = row_first + (stretch.first - row_first + unit - 1) / unit * unit;
             first < stretch.first + stretch.count; first += unit)
            grids_.push_back(grid_of(codes, quantizer_.scaled_unit_at(first)));
        return grids_;
    }

  private:
    const Model& model_;
    const TensorInfo& tensor_;
    const AppliedScheme& applied_;
    const JobContext& job_;
    BlockReader reader_;
    StretchSummarizer summarizer_;
    StretchQuantizer quantizer_;
    std::vector<UnitGrid> grids_;
};

}  // namespace

void visit_unit_grids(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                      const JobContext& job, const std::function<void(std::span<const UnitGrid>)>& visit) {
    const MeasuredScheme measured = measure_scheme(model, tensor, scheme, phase_of(job, 0, 0.5));
    if (measured.measurement.sums.count != tensor.elements)
        throw Error(fmt::format("{} of its weights are not finite",
                                tensor.elements - measured.measurement.sums.count),
                    {model.path().string(), tensor.name, {}}, "Set it to keep");
    const AppliedScheme& applied = measured.applied;
    if (applied.layout.streamed()) {
        for (const UnitParameters& unit : applied.streamed_units) {
            const UnitGrid grid{unit.stored_scale, unit.grid.zero_point};
            visit(std::span(&grid, 1));
        }
        return;
    }
    const JobContext rest = phase_of(job, 0.5, 1);
    GridReader reader(model, tensor, applied, rest);
    applied.layout.for_each_stretch(0, tensor.elements, [&](const Stretch& stretch) {
        rest.throw_if_stopped();
        visit(reader.of(stretch));
        rest.report(static_cast<double>(stretch.first + stretch.count) /
                    static_cast<double>(tensor.elements));
    });
}

}  // namespace halfstep
