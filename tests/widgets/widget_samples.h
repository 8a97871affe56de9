// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/editors/scheme_editor.h"
#include "widgets/panels/live_numbers_panel.h"
#include "widgets/tables/layer_row.h"

#include <vector>

// Made-up but plausible contents for widgets, for tests and for the gallery.
namespace halfstep::testing {

// A small Llama's tensors: `blocks` blocks of nine tensors each, embedding, head and final norm around them.
// Figures differ from row to row; some tensors are kept, waiting, stale or refused.
std::vector<LayerRow> sampleLayers(int blocks);

// A million weights of mean square 1 with the given error; the scheme is read from its notation.
Measurement sampleMeasurement(const char* scheme, double rel_error, double clipped_share);

SchemeTarget sampleTarget(const char* name, Role role, const char* scheme, std::uint64_t channels,
                          std::uint64_t inputs);

}  // namespace halfstep::testing
