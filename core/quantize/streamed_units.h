// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"
#include "core/quantize/element_progress.h"
#include "core/quantize/measuring_pass.h"

#include <cstdint>
#include <span>

namespace halfstep {

// Finds the grids of the units that a measuring pass cannot hold in memory: of schemes with one scale for the
// tensor, and of channels that are very long. Those that take the limits of their weights share one pass; the
// others need passes of their own. Also finds the tensor's scale of nvfp4, by the same pass. Where 16-bit
// storage loses a scale, the entry's scheme becomes the one with 32-bit scales.
void find_streamed_units(const Model& model, std::span<MeasuringTask> tasks, ElementProgress& progress);

// Whether the limits of a scale for the whole tensor have to be found first, and those of no other long unit.
bool needs_limits_of_whole_tensor(const MeasuringTask& task);

// Elements that this will read, for the progress.
std::uint64_t streamed_work(const MeasuringTask& task);

}  // namespace halfstep
