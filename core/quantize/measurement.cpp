// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/measurement.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

ErrorSums& ErrorSums::operator+=(const ErrorSums& other) {
    count += other.count;
    clipped += other.clipped;
    error_squared += other.error_squared;
    value_squared += other.value_squared;
    product += other.product;
    quantized_squared += other.quantized_squared;
    max_abs_error = std::max(max_abs_error, other.max_abs_error);
    return *this;
}

double mse(const ErrorSums& sums) {
    return sums.count == 0 ? 0.0 : sums.error_squared / static_cast<double>(sums.count);
}

std::optional<double> rel_error(const ErrorSums& sums) {
    if (sums.value_squared == 0) return std::nullopt;
    return std::sqrt(sums.error_squared / sums.value_squared);
}

std::optional<double> sqnr_db(const ErrorSums& sums) {
    if (sums.value_squared == 0 || sums.error_squared == 0) return std::nullopt;
    return 10.0 * std::log10(sums.value_squared / sums.error_squared);
}

std::optional<double> cosine(const ErrorSums& sums) {
    if (sums.value_squared == 0 || sums.quantized_squared == 0) return std::nullopt;
    return sums.product / (std::sqrt(sums.value_squared) * std::sqrt(sums.quantized_squared));
}

double clipped_share(const ErrorSums& sums) {
    return sums.count == 0 ? 0.0 : static_cast<double>(sums.clipped) / static_cast<double>(sums.count);
}

WeightedSums& WeightedSums::operator+=(const WeightedSums& other) {
    error_squared += other.error_squared;
    value_squared += other.value_squared;
    return *this;
}

std::optional<double> rel_error(const WeightedSums& sums) {
    if (sums.value_squared == 0) return std::nullopt;
    return std::sqrt(sums.error_squared / sums.value_squared);
}

std::optional<double> Measurement::weighted_rel_error() const {
    return weighted ? rel_error(*weighted) : std::nullopt;
}

}  // namespace halfstep
