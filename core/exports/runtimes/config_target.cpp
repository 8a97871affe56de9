// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/config_target.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace halfstep {
namespace {

void append(std::vector<Issue>& issues, std::vector<Issue> more) {
    issues.insert(issues.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string dumped(const ConfigJson& json, int indent) {
    try {
        return json.dump(indent);
    } catch (const ConfigJson::exception&) {
        throw Error("the name of a tensor is no valid UTF-8, and JSON cannot hold it", {},
                    "Rename the tensor");
    }
}

}  // namespace

std::string ConfigTarget::why_not_module(const PlannedModule& module) const {
    const std::uint64_t inputs = module.shape.inputs;
    const std::uint32_t group_size = module.scheme.group_size;
    if (group_size == 0 || inputs % group_size == 0) return {};
    return fmt::format(
        "{} divides rows into whole groups, and {} weights are no whole number of groups of {}",
        kinds().runtime, inputs, group_size);
}

std::string ConfigTarget::why_not_as_a_whole(const PlannedModules&) const {
    return {};
}

Scheme ConfigTarget::told(const Scheme& scheme) const {
    Scheme parts = scheme;
    if (parts.symmetry == Symmetry::symfull) parts.symmetry = Symmetry::sym;
    parts.scale_storage = default_scale_storage(parts);
    if (carries_range(scheme)) return parts;
    parts.range = Range::minmax;
    parts.percentile = 0;
    parts.clip_low = parts.clip_high = 0;
    return parts;
}

bool ConfigTarget::carries_range(const Scheme& scheme) const {
    return scheme.range == Range::minmax;
}

std::vector<Issue> ConfigTarget::further_issues(const Model&, const PlannedModules&) const {
    return {};
}

void ConfigTarget::refuse_modules(const PlannedModules& modules) const {
    for (const PlannedModule& module : modules.quantized)
        if (std::string reason = why_not_module(module); !reason.empty())
            throw Error(std::move(reason), {{}, module.tensor->name, {}},
                        "Choose another scheme for it, or keep");
}

PlannedModules ConfigTarget::modules_of(const ExportRequest& request) const {
    PlannedModules modules = planned_modules(request.model, request.plan, kinds());
    refuse_modules(modules);
    std::vector<PlannedModule> lost_ranges;
    for (PlannedModule& module : modules.quantized) {
        if (!carries_range(module.scheme)) lost_ranges.push_back(module);
        module.scheme = told(module.scheme);
    }
    const std::vector<Scheme> schemes = modules.schemes();
    for (const Scheme& scheme : schemes)
        if (std::string reason = why_not_together(schemes.front(), scheme); !reason.empty())
            throw Error(std::move(reason));
    if (std::string reason = why_not_as_a_whole(modules); !reason.empty()) throw Error(std::move(reason));
    if (is_for_joining_runtimes()) append(modules.issues, joined_matrices_that_differ(modules));
    append(modules.issues, ranges_that_are_lost(lost_ranges, kinds().runtime));
    append(modules.issues, further_issues(request.model, modules));
    return modules;
}

void ConfigTarget::check_as_a_whole(const ExportRequest& request) const {
    modules_of(request);
}

void ConfigTarget::check_alone(const Model& model, const TensorInfo& tensor, const Scheme& scheme) const {
    refuse_modules(planned_alone(model, tensor, scheme, kinds()));
}

std::vector<std::filesystem::path> ConfigTarget::write(const ExportRequest& request) const {
    const PlannedModules modules = modules_of(request);
    std::vector<std::filesystem::path> files = write_config(request, modules);
    if (request.on_issue)
        for (const Issue& issue : modules.issues)
            request.on_issue(issue);
    return files;
}

std::vector<std::filesystem::path> TextConfigTarget::write_config(const ExportRequest& request,
                                                                  const PlannedModules& modules) const {
    write_whole_file(request.out, config_text(request, modules));
    return {request.out};
}

std::string as_quantization_config(ConfigJson config) {
    return json_text({{"quantization_config", std::move(config)}});
}

std::string json_text(const ConfigJson& json) {
    return dumped(json, 2) + '\n';
}

std::string compact_json_text(const ConfigJson& json) {
    return dumped(json, -1);
}

std::int64_t group_size_or_minus_one(const Scheme& scheme) {
    return scheme.granularity == Granularity::group ? static_cast<std::int64_t>(scheme.group_size) : -1;
}

}  // namespace halfstep
