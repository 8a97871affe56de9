// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <filesystem>
#include <string>

namespace halfstep::bench {

// Weights in memory, one thread: everything that measuring takes (widening, ranges, quantizing, error) on the
// first tensor of the model as f32, f16 and bf16, beside what `script` says PyTorch does with the same
// weights.
void bench_memory(const Model& model, const std::filesystem::path& script, const std::string& only);

}  // namespace halfstep::bench
