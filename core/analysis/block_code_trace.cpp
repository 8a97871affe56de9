// SPDX-License-Identifier: GPL-3.0-or-later
// From a weight to its code in a GGUF block: the arithmetic of core/ggml/quantize_*.cpp, for one weight.
#include "core/analysis/block_bits.h"
#include "core/analysis/block_trace.h"
#include "core/ggml/block_arithmetic.h"
#include "core/ggml/value_tables.h"
#include "core/tensor/float_conversion.h"

#include <cmath>

namespace halfstep {
namespace {

using namespace ggml;

class CodeWriting {
  public:
    CodeWriting(std::span<const float> weights, std::size_t index, TraceSteps& steps)
        : weights_(weights), weight_(weights[index]), index_(index), steps_(steps) {}

    // The rounding of (weight − minimum)·(1/scale) + offset towards 0.
    int truncated(float minimum, float inverse, float offset, int largest) {
        float above = weight_;
        if (minimum != 0) above = steps_.minus(StepLabel::above_minimum, weight_, minimum);
        const float position = steps_.times(StepLabel::scaled, above, inverse);
        const float code = steps_.truncated(steps_.plus(StepLabel::half_added, position, offset));
        return finished(
            code > static_cast<float>(largest) ? steps_.clamped(code, 0, static_cast<float>(largest)) : code);
    }

    int around_extreme(int half) {
        const float extreme = steps_.assign(StepLabel::block_extreme, signed_largest(weights_));
        const float scale = steps_.divided(StepLabel::exact_scale, extreme, static_cast<float>(-half));
        const auto inverse = reciprocal_of(scale);
        return inverse ? truncated(0, *inverse, static_cast<float>(half) + 0.5F, 2 * half - 1) : 0;
    }

    int from_minimum(int largest) {
        const BlockLimits limits = limits_of(weights_);
        steps_.assign(StepLabel::block_minimum, limits.low);
        steps_.assign(StepLabel::block_maximum, limits.high);
        const float width = limits.high - limits.low;
        const float scale = steps_.divided(StepLabel::exact_scale, width, static_cast<float>(largest));
        const auto inverse = reciprocal_of(scale);
        return inverse ? truncated(limits.low, *inverse, 0.5F, largest) : 0;
    }

    // Multiples of the largest magnitude over `divisor`, halves rounded away from 0.
    int of_largest(float divisor, int offset, int without_scale) {
        float scale = steps_.assign(StepLabel::block_largest, largest_magnitude(weights_));
        if (divisor != 1) scale = steps_.divided(StepLabel::exact_scale, scale, divisor);
        const auto inverse = reciprocal_of(scale);
        if (!inverse) return finished(static_cast<float>(without_scale));
        float code = steps_.rounded_away(steps_.times(StepLabel::scaled, weight_, *inverse));
        if (offset != 0) code = steps_.plus(StepLabel::offset_added, code, static_cast<float>(offset));
        return finished(code);
    }

    int sign() {
        const int code = weight_ >= 0 ? 1 : 0;
        steps_.code(code);
        return code;
    }

    template <class Block>
    int above_sub_minimum(const Block& block, int largest) {
        const auto sub = unpacked_scales(block);
        const std::size_t j = index_ / (Block::elements / sub.scales.size());
        const float scale =
            steps_.times(StepLabel::sub_scale, f16_to_f32(block.scale), static_cast<float>(sub.scales[j]));
        if (scale == 0) return -1;
        const float minimum = steps_.times(StepLabel::sub_minimum, f16_to_f32(block.minimum),
                                           static_cast<float>(sub.minima[j]));
        const float above = steps_.plus(StepLabel::above_minimum, weight_, minimum);
        const float position = steps_.divided(StepLabel::scaled, above, scale);
        return finished(steps_.clamped(steps_.rounded(position), 0, static_cast<float>(largest)));
    }

    int around_zero(float block_scale, int multiple, int half) {
        const float scale = steps_.times(StepLabel::sub_scale, block_scale, static_cast<float>(multiple));
        if (scale == 0) return -1;
        const float position = steps_.divided(StepLabel::scaled, weight_, scale);
        const float code =
            steps_.clamped(steps_.rounded(position), static_cast<float>(-half), static_cast<float>(half - 1));
        return finished(steps_.plus(StepLabel::offset_added, code, static_cast<float>(half)));
    }

  private:
    std::optional<float> reciprocal_of(float scale) {
        const auto inverse = reciprocal(scale);
        if (inverse && scale != 0)
            steps_.divided(StepLabel::reciprocal, 1.0F, scale);
        else
            steps_.assign(StepLabel::reciprocal, 0);
        return inverse;
    }

    int finished(float code) {
        steps_.code(static_cast<std::int64_t>(code));
        return static_cast<int>(code);
    }

    std::span<const float> weights_;
    float weight_;
    std::size_t index_;
    TraceSteps& steps_;
};

// The code that the arithmetic gives; -1 where there is none for this type.
template <class Block>
int written_code(const Block& block, CodeWriting& writing, std::size_t index) {
    if constexpr (std::is_same_v<Block, BlockQ4_0>) return writing.around_extreme(8);
    if constexpr (std::is_same_v<Block, BlockQ5_0>) return writing.around_extreme(16);
    if constexpr (std::is_same_v<Block, BlockQ4_1>) return writing.from_minimum(15);
    if constexpr (std::is_same_v<Block, BlockQ5_1>) return writing.from_minimum(31);
    if constexpr (std::is_same_v<Block, BlockQ8_0>) return writing.of_largest(127, 0, 0) & 0xff;
    if constexpr (std::is_same_v<Block, BlockTq1_0> || std::is_same_v<Block, BlockTq2_0>)
        return writing.of_largest(1, 1, 1);
    if constexpr (std::is_same_v<Block, BlockQ2_0>) return writing.of_largest(1, 1, 0);
    if constexpr (std::is_same_v<Block, BlockQ1_0>) return writing.sign();
    if constexpr (std::is_same_v<Block, BlockQ2_K>) return writing.above_sub_minimum(block, 3);
    if constexpr (std::is_same_v<Block, BlockQ4_K>) return writing.above_sub_minimum(block, 15);
    if constexpr (std::is_same_v<Block, BlockQ5_K>) return writing.above_sub_minimum(block, 31);
    if constexpr (std::is_same_v<Block, BlockQ3_K>)
        return writing.around_zero(f16_to_f32(block.scale), unpacked_scales(block)[index / 16] - 32, 4);
    if constexpr (std::is_same_v<Block, BlockQ6_K>)
        return writing.around_zero(f16_to_f32(block.scale), block.scales[index / 16], 32);
    return -1;
}

}  // namespace

bool trace_block_code(DType type, std::span<const float> weights, std::span<const std::byte> block,
                      std::size_t index, TraceSteps& steps) {
    bool own = false;
    visit_block<WritableBlocks>(type, [&]<class Block>(std::type_identity<Block>) {
        require_size(block.size(), sizeof(Block));
        require_size(weights.size(), Block::elements);
        Block one;
        std::memcpy(&one, block.data(), sizeof one);
        CodeWriting writing(weights, index, steps);
        own = written_code(one, writing, index) == raw_codes(one)[index];
    });
    return own;
}

}  // namespace halfstep
