// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/channel_profile.h"
#include "core/analysis/error_profile.h"
#include "core/analysis/histogram.h"
#include "core/analysis/statistics.h"
#include "widgets/plots/budget_data.h"
#include "widgets/plots/compare_plot.h"
#include "widgets/plots/histogram_plot.h"
#include "widgets/plots/sensitivity_plot.h"

#include <vector>

// Data like those of real models, made from a fixed seed, for the tests and pictures of plots.
namespace halfstep::sample {

std::vector<float> weights(std::size_t count, double outlier_share = 0.001);
Histogram histogramOf(const std::vector<float>& values, std::size_t bins);
TensorStatistics statisticsOf(const std::vector<float>& values);
GridOverlay uniformGrid(int bits, double clip_high);  // symmetric
GridOverlay asymmetricGrid(int bits, double clip_low, double clip_high);
ErrorProfile errorProfile(const std::vector<float>& values, int bits, double clip_high, std::size_t bins);
ChannelProfile channelProfile(std::size_t channels, std::size_t map_rows, std::size_t map_columns);
SensitivityData sensitivity(int blocks);
BudgetData budget(int blocks);
std::vector<ComparedScheme> comparedSchemes(std::size_t count);

}  // namespace halfstep::sample
