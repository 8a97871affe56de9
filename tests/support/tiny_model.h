// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// Models made of descriptions only, for what never reads a weight.
namespace halfstep::testing {

// A quantizable weight of the given rows and columns.
TensorInfo described_matrix(std::string name, std::int64_t channels, std::int64_t inputs,
                            DType dtype = DType::bf16);

// A norm.
TensorInfo described_vector(std::string name, std::int64_t elements, DType dtype = DType::f32);

Model described_model(std::vector<TensorInfo> tensors,
                      const std::filesystem::path& path = "/models/tiny.safetensors",
                      std::string format = "safetensors");

}  // namespace halfstep::testing
