// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/dense_network.h"

namespace halfstep::training {

// The network's outputs where the activations are quantized with ranges that every example has for itself,
// found while it runs (dynamic quantization). With ranges found beforehand (static) see forward() and its
// grids.
Batch dynamic_outputs(const DenseNetwork& network, const Batch& inputs, int bits);

// ‖ŷ − y‖ / ‖y‖ over all outputs; 0 where y is 0.
double relative_distance(const Batch& outputs, const Batch& exact);

// The share of examples whose largest output is another one than it was.
double changed_answers(const Batch& outputs, const Batch& exact);

}  // namespace halfstep::training
