// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/export_target.h"

#include "core/base/error.h"
#include "core/exports/targets.h"

#include <fmt/format.h>

#include <array>
#include <map>

namespace halfstep {
namespace {

// One sentence for each scheme that the target lacks, with a tensor that asks for it.
void refuse_what_is_not_carried(const ExportTarget& target, const Plan& plan) {
    struct Refusal {
        std::string tensor;
        std::size_t others = 0;
    };
    std::map<std::string, Refusal> refusals;
    for (const Plan::Entry& entry : plan.entries) {
        const std::string reason = target.why_not(entry.scheme);
        if (reason.empty()) continue;
        const auto [place, added] = refusals.try_emplace(reason, Refusal{entry.tensor});
        if (!added) ++place->second.others;
    }
    if (refusals.empty()) return;
    std::string problem;
    for (const auto& [reason, refusal] : refusals) {
        if (!problem.empty()) problem += ". ";
        problem += fmt::format("{} (planned for '{}'", reason, refusal.tensor);
        problem += refusal.others == 0 ? ")" : fmt::format(" and {} more)", refusal.others);
    }
    throw Error(problem);
}

}  // namespace

void ExportTarget::check(const ExportRequest& request) const {
    refuse_what_is_not_carried(*this, request.plan);
    refuse_what_does_not_fit(request);
    check_as_a_whole(request);
}

void ExportTarget::check_as_a_whole(const ExportRequest&) const {}

void ExportTarget::check_alone(const Model& model, const TensorInfo& tensor, const Scheme& scheme) const {
    const Plan alone{{}, {}, {{tensor.name, scheme}}};
    check_as_a_whole({model, alone, {}});
}

std::string ExportTarget::why_not_together(const Scheme&, const Scheme&) const {
    return {};
}

std::vector<ExportTarget::SharedSetting> ExportTarget::shared_settings(const Model&) const {
    return {};
}

std::string ExportTarget::why_not_for(const Model& model, const TensorInfo& tensor,
                                      const Scheme& scheme) const {
    if (scheme.family == Family::keep) return {};
    if (std::string reason = why_not(scheme); !reason.empty()) return reason;
    if (std::string reason = stored_otherwise(tensor, scheme); !reason.empty()) return reason;
    const Plan alone{{}, {}, {{tensor.name, scheme}}};
    try {
        refuse_what_does_not_fit({model, alone, {}});
        check_alone(model, tensor, scheme);
    } catch (const Error& error) {
        return error.problem();
    }
    return {};
}

std::string ExportTarget::stored_otherwise(const TensorInfo&, const Scheme&) const {
    return {};
}

bool ExportTarget::finds_another_type(const TensorInfo&, const Scheme&) const {
    return false;
}

void ExportTarget::refuse_what_does_not_fit(const ExportRequest& request) const {
    for (const Issue& issue : check_plan(request.model, request.plan)) {
        if (issue.severity != Severity::error) continue;
        const TensorInfo* tensor = request.model.find(issue.tensor);
        const Scheme* scheme = request.plan.find(issue.tensor);
        if (tensor != nullptr && scheme != nullptr && finds_another_type(*tensor, *scheme)) continue;
        throw Error(issue.message, {{}, issue.tensor, {}},
                    "Choose another scheme for it, or a plan made for this model");
    }
}

std::vector<std::filesystem::path> ExportTarget::export_plan(const ExportRequest& request) const {
    check(request);
    return write(request);
}

std::optional<Scheme> carried_scheme(const ExportTarget& target, const Scheme& format) {
    if (target.why_not(format).empty()) return format;
    if (!has_ranges(format) || format.family == Family::block_scaled) return std::nullopt;
    constexpr std::array<std::uint32_t, 6> groups{128, 64, 32, 16, 0, 0};  // then channels, then the tensor
    for (const Symmetry symmetry : {Symmetry::sym, Symmetry::asym}) {
        if (symmetry != Symmetry::sym && format.family != Family::integer) break;
        for (std::size_t choice = 0; choice < groups.size(); ++choice) {
            Scheme scheme = format;
            scheme.symmetry = symmetry;
            scheme.group_size = groups[choice];
            scheme.granularity = scheme.group_size != 0       ? Granularity::group
                                 : choice + 1 < groups.size() ? Granularity::channel
                                                              : Granularity::tensor;
            scheme.scale_storage = default_scale_storage(scheme);
            if (target.why_not(scheme).empty()) return scheme;
        }
    }
    return std::nullopt;
}

std::span<const std::unique_ptr<const ExportTarget>> export_targets() {
    static const std::array targets{gguf_target(),
                                    onnx_qdq_target(),
                                    llama_cpp_target(),
                                    compressed_tensors_target(),
                                    llm_compressor_target(),
                                    gptq_target(),
                                    awq_target(),
                                    bitsandbytes_target(),
                                    hqq_target(),
                                    torchao_target(),
                                    auto_round_target(),
                                    modelopt_target(),
                                    mlx_target(),
                                    exllamav2_target(),
                                    onnxruntime_target(),
                                    nncf_target(),
                                    aimet_target(),
                                    json_target(),
                                    csv_target(),
                                    html_target()};
    return targets;
}

const ExportTarget& find_export_target(std::string_view name) {
    std::string known;
    for (const auto& target : export_targets()) {
        if (target->name() == name) return *target;
        known += fmt::format("{}{}", known.empty() ? "" : ", ", target->name());
    }
    throw Error(fmt::format("there is no target '{}'", name), {}, fmt::format("Choose one of {}", known));
}

}  // namespace halfstep
