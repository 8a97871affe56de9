// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/runtimes/config_target.h"

namespace halfstep {

// What compressed-tensors can store of weights; llm-compressor quantizes to it. Source: quantization/
// quant_args.py, quant_scheme.py and compressors/ of compressed-tensors (ac8e2ba, August 2026).
RuntimeFormats compressed_tensors_formats(std::string_view runtime);

// A group of its configuration for each scheme, named group_0 and so on: the modules as patterns that are
// anchored at both ends, and the arguments for their weights. Without the formats of the compressed tensors.
ConfigJson config_groups(const PlannedModules& modules);

// The name of the format that a scheme's weights are stored in.
std::string_view compressed_format(const Scheme& scheme);

}  // namespace halfstep
