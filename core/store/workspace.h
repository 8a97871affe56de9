// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/analysis/statistics.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// Everything measured and decided about a model, in one HDF5 file. README.md in this folder documents the
// layout.
struct Workspace {
    struct Tensor {
        std::string name;
        std::string dtype;
        std::string role;
        std::vector<std::int64_t> shape;
        std::uint64_t elements = 0;
        std::uint64_t bytes = 0;
        bool quantizable = false;
        friend bool operator==(const Tensor&, const Tensor&) = default;
    };

    std::string model_path;
    std::string fingerprint;  // model_fingerprint()
    std::string format;
    std::string architecture;
    std::vector<Tensor> tensors;                              // in model order
    std::vector<std::optional<TensorStatistics>> statistics;  // one for each tensor, or none at all
    std::vector<TensorMeasurement> measurements;              // any tensors, any schemes
    std::optional<Plan> plan;
};

// The model's part of a workspace; nothing measured, no plan.
Workspace describe_model(const Model& model);

// Whether the file begins as HDF5 files do. Throws Error where it cannot be read.
bool is_workspace(const std::filesystem::path& path);

// Atomically. Measurements are stored as a table of scheme by tensor, so that of a scheme measured twice on
// one tensor the last counts.
void save_workspace(const Workspace& workspace, const std::filesystem::path& path);

// The file is not trusted: no link out of it is followed, no filter but HDF5's own deflate and shuffle is
// used, and every size is checked against the file's before memory is taken. Throws Error for whatever is
// not a workspace. Messages about measurements (issues) are not stored.
Workspace load_workspace(const std::filesystem::path& path);

}  // namespace halfstep
