// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/schemes/scheme.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

// Sums over the finite weights x of a tensor and their reconstructions x̂; every reported figure is
// derived from them.
struct ErrorSums {
    std::uint64_t count = 0;       // finite weights
    std::uint64_t clipped = 0;     // weights whose code before clamping lay outside [qmin, qmax]
    double error_squared = 0;      // Σ(x−x̂)²
    double value_squared = 0;      // Σx²
    double product = 0;            // Σx·x̂
    double quantized_squared = 0;  // Σx̂²
    double max_abs_error = 0;      // max|x−x̂|

    ErrorSums& operator+=(const ErrorSums& other);
};

double mse(const ErrorSums& sums);                       // Σ(x−x̂)²/n; 0 where n = 0
std::optional<double> rel_error(const ErrorSums& sums);  // √(Σ(x−x̂)²/Σx²); none where Σx² = 0
std::optional<double> sqnr_db(const ErrorSums& sums);  // 10·log10(Σx²/Σ(x−x̂)²); none where either sum is 0
std::optional<double> cosine(const ErrorSums& sums);  // Σx·x̂/√(Σx²·Σx̂²); none where a norm is 0
double clipped_share(const ErrorSums& sums);          // clipped/n; 0 where n = 0

// The same sums with every weight's importance w as a factor (see Importance).
struct WeightedSums {
    double error_squared = 0;  // Σw·(x−x̂)²
    double value_squared = 0;  // Σw·x²

    WeightedSums& operator+=(const WeightedSums& other);
};

std::optional<double> rel_error(const WeightedSums& sums);  // √(Σw(x−x̂)²/Σwx²); none where Σwx² = 0

// What one scheme does to one tensor.
struct Measurement {
    Scheme scheme;
    std::string refused;  // why the scheme cannot be applied to this tensor; then nothing below is meaningful
    double bits_per_weight = 0;
    std::uint64_t bytes = 0;
    ErrorSums sums;
    std::optional<float> scale;            // where there is one for the whole tensor
    std::optional<int> zero_point;         // the same
    std::vector<Issue> issues;             // for instance: 16-bit scales underflowed, 32-bit ones were used
    std::optional<WeightedSums> weighted;  // where the importance of the tensor's inputs is known

    // √(Σw(x−x̂)²/Σwx²); none where no importance is known or Σwx² = 0.
    std::optional<double> weighted_rel_error() const;
};

struct TensorMeasurement {
    std::string tensor;
    std::uint64_t elements = 0;
    std::vector<Measurement> results;  // in the order of the schemes asked for
};

}  // namespace halfstep
