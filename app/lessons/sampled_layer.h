// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/lesson_tensor.h"
#include "core/quantize/measurement.h"

#include <span>
#include <string>
#include <vector>

namespace halfstep {

// For stages that work on a small matrix of weights and change it.

// sampleRows() with values that are not finite taken as 0. Throws Error where the file cannot be read.
SampledRows finiteRows(const LessonTensor& tensor, MatrixShape most);

// The standard deviation; where it is 0, the largest magnitude, and 1 where that is 0 too: a unit in which
// the weights can be counted.
double weightUnit(std::span<const float> values);

// What the schemes do to this matrix.
std::vector<Measurement> measureRows(const SampledRows& rows, const std::vector<std::string>& schemes);

}  // namespace halfstep
