// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/error_profile.h"

#include "core/analysis/bin_counter.h"
#include "core/analysis/statistics.h"
#include "core/base/job_phases.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

// What one part of the tensor contributes.
class PartProfile {
  public:
    PartProfile(const EqualBins& values, double largest_error, std::size_t bins)
        : values_(&values), errors_(-largest_error, largest_error, bins), by_value_(values.size()) {}

    void add(const ReconstructedSegment& segment) {
        for (std::size_t i = 0; i < segment.values.size(); ++i) {
            const auto value = static_cast<double>(segment.values[i]);
            if (!std::isfinite(value)) continue;
            const double error = static_cast<double>(segment.reconstruction[i]) - value;
            errors_.add(error);
            ErrorProfile::ValueBin& bin = by_value_[values_->bin(value)];
            ++bin.count;
            bin.mean_error += error;
            (segment.clipped[i] == 1 ? bin.clipping_squared : bin.rounding_squared) += error * error;
        }
    }

    void add_to(ErrorProfile& profile) const {
        add_counts(profile.errors, errors_.histogram());
        for (std::size_t i = 0; i < by_value_.size(); ++i) {
            ErrorProfile::ValueBin& bin = profile.by_value[i];
            bin.count += by_value_[i].count;
            bin.mean_error += by_value_[i].mean_error;
            bin.rounding_squared += by_value_[i].rounding_squared;
            bin.clipping_squared += by_value_[i].clipping_squared;
        }
    }

  private:
    const EqualBins* values_;
    BinCounter errors_;
    std::vector<ErrorProfile::ValueBin> by_value_;
};

}  // namespace

ErrorProfile compute_error_profile(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                                   std::size_t bins, const JobContext& job, const Importance* importance) {
    bins = std::max<std::size_t>(bins, 1);
    const TensorStatistics statistics = compute_statistics(model, tensor, phase_of(job, 0, 0.2));
    const MeasuredScheme measured =
        measure_scheme(model, tensor, scheme, phase_of(job, 0.2, 0.6), importance);

    // Sums take the error in float32, where it may round down.
    const double largest_error = measured.measurement.sums.max_abs_error * (1 + 0x1p-23);
    const EqualBins values(static_cast<double>(static_cast<float>(statistics.min)),
                           static_cast<double>(static_cast<float>(statistics.max)), bins);
    std::vector<PartProfile> parts(reconstruction_parts(tensor), PartProfile(values, largest_error, bins));
    reconstruct_tensor(
        model, tensor, measured.applied, phase_of(job, 0.6, 1),
        [&](std::size_t part, const ReconstructedSegment& segment) { parts[part].add(segment); });

    ErrorProfile profile;
    profile.errors = BinCounter(-largest_error, largest_error, bins).histogram();
    profile.by_value.resize(bins);
    profile.sums = measured.measurement.sums;
    for (const PartProfile& part : parts)
        part.add_to(profile);
    for (std::size_t i = 0; i < bins; ++i) {
        ErrorProfile::ValueBin& bin = profile.by_value[i];
        bin.low = values.edge(i);
        bin.high = values.edge(i + 1);
        if (bin.count != 0) bin.mean_error /= static_cast<double>(bin.count);
        profile.rounding_squared += bin.rounding_squared;
        profile.clipping_squared += bin.clipping_squared;
    }
    return profile;
}

}  // namespace halfstep
