// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/tensor/tensor_info.h"

#include <string>
#include <utility>
#include <vector>

namespace halfstep {

// What the header of one file says, checked against the file itself. Roles and axes are not set yet.
struct FileContents {
    std::vector<TensorInfo> tensors;  // in the order of their bytes
    std::vector<std::pair<std::string, std::string>> properties;
    std::string architecture;
    std::vector<Issue> issues;
};

// Properties are for display: longer texts and further entries are left out.
inline constexpr std::size_t longest_property = 300;
inline constexpr std::size_t most_properties = 300;

}  // namespace halfstep
