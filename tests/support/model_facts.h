// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

// What tests ask of a model that was opened.
namespace halfstep::testing {

inline bool has_issue(const Model& model, std::string_view words) {
    return std::ranges::any_of(
        model.issues(), [&](const Issue& issue) { return issue.message.find(words) != std::string::npos; });
}

inline std::vector<double> values_of(const Model& model, std::string_view name) {
    const TensorInfo& tensor = *model.find(name);
    std::vector<double> values(static_cast<std::size_t>(tensor.elements));
    model.read_doubles(tensor, 0, values);
    return values;
}

}  // namespace halfstep::testing
