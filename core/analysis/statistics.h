// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace halfstep {

// Statistics of a tensor over its finite values, in double. With no finite value everything is 0.
struct TensorStatistics {
    std::uint64_t count = 0;  // finite values
    double min = 0;
    double max = 0;
    double mean = 0;
    double std = 0;  // of the population
    double abs_max = 0;
    double kurtosis = 0;      // excess: 0 for a Gaussian; 0 where std is 0
    std::uint64_t zeros = 0;  // of both signs
    std::uint64_t nans = 0;
    std::uint64_t infs = 0;
    std::optional<std::uint64_t> first_non_finite;  // element index of the first NaN or infinity
};

TensorStatistics compute_statistics(const Model& model, const TensorInfo& tensor, const JobContext& job = {});

// One entry for each tensor of the model, in its order; none for tensors that are not measurable.
std::vector<std::optional<TensorStatistics>> compute_all_statistics(const Model& model,
                                                                    const JobContext& job = {});

}  // namespace halfstep
