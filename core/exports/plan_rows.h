// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/export_target.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// What the tables of an export say about one tensor.
struct PlanRow {
    const TensorInfo* tensor = nullptr;
    Scheme scheme;
    std::uint64_t bits = 0;
    std::uint64_t bytes = 0;
    const Measurement* measurement = nullptr;             // of the plan's scheme, where it was measured
    const TensorMeasurement* all_measurements = nullptr;  // of this tensor

    double bits_per_weight() const;
};

// One row for each tensor, in the model's order. A measured size counts before a computed one: it knows where
// 16-bit scales were not enough.
std::vector<PlanRow> plan_rows(const ExportRequest& request);

struct PlanTotals {
    std::uint64_t elements = 0;
    std::uint64_t bytes_before = 0;
    std::uint64_t bytes = 0;
    double bits_per_weight_before = 0;
    double bits_per_weight = 0;
    ErrorSums measured;  // of all rows with a measurement
    std::size_t measured_tensors = 0;
};
PlanTotals plan_totals(const std::vector<PlanRow>& rows);

// The figures of a measurement by their JSON names, in the order in which every table lists them.
struct Figure {
    std::string_view name;
    std::optional<double> value;
};
std::vector<Figure> figures_of(const Measurement& measurement);

}  // namespace halfstep
