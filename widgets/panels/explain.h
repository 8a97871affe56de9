// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/statistics.h"
#include "core/quantize/measurement.h"

#include <QString>

#include <optional>

namespace halfstep {

// What is known about one tensor and one scheme; the more, the more the sentence can say.
struct ExplainFacts {
    Measurement measurement;
    std::optional<double> clipping_share;        // of the squared error; see ErrorProfile::clipping_squared
    std::optional<double> sqnr_one_more_bit;     // dB, measured with one more bit
    std::optional<TensorStatistics> statistics;  // of the weights
    QString quantized_as;                        // the type, where the weights are stored quantized already
};

// One plain sentence, at most two, that says what the figures mean and what would help; of weights that were
// quantized before, another one says so. Translated.
QString explain(const ExplainFacts& facts);

}  // namespace halfstep
