// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/onnx/onnx_node.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// What has to be done to a node so that it means the same in a newer operator set.
struct OpsetAdaptation {
    // Attributes, whole numbers, that become the inputs after the first, in this order.
    std::vector<std::string_view> to_inputs;
    std::optional<std::int64_t> outputs_counted;  // an attribute num_outputs that has to be added
    // A softmax over all axes from this one on, which newer ones only take over a single axis: to be
    // flattened first.
    std::optional<std::int64_t> flattened_from;
    std::string refusal;  // why it cannot be done; empty where it can

    bool changes_nothing() const { return to_inputs.empty() && !outputs_counted && !flattened_from; }
};

// The oldest operator set whose models can be raised at all: in 6 and 7 broadcasting changed everywhere.
inline constexpr std::int64_t oldest_opset = 7;

// `rank_of` gives the number of axes of a value where the model says it.
OpsetAdaptation adapt_to_opset(const OnnxNode& node, std::int64_t from, std::int64_t to,
                               const std::function<std::optional<std::size_t>(const std::string&)>& rank_of);

// The version of the file format that an operator set came with (onnx, docs/Versioning.md).
std::int64_t ir_version_of_opset(std::int64_t opset);

}  // namespace halfstep
