// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <filesystem>
#include <memory>

namespace halfstep::bench {

// A model of one bf16 layer of 100 million gaussian weights, written to `path`.
std::shared_ptr<const Model> hundred_million_weights(const std::filesystem::path& path);

// The streaming engine: schemes alone and together, with one thread and with all; statistics.
void bench_measure(const Model& model, double bandwidth);

// The same work done by PyTorch, where /usr/bin/python3 has it.
void bench_torch(const Model& model, const std::filesystem::path& script);

// Dragging: from a new clip value to all numbers, and how they agree with the streaming engine.
void bench_drag(const Model& model);

}  // namespace halfstep::bench
