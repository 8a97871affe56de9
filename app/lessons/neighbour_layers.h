// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/lesson_tensor.h"
#include "core/base/job_context.h"

#include <QString>

#include <array>
#include <vector>

namespace halfstep {

inline constexpr int least_layer_bits = 2;
inline constexpr int most_layer_bits = 8;

// A layer as a choice of bits sees it.
struct BudgetLayer {
    QString name;
    double weights = 0;
    double sensitivity = 1;  // what the model's output loses by the squared error of one weight
    double energy = 0;       // mean of x²
    // Σ(x−x̂)² ÷ Σx² with int2, int3 … int8, one scale, and the range of the least error.
    std::array<double, most_layer_bits - least_layer_bits + 1> error{};
};

// The same for weights that are given.
BudgetLayer budgetLayer(const QString& name, std::span<const float> values, const JobContext& job = {});

// Up to `most` layers of the tensor's model: itself and those before and after it that can be quantized, by
// parts of their rows. Sensitivities are those of their roles. Throws Error where the file cannot be read.
std::vector<BudgetLayer> neighbourLayers(const LessonTensor& tensor, std::size_t most, const JobContext& job);

}  // namespace halfstep
