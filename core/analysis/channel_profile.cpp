// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/channel_profile.h"

#include "core/analysis/statistics.h"
#include "core/base/job_phases.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double outlier_deviations = 6;

struct ChannelSums {
    std::uint64_t count = 0;  // finite values
    ChannelProfile::Channel sums;

    void add(const ChannelSums& other) {
        if (other.count == 0) return;
        sums.min = count == 0 ? other.sums.min : std::min(sums.min, other.sums.min);
        sums.max = count == 0 ? other.sums.max : std::max(sums.max, other.sums.max);
        count += other.count;
        sums.value_squared += other.sums.value_squared;
        sums.error_squared += other.sums.error_squared;
        sums.outliers += other.sums.outliers;
    }
};

struct Cell {
    std::uint64_t count = 0;
    float abs_max = 0;
    double error_squared = 0;

    void add(const Cell& other) {
        count += other.count;
        abs_max = std::max(abs_max, other.abs_max);
        error_squared += other.error_squared;
    }
};

// How the matrix is cut into cells.
struct Cutting {
    MatrixShape shape;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::uint64_t channels_per_row = 1;
    std::uint64_t inputs_per_column = 1;

    Cutting(MatrixShape matrix, std::size_t max_rows, std::size_t max_columns) : shape(matrix) {
        const auto cut = [](std::uint64_t extent, std::size_t most, std::size_t& cells, std::uint64_t& each) {
            const std::uint64_t limit = std::max<std::uint64_t>(most, 1);
            each = std::max<std::uint64_t>(1, (extent + limit - 1) / limit);
            cells = static_cast<std::size_t>((extent + each - 1) / each);
        };
        cut(shape.channels, max_rows, rows, channels_per_row);
        cut(shape.inputs, max_columns, columns, inputs_per_column);
    }
};

// What one part of the tensor, a run of consecutive elements, contributes.
class PartProfile {
  public:
    PartProfile(const Cutting& cutting, double outlier_limit)
        : cutting_(&cutting), outlier_limit_(outlier_limit) {}

    void add(const ReconstructedSegment& segment) {
        const std::uint64_t inputs = cutting_->shape.inputs;
        std::size_t i = 0;
        while (i < segment.values.size()) {
            const std::uint64_t channel = (segment.first + i) / inputs;
            const std::uint64_t input = (segment.first + i) % inputs;
            const std::uint64_t column = input / cutting_->inputs_per_column;
            const std::uint64_t end = std::min(inputs, (column + 1) * cutting_->inputs_per_column);
            const std::size_t n =
                std::min<std::size_t>(segment.values.size() - i, static_cast<std::size_t>(end - input));
            add_run(segment, i, n, channel_sums(channel),
                    cell(channel / cutting_->channels_per_row, static_cast<std::size_t>(column)));
            i += n;
        }
    }

    void add_to(std::vector<ChannelSums>& channels, std::vector<Cell>& cells) const {
        for (std::size_t i = 0; i < channels_.size(); ++i)
            channels[static_cast<std::size_t>(first_channel_) + i].add(channels_[i]);
        const std::size_t first = static_cast<std::size_t>(first_row_) * cutting_->columns;
        for (std::size_t i = 0; i < cells_.size(); ++i)
            cells[first + i].add(cells_[i]);
    }

  private:
    ChannelSums& channel_sums(std::uint64_t channel) {
        if (channels_.empty()) first_channel_ = channel;
        const auto at = static_cast<std::size_t>(channel - first_channel_);
        if (at >= channels_.size()) channels_.resize(at + 1);
        return channels_[at];
    }

    Cell& cell(std::uint64_t row, std::size_t column) {
        if (cells_.empty()) first_row_ = row;
        const std::size_t at = static_cast<std::size_t>(row - first_row_) * cutting_->columns + column;
        if (at >= cells_.size())
            cells_.resize((static_cast<std::size_t>(row - first_row_) + 1) * cutting_->columns);
        return cells_[at];
    }

    // A run of elements that lie in one channel and one cell.
    void add_run(const ReconstructedSegment& segment, std::size_t begin, std::size_t n, ChannelSums& channel,
                 Cell& cell) const {
        ChannelSums run;
        for (std::size_t i = begin; i < begin + n; ++i) {
            const float x = segment.values[i];
            if (!std::isfinite(x)) continue;
            const auto value = static_cast<double>(x);
            const double error = static_cast<double>(segment.reconstruction[i]) - value;
            run.sums.min = run.count == 0 ? x : std::min(run.sums.min, x);
            run.sums.max = run.count == 0 ? x : std::max(run.sums.max, x);
            ++run.count;
            run.sums.value_squared += value * value;
            run.sums.error_squared += error * error;
            run.sums.outliers += std::fabs(value) > outlier_limit_ ? 1 : 0;
        }
        channel.add(run);
        cell.add(
            {run.count, std::max(std::fabs(run.sums.min), std::fabs(run.sums.max)), run.sums.error_squared});
    }

    const Cutting* cutting_;
    double outlier_limit_;
    std::uint64_t first_channel_ = 0;
    std::uint64_t first_row_ = 0;
    std::vector<ChannelSums> channels_;
    std::vector<Cell> cells_;
};

}  // namespace

ChannelProfile compute_channel_profile(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                                       std::size_t max_rows, std::size_t max_columns, const JobContext& job,
                                       const Importance* importance) {
    const TensorStatistics statistics = compute_statistics(model, tensor, phase_of(job, 0, 0.2));
    const MeasuredScheme measured =
        measure_scheme(model, tensor, scheme, phase_of(job, 0.2, 0.6), importance);
    const Cutting cutting(matrix_shape(tensor), max_rows, max_columns);
    std::vector<PartProfile> parts(reconstruction_parts(tensor),
                                   PartProfile(cutting, outlier_deviations * statistics.std));
    reconstruct_tensor(
        model, tensor, measured.applied, phase_of(job, 0.6, 1),
        [&](std::size_t part, const ReconstructedSegment& segment) { parts[part].add(segment); });

    std::vector<ChannelSums> channels(static_cast<std::size_t>(cutting.shape.channels));
    std::vector<Cell> cells(cutting.rows * cutting.columns);
    for (const PartProfile& part : parts)
        part.add_to(channels, cells);

    ChannelProfile profile;
    for (ChannelSums& channel : channels) {
        if (channel.count != 0)
            channel.sums.rms = std::sqrt(channel.sums.value_squared / static_cast<double>(channel.count));
        profile.channels.push_back(channel.sums);
    }
    profile.map = {
        cutting.rows, cutting.columns, cutting.channels_per_row, cutting.inputs_per_column, {}, {}};
    for (const Cell& cell : cells) {
        profile.map.abs_max.push_back(cell.abs_max);
        profile.map.rms_error.push_back(
            cell.count == 0
                ? 0
                : static_cast<float>(std::sqrt(cell.error_squared / static_cast<double>(cell.count))));
    }
    return profile;
}

}  // namespace halfstep
