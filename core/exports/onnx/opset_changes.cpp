// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/opset_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

enum class Change : std::uint8_t {
    always,             // nothing can be done about it here
    with_attribute,     // the same, of nodes that have the attribute
    without_attribute,  // the same, of those that have not
    further_outputs,    // of nodes with more than one output
    attributes_to_inputs,
    last_axis,        // from all axes from one on to that one alone: the same where it is the last
    outputs_counted,  // without sizes, the number of outputs has to be said
};

struct OpsetChange {
    std::string_view op;
    std::int64_t opset = 0;
    Change change = Change::always;
    std::array<std::string_view, 3> attributes = {};
};

using enum Change;

// Where a node that was right before an operator set is wrong, or means something else, in it. Operators
// that are missing here only took in further types or attributes. Source: onnx/version_converter/convert.h
// (onnx 1.23), checked against docs/Changelog.md, from operator set 7 to 25.
constexpr std::array opset_changes = {
    OpsetChange{"BatchNormalization", 9, with_attribute, {"spatial"}},
    OpsetChange{"Scan", 9},
    OpsetChange{"Upsample", 9},
    OpsetChange{"Slice", 10, attributes_to_inputs, {"starts", "ends", "axes"}},
    OpsetChange{"TopK", 10},
    OpsetChange{"Upsample", 10},
    OpsetChange{"Clip", 11, with_attribute, {"min"}},
    OpsetChange{"Clip", 11, with_attribute, {"max"}},
    OpsetChange{"Pad", 11},
    OpsetChange{"Resize", 11},
    OpsetChange{"Scatter", 11},
    OpsetChange{"Dropout", 12, with_attribute, {"ratio"}},
    OpsetChange{"ReduceSum", 13, attributes_to_inputs, {"axes"}},
    OpsetChange{"Squeeze", 13, attributes_to_inputs, {"axes"}},
    OpsetChange{"Unsqueeze", 13, attributes_to_inputs, {"axes"}},
    OpsetChange{"Split", 13, attributes_to_inputs, {"split"}},
    OpsetChange{"Softmax", 13, last_axis},
    OpsetChange{"LogSoftmax", 13, last_axis},
    OpsetChange{"Hardmax", 13, last_axis},
    OpsetChange{"BatchNormalization", 14, further_outputs},
    OpsetChange{"RoiAlign", 16, without_attribute, {"coordinate_transformation_mode"}},
    OpsetChange{"Split", 18, outputs_counted},
    OpsetChange{"ReduceL1", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceL2", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceLogSum", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceLogSumExp", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceMax", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceMean", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceMin", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceProd", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"ReduceSumSquare", 18, attributes_to_inputs, {"axes"}},
    OpsetChange{"DFT", 20},
    OpsetChange{"GridSample", 20, with_attribute, {"mode"}},
    OpsetChange{"GroupNormalization", 21},
};

using RankOf = std::function<std::optional<std::size_t>(const std::string&)>;

bool takes_last_axis(const OnnxNode& node, const RankOf& rank_of) {
    const std::int64_t axis = node.integer("axis", 1);
    if (axis == -1) return true;
    std::optional<std::size_t> rank;
    if (!node.inputs.empty()) rank = rank_of(node.inputs.front());
    if (!rank && !node.outputs.empty()) rank = rank_of(node.outputs.front());
    // Without the attribute, the axis is 1 before and the last one after.
    return rank && axis + 1 == static_cast<std::int64_t>(*rank);
}

bool breaks(const OpsetChange& change, const OnnxNode& node) {
    const bool has = node.attribute(change.attributes[0]) != nullptr;
    switch (change.change) {
        case always:
            return true;
        case with_attribute:
            return has;
        case without_attribute:
            return !has;
        case further_outputs:
            return node.outputs.size() > 1;
        case last_axis:
        case attributes_to_inputs:
        case outputs_counted:
            return false;
    }
    return true;
}

void adapt(const OpsetChange& change, const OnnxNode& node, const RankOf& rank_of,
           OpsetAdaptation& adaptation) {
    if (change.change == last_axis && !takes_last_axis(node, rank_of))
        adaptation.flattened_from = node.integer("axis", 1);
    if (change.change == outputs_counted) {
        const bool has_sizes = node.inputs.size() > 1 || !adaptation.to_inputs.empty();
        if (!has_sizes && node.attribute("num_outputs") == nullptr)
            adaptation.outputs_counted = static_cast<std::int64_t>(node.outputs.size());
    }
    if (change.change != attributes_to_inputs) return;
    for (const std::string_view name : change.attributes) {
        const OnnxAttribute* attribute = node.attribute(name);
        if (attribute == nullptr) continue;
        if (attribute->ints.empty())
            adaptation.refusal = fmt::format("{} has {} that cannot be read", change.op, name);
        adaptation.to_inputs.push_back(name);
    }
}

}  // namespace

OpsetAdaptation adapt_to_opset(const OnnxNode& node, std::int64_t from, std::int64_t to,
                               const RankOf& rank_of) {
    OpsetAdaptation adaptation;
    if (!node.domain.empty()) return adaptation;
    for (const OpsetChange& change : opset_changes) {
        if (change.op != node.op_type || change.opset <= from || change.opset > to) continue;
        if (breaks(change, node)) {
            adaptation.refusal =
                fmt::format("{} has another form or meaning since operator set {}", change.op, change.opset);
            return adaptation;
        }
        adapt(change, node, rank_of, adaptation);
    }
    return adaptation;
}

std::int64_t ir_version_of_opset(std::int64_t opset) {
    struct Release {
        std::int64_t opset;
        std::int64_t ir_version;
    };
    constexpr std::array releases = {Release{9, 4},   Release{10, 5},  Release{11, 6},
                                     Release{14, 7},  Release{18, 8},  Release{20, 9},
                                     Release{22, 10}, Release{23, 11}, Release{24, 12}};
    for (const Release& release : releases)
        if (opset <= release.opset) return release.ir_version;
    return 13;
}

}  // namespace halfstep
