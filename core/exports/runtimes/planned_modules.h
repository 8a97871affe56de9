// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/base/issue.h"
#include "core/model_files/model.h"

#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// Which weights a runtime quantizes at all; it leaves the others as they are.
struct QuantizedKinds {
    std::string_view runtime;  // as people call it: "GPTQ"
    bool embeddings = false;
    bool convolutions = false;
    bool recurrent = false;
    bool output_head = true;
    bool outside_of_layers = true;  // what stands in no numbered layer, but for the head
    bool names_weights = false;     // instead of the modules that they are in
    bool gets_scales = false;       // those of each row, computed here
    bool stores_float16 = false;  // where fp16 is planned; others leave what they do not quantize in its type
};

// What a plan says about one module of the network.
struct PlannedModule {
    const TensorInfo* tensor = nullptr;
    std::string module;  // "model.layers.0.self_attn.q_proj", see module_names.h; or the weight's name
    Scheme scheme;
    MatrixShape shape;  // of this module alone, where the tensor is a stack of experts

    std::uint64_t weights() const { return shape.channels * shape.inputs; }
};

// A plan as the configuration of a runtime sees it: by modules, and by what the runtime does with them.
struct PlannedModules {
    std::vector<PlannedModule> quantized;  // in model order
    std::vector<PlannedModule> kept;       // that the runtime would quantize if it were not told otherwise
    std::vector<Issue> issues;             // where the runtime will not do what is planned

    std::vector<Scheme> schemes() const;  // those of the quantized modules, the one of most weights first
};

// Throws Error for tensors that have to be named and have no name, for two of one name, and for a plan that
// quantizes nothing.
PlannedModules planned_modules(const Model& model, const Plan& plan, const QuantizedKinds& kinds);

// The modules of one tensor, which gets that scheme, whatever becomes of the others. Throws Error where the
// runtime leaves it alone as well.
PlannedModules planned_alone(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                             const QuantizedKinds& kinds);

// The names of the modules, of all or of those with that scheme.
std::vector<std::string> names_of(const std::vector<PlannedModule>& modules);
std::vector<std::string> names_of(const std::vector<PlannedModule>& modules, const Scheme& scheme);

// Queries, keys and values of a layer, and gates and ups, have different schemes: runtimes that join them
// into one matrix (vLLM, SGLang) want one for all. One issue for the model; none where there is nothing to
// say.
std::vector<Issue> joined_matrices_that_differ(const PlannedModules& modules);

// That these modules' ranges are not in the configuration of a runtime that finds its own.
std::vector<Issue> ranges_that_are_lost(const std::vector<PlannedModule>& modules, std::string_view runtime);

}  // namespace halfstep
