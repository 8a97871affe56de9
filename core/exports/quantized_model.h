// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// What was written where a plan was carried out.
namespace halfstep {

// What became of one tensor of the model.
struct QuantizedTensor {
    std::string tensor;  // its name in the model
    std::string scheme;  // the notation of what is stored; "keep" where its type stayed
    std::uint64_t bytes = 0;
    std::optional<double> rel_error;  // of what is stored; none where all weights are 0
};

struct QuantizedModel {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    std::vector<QuantizedTensor> tensors;  // in the order of the file
    std::vector<Issue> issues;             // where and why the file is not what the plan asks for
    std::vector<std::filesystem::path> further_files = {};  // that `file` needs beside it
};

}  // namespace halfstep
