// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace halfstep::bench {

// A model of bf16 layers of gaussian weights ("w", "w1", …), written to `path`.
std::shared_ptr<const Model> write_layers(const std::filesystem::path& path, std::uint64_t layers,
                                          std::uint64_t channels, std::uint64_t inputs);

// The streaming engine: schemes alone and together, with one thread and with all; statistics. Beside it the
// time that reading alone takes.
void bench_measure(const Model& model);

// Dragging: from a new clip value to all numbers, and how they agree with the streaming engine.
void bench_drag(const Model& model);

}  // namespace halfstep::bench
