// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/plan_rows.h"

#include <algorithm>
#include <unordered_map>

namespace halfstep {
namespace {

const Measurement* measurement_of(const TensorMeasurement* measured, const Scheme& scheme) {
    if (measured == nullptr) return nullptr;
    const auto found = std::ranges::find_if(measured->results, [&](const Measurement& result) {
        return result.scheme == scheme && result.refused.empty();
    });
    return found == measured->results.end() ? nullptr : &*found;
}

double ratio(std::uint64_t bits, std::uint64_t elements) {
    return elements == 0 ? 0.0 : static_cast<double>(bits) / static_cast<double>(elements);
}

}  // namespace

double PlanRow::bits_per_weight() const {
    return measurement != nullptr ? measurement->bits_per_weight : ratio(bits, tensor->elements);
}

std::vector<PlanRow> plan_rows(const ExportRequest& request) {
    std::unordered_map<std::string_view, const Scheme*> planned;
    for (const Plan::Entry& entry : request.plan.entries)
        planned.emplace(entry.tensor, &entry.scheme);
    std::unordered_map<std::string_view, const TensorMeasurement*> measured;
    for (const TensorMeasurement& tensor : request.measurements)
        measured.emplace(tensor.tensor, &tensor);

    std::vector<PlanRow> rows;
    rows.reserve(request.model.tensors().size());
    for (const TensorInfo& tensor : request.model.tensors()) {
        PlanRow row;
        row.tensor = &tensor;
        if (const auto found = planned.find(tensor.name); found != planned.end()) row.scheme = *found->second;
        if (const auto found = measured.find(tensor.name); found != measured.end())
            row.all_measurements = found->second;
        row.bits = planned_bits(tensor, row.scheme);
        row.bytes = row.bits / 8 + (row.bits % 8 != 0 ? 1 : 0);
        row.measurement = measurement_of(row.all_measurements, row.scheme);
        if (row.measurement != nullptr) row.bytes = row.measurement->bytes;
        rows.push_back(row);
    }
    return rows;
}

PlanTotals plan_totals(const std::vector<PlanRow>& rows) {
    PlanTotals totals;
    double bits = 0;
    for (const PlanRow& row : rows) {
        totals.elements += row.tensor->elements;
        totals.bytes_before += row.tensor->bytes;
        totals.bytes += row.bytes;
        bits += row.bits_per_weight() * static_cast<double>(row.tensor->elements);
        if (row.measurement == nullptr) continue;
        totals.measured += row.measurement->sums;
        ++totals.measured_tensors;
    }
    totals.bits_per_weight_before = ratio(totals.bytes_before * 8, totals.elements);
    totals.bits_per_weight = totals.elements == 0 ? 0.0 : bits / static_cast<double>(totals.elements);
    return totals;
}

std::vector<Figure> figures_of(const Measurement& measurement) {
    return {{"mse", mse(measurement.sums)},         {"rel_error", rel_error(measurement.sums)},
            {"sqnr_db", sqnr_db(measurement.sums)}, {"max_abs_error", measurement.sums.max_abs_error},
            {"cosine", cosine(measurement.sums)},   {"clipped", clipped_share(measurement.sums)}};
}

}  // namespace halfstep
