// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/exports/plan_rows.h"
#include "core/exports/targets.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace halfstep {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json measured(const Measurement* measurement) {
    if (measurement == nullptr) return {};
    Json figures = Json::object();
    for (const Figure& figure : figures_of(*measurement))
        figures[std::string(figure.name)] = or_null(figure.value);
    if (measurement->scale) figures["scale"] = *measurement->scale;
    if (measurement->zero_point) figures["zero_point"] = *measurement->zero_point;
    return figures;
}

Json tensor_json(const PlanRow& row) {
    const TensorInfo& tensor = *row.tensor;
    return {{"name", tensor.name},
            {"role", role_name(tensor.role)},
            {"block", or_null(tensor.block)},
            {"dtype", tensor.dtype_name},
            {"shape", tensor.shape},
            {"elements", tensor.elements},
            {"quantizable", tensor.quantizable},
            {"scheme", to_string(row.scheme)},
            {"bits_per_weight", row.bits_per_weight()},
            {"bytes", row.bytes},
            {"measured", measured(row.measurement)}};
}

Json document(const ExportRequest& request) {
    const std::vector<PlanRow> rows = plan_rows(request);
    const PlanTotals totals = plan_totals(rows);
    const Model& model = request.model;
    Json tensors = Json::array();
    for (const PlanRow& row : rows)
        tensors.push_back(tensor_json(row));
    return {{"halfstep_export", 1},
            {"model",
             {{"name", request.plan.model_name},
              {"fingerprint", model_fingerprint(model)},
              {"format", model.format()},
              {"architecture", model.architecture().empty() ? Json() : Json(model.architecture())},
              {"parameters", model.parameters()},
              {"bytes", model.bytes()},
              {"bits_per_weight", totals.bits_per_weight_before}}},
            {"plan", {{"bytes", totals.bytes}, {"bits_per_weight", totals.bits_per_weight}}},
            {"tensors", std::move(tensors)}};
}

class JsonTarget : public ExportTarget {
  public:
    std::string_view name() const override { return "json"; }
    std::string_view writes() const override {
        return "the plan with every tensor's scheme, size and measured error, as JSON";
    }
    TargetKind kind() const override { return TargetKind::report; }
    std::string_view file_ending() const override { return ".json"; }
    bool shows_measurements() const override { return true; }
    std::string why_not(const Scheme&) const override { return {}; }

  private:
    std::vector<std::filesystem::path> write(const ExportRequest& request) const override {
        write_whole_file(request.out,
                         document(request).dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
        return {request.out};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> json_target() {
    return std::make_unique<JsonTarget>();
}

}  // namespace halfstep
