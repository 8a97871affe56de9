// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/statistics.h"
#include "core/quantize/measurement.h"

#include <array>
#include <cstdint>

// Names inside a workspace that writing and reading share. README.md explains them.
namespace halfstep::workspace_layout {

inline constexpr std::int64_t version = 1;
inline constexpr std::uint64_t largest_dataset = std::uint64_t{256} << 20U;  // bytes

struct StatisticsMoment {
    const char* name;
    double TensorStatistics::*member;
};
inline constexpr std::array moments{
    StatisticsMoment{"/statistics/min", &TensorStatistics::min},
    StatisticsMoment{"/statistics/max", &TensorStatistics::max},
    StatisticsMoment{"/statistics/mean", &TensorStatistics::mean},
    StatisticsMoment{"/statistics/std", &TensorStatistics::std},
    StatisticsMoment{"/statistics/abs_max", &TensorStatistics::abs_max},
    StatisticsMoment{"/statistics/kurtosis", &TensorStatistics::kurtosis},
};

struct StatisticsCount {
    const char* name;
    std::uint64_t TensorStatistics::*member;
};
inline constexpr std::array counts{
    StatisticsCount{"/statistics/count", &TensorStatistics::count},
    StatisticsCount{"/statistics/zeros", &TensorStatistics::zeros},
    StatisticsCount{"/statistics/nans", &TensorStatistics::nans},
    StatisticsCount{"/statistics/infs", &TensorStatistics::infs},
};

// The sums that all figures follow from, and that reading takes them from.
struct Sum {
    const char* name;
    double ErrorSums::*member;
};
inline constexpr std::array sums{
    Sum{"/measurements/sum_error_squared", &ErrorSums::error_squared},
    Sum{"/measurements/sum_value_squared", &ErrorSums::value_squared},
    Sum{"/measurements/sum_product", &ErrorSums::product},
    Sum{"/measurements/sum_quantized_squared", &ErrorSums::quantized_squared},
    Sum{"/measurements/max_abs_error", &ErrorSums::max_abs_error},
};

// Only in workspaces where an importance was known of any tensor.
struct WeightedSum {
    const char* name;
    double WeightedSums::*member;
};
inline constexpr std::array weighted_sums{
    WeightedSum{"/measurements/sum_weighted_error_squared", &WeightedSums::error_squared},
    WeightedSum{"/measurements/sum_weighted_value_squared", &WeightedSums::value_squared},
};

}  // namespace halfstep::workspace_layout
