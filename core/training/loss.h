// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/batch.h"

#include <cstdint>
#include <optional>

namespace halfstep::training {

enum class Loss : std::uint8_t {
    mean_squared_error,  // Σ(y−t)² / (rows·outputs)
    cross_entropy,  // of the softmax: −Σ t·log p / rows; targets are probabilities, usually 0 and one 1
};

template <class Scalar>
struct LossAtOutputs {
    double value = 0;
    BasicBatch<Scalar> gradient;  // with respect to the outputs
};

template <class Scalar>
LossAtOutputs<Scalar> loss_at(Loss loss, const BasicBatch<Scalar>& outputs,
                              const BasicBatch<Scalar>& targets);

// The share of rows whose largest output is where the target is largest (the first of equals).
double accuracy(const Batch& outputs, const Batch& targets);

}  // namespace halfstep::training
