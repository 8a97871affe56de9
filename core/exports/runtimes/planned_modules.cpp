// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/runtimes/planned_modules.h"

#include "core/allocation/recipe.h"
#include "core/base/error.h"
#include "core/exports/module_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

bool is_quantized(const Scheme& scheme) {
    return scheme.family != Family::keep && scheme.family != Family::floating;
}

// Why the runtime leaves a weight as it is, as the end of a sentence that begins with its name; empty where
// it does not.
std::string why_left_alone(const QuantizedKinds& kinds, const TensorInfo& tensor) {
    switch (tensor.role) {
        case Role::token_embedding:
        case Role::position_embedding:
            return kinds.embeddings ? "" : "quantizes no embeddings";
        case Role::convolution:
            return kinds.convolutions ? "" : "quantizes no convolutions";
        case Role::recurrent:
            return kinds.recurrent ? "" : "quantizes no recurrent layers";
        case Role::output_head:
            return kinds.output_head ? "" : "quantizes no output head";
        default:
            return tensor.block || kinds.outside_of_layers ? "" : "quantizes nothing outside of the layers";
    }
}

// One issue for all tensors that are left for the same reason.
class LeftAlone {
  public:
    void add(const std::string& reason, const TensorInfo& tensor, const Scheme& scheme) {
        const auto [place, added] = tensors_.try_emplace(reason, Entry{tensor.name, to_string(scheme)});
        if (!added) ++place->second.others;
    }

    std::string reason() const { return tensors_.empty() ? std::string() : tensors_.begin()->first; }

    std::vector<Issue> issues() const {
        std::vector<Issue> issues;
        for (const auto& [reason, entry] : tensors_) {
            const std::string others =
                entry.others == 0 ? "" : fmt::format(" (and for {} more)", entry.others);
            const bool kept = entry.scheme == to_string(Scheme{});
            issues.push_back({Severity::warning, entry.tensor,
                              fmt::format("{}, and {} is planned for it{}: it stays as it is{}", reason,
                                          entry.scheme, others,
                                          kept ? " in the original model, which may be larger"
                                               : ". Set it to keep, so that the plan's size is right")});
        }
        return issues;
    }

  private:
    struct Entry {
        std::string tensor;
        std::string scheme;
        std::size_t others = 0;
    };
    std::map<std::string, Entry> tensors_;
};

class Collector {
  public:
    Collector(const Model& model, const QuantizedKinds& kinds)
        : model_(model), kinds_(kinds), names_(model) {}

    PlannedModules collect(const Plan& plan) {
        std::unordered_map<std::string_view, const Scheme*> planned;
        for (const Plan::Entry& entry : plan.entries)
            planned.emplace(entry.tensor, &entry.scheme);
        for (const TensorInfo& tensor : model_.tensors()) {
            const auto found = planned.find(tensor.name);
            add(tensor, found == planned.end() ? Scheme{} : *found->second);
        }
        if (result_.quantized.empty())
            throw Error(fmt::format("the plan quantizes nothing that {} quantizes", kinds_.runtime),
                        {model_.path().string(), {}, {}}, "Give matrices of the layers a scheme");
        result_.issues = left_alone_.issues();
        return std::move(result_);
    }

    PlannedModules collect(const TensorInfo& tensor, const Scheme& scheme) {
        if (const std::string reason = why_left_alone(kinds_, tensor); !reason.empty())
            throw Error(fmt::format("{} {}", kinds_.runtime, reason), {{}, tensor.name, {}},
                        "Set it to keep");
        add(tensor, scheme);
        if (result_.quantized.empty() && !left_alone_.reason().empty())
            throw Error(left_alone_.reason(), {{}, tensor.name, {}}, "Set it to keep");
        return std::move(result_);
    }

  private:
    void add(const TensorInfo& tensor, const Scheme& scheme) {
        if (!tensor.quantizable) {
            if (!is_quantized(scheme)) return;
            throw Error(fmt::format("{} quantizes weights of matrix products only, and {} is planned for it",
                                    kinds_.runtime, to_string(scheme)),
                        {{}, tensor.name, {}}, "Set it to keep");
        }
        if (const std::string reason = why_left_alone(kinds_, tensor); !reason.empty()) {
            if (is_quantized(scheme))
                left_alone_.add(fmt::format("{} {}", kinds_.runtime, reason), tensor, scheme);
            return;
        }
        name(tensor, scheme);
    }

    void name(const TensorInfo& tensor, const Scheme& scheme) {
        std::vector<std::string> modules;
        if (!kinds_.names_weights)
            modules = names_.of(tensor);
        else if (auto weight = names_.weight(tensor))
            modules.push_back(std::move(*weight));
        if (modules.empty()) {
            const std::string reason = names_.why_none(tensor);
            if (!is_quantized(scheme)) return;
            throw Error(fmt::format("{}, and so {} cannot be told about it", reason, kinds_.runtime),
                        {{}, tensor.name, {}}, "Set it to keep, or export a plan for the original model");
        }
        if (kinds_.gets_scales && is_quantized(scheme) && scheme.granularity != Granularity::tensor &&
            names_.reorders_rows(tensor))
            throw Error(fmt::format("its rows, and so the scales of {}, are in another order in the original "
                                    "model",
                                    to_string(scheme)),
                        {{}, tensor.name, {}}, "Export a plan for the original model");
        for (const std::string& module : modules) {
            if (!seen_.emplace(module, tensor.name).second)
                throw Error(fmt::format("'{}' is the module '{}' as well", seen_[module], module),
                            {{}, tensor.name, {}}, "Open the original model");
            MatrixShape shape = matrix_shape(tensor);
            shape.channels /= modules.size();
            (is_quantized(scheme) ? result_.quantized : result_.kept)
                .push_back({&tensor, module, scheme, shape});
        }
        if (!is_quantized(scheme)) look_at_type(tensor, scheme);
    }

