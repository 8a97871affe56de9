// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"
#include "core/exports/plan_rows.h"

#include <cstddef>
#include <string>
#include <vector>

// The pictures of the HTML report, each one inline SVG.
namespace halfstep {

// Bytes before, by stored type, above bytes after, by scheme; with a legend.
std::string size_chart(const std::vector<PlanRow>& rows);

// The rows that were measured, the worst first.
std::vector<const PlanRow*> worst_first(const std::vector<PlanRow>& rows);

// Bars of rel_error, at most `most` of them.
std::string error_chart(const std::vector<const PlanRow*>& ranked, std::size_t most);

// SQNR of every scheme on every tensor; empty where no tensor was measured with two schemes.
std::string sqnr_map(const std::vector<PlanRow>& rows, std::size_t most);

struct LevelPicture {
    Histogram histogram;
    std::vector<float> levels;  // of the grid; none where it has no simple levels
};
std::string level_chart(const PlanRow& row, const LevelPicture& picture);

}  // namespace halfstep
