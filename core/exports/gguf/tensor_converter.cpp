// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/tensor_converter.h"

#include "core/exports/gguf/block_types.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace halfstep {
namespace {

constexpr float largest_f16 = 65504;
constexpr float largest_bf16 = 0x1.fep127F;

// Sums in fixed lanes, so that they are the same however they are vectorised.
void add_errors(std::span<const float> weights, std::span<const float> stored, ErrorSums& sums) {
    constexpr std::size_t lanes = 16;
    std::array<double, lanes> errors{};
    std::array<double, lanes> values{};
    std::size_t at = 0;
    for (; at + lanes <= weights.size(); at += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double value = weights[at + lane];
            const double error = value - stored[at + lane];
            errors[lane] += error * error;
            values[lane] += value * value;
        }
    for (; at < weights.size(); ++at) {
        const double value = weights[at];
        const double error = value - stored[at];
        errors[at % lanes] += error * error;
        values[at % lanes] += value * value;
    }
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        sums.error_squared += errors[lane];
        sums.value_squared += values[lane];
    }
    sums.count += weights.size();
}

void count_non_finite(std::span<const float> weights, ConversionOutcome& outcome) {
    std::uint64_t finite = 0;
    for (const float weight : weights)
        finite += std::abs(weight) <= std::numeric_limits<float>::max() ? 1U : 0U;
    if (finite == weights.size()) return;
    for (const float weight : weights) {
        outcome.nans += std::isnan(weight) ? 1U : 0U;
        outcome.infs += std::isinf(weight) ? 1U : 0U;
    }
}

// Both 16-bit floats, to nearest even; what is too large becomes the largest (see Scheme: overflow
// saturates).
template <class To, class From>
void store_halves(std::span<float> row, std::span<std::byte> into, float largest, To to_half, From to_float) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::uint16_t half = to_half(std::clamp(row[i], -largest, largest));
        std::memcpy(into.data() + i * sizeof half, &half, sizeof half);
        row[i] = to_float(half);
    }
}

}  // namespace

ConversionOutcome& ConversionOutcome::operator+=(const ConversionOutcome& other) {
    nans += other.nans;
    infs += other.infs;
    scale_overflow = scale_overflow || other.scale_overflow;
    sums += other.sums;
    return *this;
}

void TensorConverter::read(const GgufTensor& tensor, std::uint64_t first, std::uint64_t count) {
    weights_.resize(static_cast<std::size_t>(count));
    const std::span<float> into(weights_);
    if (tensor.source == nullptr) {
        std::ranges::copy_n(tensor.values.begin() + static_cast<std::ptrdiff_t>(first),
                            static_cast<std::ptrdiff_t>(count), weights_.begin());
    } else if (tensor.rotary_heads == 0) {
        model_.read_floats(*tensor.source, first, into);
    } else {
        const std::uint64_t length = tensor.row_elements();
        for (std::uint64_t done = 0; done < count;) {
            const std::uint64_t column = (first + done) % length;
            const std::uint64_t together = std::min(length - column, count - done);
            const std::uint64_t row = tensor.source_row((first + done) / length);
            model_.read_floats(
                *tensor.source, row * length + column,
                into.subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(together)));
            done += together;
        }
    }
    if (tensor.added != 0)
        for (float& weight : weights_)
            weight += tensor.added;
}

void TensorConverter::store(const GgufTensor& tensor, std::span<float> weights,
                            std::span<const float> importance, std::span<std::byte> into,
                            ConversionOutcome& outcome) {
    switch (tensor.type) {
        case DType::f32:
            std::memcpy(into.data(), weights.data(), into.size());
            break;
        case DType::f16:
            store_halves(weights, into, largest_f16, f32_to_f16, f16_to_f32);
            break;
        case DType::bf16:
            store_halves(weights, into, largest_bf16, f32_to_bf16, bf16_to_f32);
            break;
        default:
            outcome.scale_overflow =
                write_blocks(tensor.type, weights, importance, into).scale_overflow || outcome.scale_overflow;
    }
}

std::span<const std::byte> TensorConverter::convert(const GgufTensor& tensor, std::uint64_t first,
                                                    std::uint64_t count, ConversionOutcome& outcome,
                                                    const JobContext& job) {
    read(tensor, first, count);
    const DTypeTraits& type = traits(tensor.type);
    bytes_.resize(static_cast<std::size_t>(count) / type.block_elements * (type.block_bits / 8));
    const std::uint64_t before = outcome.nans + outcome.infs;
    count_non_finite(weights_, outcome);
    if (outcome.nans + outcome.infs != before) return bytes_;  // nobody will use them
    stored_ = weights_;
    job.throw_if_stopped();
    if (tensor.importance != nullptr && type.kind == DTypeKind::ggml_block)
        store_by_importance(tensor, first, outcome);
    else
        store(tensor, stored_, {}, bytes_, outcome);
    add_errors(weights_, stored_, outcome.sums);
    return bytes_;
}

// Rows of one matrix have the same importance: they go together, as many as there are.
void TensorConverter::store_by_importance(const GgufTensor& tensor, std::uint64_t first,
                                          ConversionOutcome& outcome) {
    const DTypeTraits& type = traits(tensor.type);
    const std::uint64_t length = tensor.row_elements();
    const bool one_matrix = tensor.importance->matrices() == 1;
    for (std::uint64_t done = 0; done < stored_.size();) {
        const std::uint64_t left = stored_.size() - done;
        const std::uint64_t row = std::min(length - (first + done) % length, left);
        const std::uint64_t together = one_matrix && row == length ? left / length * length : row;
        const std::span<const float> importance =
            tensor.importance->in_row(first + done, static_cast<std::size_t>(row));
        const auto block = static_cast<std::size_t>(done / type.block_elements);
        store(tensor,
              std::span(stored_).subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(together)),
              importance,
              std::span(bytes_).subspan(
                  block * (type.block_bits / 8),
                  static_cast<std::size_t>(together / type.block_elements) * (type.block_bits / 8)),
              outcome);
        done += together;
    }
}

std::span<const std::byte> TensorConverter::copy(const GgufTensor& tensor, std::uint64_t first,
                                                 std::uint64_t bytes) {
    bytes_.resize(static_cast<std::size_t>(bytes));
    model_.read_bytes(*tensor.source, first, bytes_);
    return bytes_;
}

}  // namespace halfstep