    // What is not quantized stays as it is in the model that the runtime starts from.
    void look_at_type(const TensorInfo& tensor, const Scheme& scheme) {
        const bool blocks = traits(tensor.dtype).kind == DTypeKind::ggml_block;
        const bool stored = kinds_.stores_float16 && scheme.float_format == FloatFormat::fp16;
        if (scheme.family == Family::keep && blocks)
            left_alone_.add(fmt::format("{} has no {} blocks", kinds_.runtime, tensor.dtype_name), tensor,
                            scheme);
        if (scheme.family == Family::floating && !stored && scheme_of_type(tensor.dtype) != scheme)
            left_alone_.add(fmt::format("{} changes no type of what it does not quantize", kinds_.runtime),
                            tensor, scheme);
    }

    const Model& model_;
    const QuantizedKinds& kinds_;
    ModuleNames names_;
    std::unordered_map<std::string, std::string> seen_;
    PlannedModules result_;
    LeftAlone left_alone_;
};

// What vLLM and SGLang join (packed_modules_mapping of their models); the first one names them all.
constexpr std::array<std::array<std::string_view, 3>, 2> joined{{
    {"q_proj", "k_proj", "v_proj"},
    {"gate_proj", "up_proj", ""},
}};

// By what name a module is joined with others; empty where it is not. The experts of a layer are all one.
std::string joined_name(const std::string& module) {
    constexpr std::string_view experts = ".experts.";
    if (const std::size_t at = module.find(experts); at != std::string::npos) return module.substr(0, at);
    const std::size_t dot = module.rfind('.');
    const std::string last = module.substr(dot == std::string::npos ? 0 : dot + 1);
    for (const auto& members : joined)
        if (std::ranges::find(members, last) != members.end())
            return module.substr(0, module.size() - last.size()).append(members[0]);
    return {};
}

}  // namespace

std::vector<Scheme> PlannedModules::schemes() const {
    std::vector<std::pair<Scheme, std::uint64_t>> weights;
    for (const PlannedModule& module : quantized) {
        auto found = std::ranges::find(weights, module.scheme, &std::pair<Scheme, std::uint64_t>::first);
        if (found == weights.end()) found = weights.insert(weights.end(), {module.scheme, 0});
        found->second += module.weights();
    }
    std::ranges::stable_sort(weights, std::greater{}, &std::pair<Scheme, std::uint64_t>::second);
    std::vector<Scheme> schemes;
    for (const auto& entry : weights)
        schemes.push_back(entry.first);
    return schemes;
}

PlannedModules planned_modules(const Model& model, const Plan& plan, const QuantizedKinds& kinds) {
    return Collector(model, kinds).collect(plan);
}

PlannedModules planned_alone(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                             const QuantizedKinds& kinds) {
    return Collector(model, kinds).collect(tensor, scheme);
}

std::vector<std::string> names_of(const std::vector<PlannedModule>& modules) {
    std::vector<std::string> names;
    for (const PlannedModule& module : modules)
        names.push_back(module.module);
    return names;
}

std::vector<std::string> names_of(const std::vector<PlannedModule>& modules, const Scheme& scheme) {
    std::vector<std::string> names;
    for (const PlannedModule& module : modules)
        if (module.scheme == scheme) names.push_back(module.module);
    return names;
}

std::vector<Issue> joined_matrices_that_differ(const PlannedModules& modules) {
    std::map<std::string, const PlannedModule*> first_of;  // by what is joined
    const PlannedModule* differs = nullptr;
    const PlannedModule* from = nullptr;
    std::size_t count = 0;
    const auto look_at = [&](const PlannedModule& module) {
        const std::string name = joined_name(module.module);
        if (name.empty()) return;
        const auto [place, added] = first_of.try_emplace(name, &module);
        if (added || place->second->scheme == module.scheme || count++ != 0) return;
        differs = &module;
        from = place->second;
    };
    for (const PlannedModule& module : modules.quantized)
        look_at(module);
    for (const PlannedModule& module : modules.kept)
        look_at(module);
    if (count == 0) return {};
    const std::string others = count == 1 ? "" : fmt::format(", and {} more differ", count - 1);
    return {{Severity::warning, differs->tensor->name,
             fmt::format("vLLM and SGLang join it with '{}', which has {} where this has {}{}: give them one "
                         "scheme if one of these is to run the model",
                         from->tensor->name, to_string(from->scheme), to_string(differs->scheme), others)}};
}

std::vector<Issue> ranges_that_are_lost(const std::vector<PlannedModule>& modules, std::string_view runtime) {
    if (modules.empty()) return {};
    const std::string others =
        modules.size() == 1 ? "" : fmt::format(", nor those of {} more", modules.size() - 1);
    return {{Severity::note, modules.front().tensor->name,
             fmt::format("{} finds ranges by its own rule: that of {} is not in its configuration{}", runtime,
                         to_string(modules.front().scheme), others)}};
}

}  // namespace halfstep
