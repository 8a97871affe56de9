// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/loss.h"

#include "core/training/elementary.h"

#include <algorithm>
#include <vector>

namespace halfstep::training {
namespace {

template <class Scalar>
LossAtOutputs<Scalar> squared_error(const BasicBatch<Scalar>& outputs, const BasicBatch<Scalar>& targets) {
    LossAtOutputs<Scalar> result{0, {outputs.rows, outputs.columns}};
    const auto count = static_cast<double>(outputs.values.size());
    for (std::size_t i = 0; i < outputs.values.size(); ++i) {
        const double error = static_cast<double>(outputs.values[i]) - static_cast<double>(targets.values[i]);
        result.value += error * error;
        result.gradient.values[i] = static_cast<Scalar>(2 * error / count);
    }
    result.value /= count;
    return result;
}

// Of one example; `gradient` gets p − t, the result is −Σ t·log p.
template <class Scalar>
double softmax_row(std::span<const Scalar> outputs, std::span<const Scalar> targets,
                   std::vector<double>& gradient) {
    const auto largest = static_cast<double>(*std::max_element(outputs.begin(), outputs.end()));
    double sum = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        gradient[i] = exponential(static_cast<double>(outputs[i]) - largest);
        sum += gradient[i];
    }
    const double log_sum = logarithm(sum);
    double loss = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const auto target = static_cast<double>(targets[i]);
        loss += target * (log_sum + largest - static_cast<double>(outputs[i]));
        gradient[i] = gradient[i] / sum - target;
    }
    return loss;
}

template <class Scalar>
LossAtOutputs<Scalar> cross_entropy(const BasicBatch<Scalar>& outputs, const BasicBatch<Scalar>& targets) {
    LossAtOutputs<Scalar> result{0, {outputs.rows, outputs.columns}};
    const auto rows = static_cast<double>(outputs.rows);
    std::vector<double> gradient(outputs.columns);
    for (std::size_t row = 0; row < outputs.rows; ++row) {
        result.value += softmax_row(outputs.row(row), targets.row(row), gradient);
        std::transform(gradient.begin(), gradient.end(), result.gradient.row(row).begin(),
                       [rows](double value) { return static_cast<Scalar>(value / rows); });
    }
    result.value /= rows;
    return result;
}

std::size_t largest_in(std::span<const float> row) {
    return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

}  // namespace

template <class Scalar>
LossAtOutputs<Scalar> loss_at(Loss loss, const BasicBatch<Scalar>& outputs,
                              const BasicBatch<Scalar>& targets) {
    return loss == Loss::cross_entropy ? cross_entropy(outputs, targets) : squared_error(outputs, targets);
}

double accuracy(const Batch& outputs, const Batch& targets) {
    std::size_t right = 0;
    for (std::size_t row = 0; row < outputs.rows; ++row)
        if (largest_in(outputs.row(row)) == largest_in(targets.row(row))) ++right;
    return static_cast<double>(right) / static_cast<double>(outputs.rows);
}

template LossAtOutputs<float> loss_at(Loss, const BasicBatch<float>&, const BasicBatch<float>&);
template LossAtOutputs<double> loss_at(Loss, const BasicBatch<double>&, const BasicBatch<double>&);

}  // namespace halfstep::training
