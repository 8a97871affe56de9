// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/code_trace.h"

#include "core/analysis/bit_fields.h"
#include "core/analysis/scale_trace.h"
#include "core/quantize/kmeans.h"
#include "core/quantize/log_levels.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace halfstep {
namespace {

// Two's complement; asymmetric codes are not negative.
class IntegerTrace : public CodeTrace {
  public:
    IntegerTrace(const Scheme& scheme, const UniformUnit& unit)
        : scheme_(scheme), unit_(unit), limits_(code_limits(scheme)) {
        if (is_asymmetric()) zero_point_ = grid_of(limits_, unit).zero_point;
    }

    int bits() const override { return scheme_.bits; }

    double code_value(std::uint32_t code) const override { return number_of(code); }

    std::uint32_t encode(float weight, TraceSteps& steps) const override {
        float code = steps.rounded(in_steps(unit_, weight, steps));
        if (is_asymmetric())
            code = steps.plus(StepLabel::offset_added, code, static_cast<float>(zero_point_));
        code = steps.clamped(code, static_cast<float>(limits_.qmin), static_cast<float>(limits_.qmax));
        const auto number = static_cast<std::int32_t>(code);
        steps.code(number);
        return static_cast<std::uint32_t>(number) & mask();
    }

    float decode(std::uint32_t code, TraceSteps& steps) const override {
        if (scheme_.scale_storage == ScaleStorage::dq) steps.assign(StepLabel::scale, unit_.scale);
        const std::int32_t number = number_of(code);
        steps.code(number);
        const std::int32_t centred = number - zero_point_;
        if (is_asymmetric())
            steps.add(StepLabel::centred, Operation::subtract,
                      {TraceSteps::whole(number), TraceSteps::whole(zero_point_)},
                      TraceSteps::whole(centred));
        return steps.times(StepLabel::times_scale, unit_.scale, static_cast<float>(centred));
    }

    std::vector<StoredBytes> beside_codes(std::uint32_t /*code*/) const override {
        std::vector<StoredBytes> stored = stored_scale(scheme_, unit_.scale, 0);
        if (is_asymmetric())
            stored.push_back(stored_number(StoredPart::zero_point, BitRole::zero_point,
                                           static_cast<std::uint64_t>(zero_point_), scheme_.bits, {},
                                           zero_point_));
        return stored;
    }

  private:
    bool is_asymmetric() const { return scheme_.symmetry == Symmetry::asym; }
    std::uint32_t mask() const { return (1U << static_cast<unsigned>(scheme_.bits)) - 1; }
    std::int32_t number_of(std::uint32_t code) const {
        const std::uint32_t sign = 1U << static_cast<unsigned>(scheme_.bits - 1);
        if (is_asymmetric() || (code & sign) == 0) return static_cast<std::int32_t>(code);
        return static_cast<std::int32_t>(code) - static_cast<std::int32_t>(mask()) - 1;
    }

    Scheme scheme_;
    UniformUnit unit_;
    CodeLimits limits_;
    std::int32_t zero_point_ = 0;
};

// A sign and the place of the level, from 1 for the smallest; 0 is 0.
class LogTrace : public CodeTrace {
  public:
    LogTrace(const Scheme& scheme, const UnitParameters& unit) : scheme_(scheme), unit_(unit) {}

    int bits() const override { return scheme_.bits; }
    double code_value(std::uint32_t code) const override {
        const auto place = static_cast<double>(code & (sign() - 1));
        return (code & sign()) != 0 ? -place : place;
    }

    std::uint32_t encode(float weight, TraceSteps& steps) const override {
        if (weight == 0 || unit_.grid.scale == 0) {
            steps.code(0);
            return 0;
        }
        const double per_octave = scheme_.half_octave ? 2 : 1;
        const double octaves = per_octave * std::log2(std::fabs(static_cast<double>(weight)));
        const int step = nearest_log_step(scheme_, std::fabs(static_cast<double>(weight)));
        const int top = nearest_log_step(scheme_, static_cast<double>(unit_.grid.scale));
        steps.add(StepLabel::octaves, Operation::log2,
                  {TraceSteps::single(weight), TraceSteps::whole(static_cast<int>(per_octave))},
                  {octaves, NumberKind::shown});
        steps.add(StepLabel::rounded, Operation::round_half_even, {{octaves, NumberKind::shown}},
                  TraceSteps::whole(step));
        steps.add(StepLabel::below_largest, Operation::subtract,
                  {TraceSteps::whole(top), TraceSteps::whole(step)}, TraceSteps::whole(top - step));
        steps.add(StepLabel::level_place, Operation::subtract,
                  {TraceSteps::whole(levels()), TraceSteps::whole(top - step)},
                  TraceSteps::whole(levels() - (top - step)));
        const int place = std::clamp(levels() - (top - step), 0, levels());
        if (place != levels() - (top - step))
            steps.add(StepLabel::clamped, Operation::clamp,
                      {TraceSteps::whole(levels() - (top - step)), TraceSteps::whole(0),
                       TraceSteps::whole(levels())},
                      TraceSteps::whole(place));
        const bool negative = weight < 0 && place != 0;
        steps.code(negative ? -place : place);
        return static_cast<std::uint32_t>(place) | (negative ? sign() : 0);
    }

    float decode(std::uint32_t code, TraceSteps& steps) const override {
        const int place = static_cast<int>(code & (sign() - 1));
        const bool negative = (code & sign()) != 0;
        steps.code(negative ? -place : place);
        if (place == 0) return steps.assign(StepLabel::code_value, 0);
        const int below = levels() - place;
        steps.add(StepLabel::below_largest, Operation::subtract,
                  {TraceSteps::whole(levels()), TraceSteps::whole(place)}, TraceSteps::whole(below));
        const float level = log_level_below(scheme_, unit_.stored_scale, below);
        steps.add(StepLabel::code_value, Operation::power_below,
                  {TraceSteps::single(unit_.stored_scale), TraceSteps::whole(below),
                   TraceSteps::whole(scheme_.half_octave ? 2 : 1)},
                  TraceSteps::single(level));
        return negative ? steps.assign(StepLabel::reconstruction, -level) : level;
    }

    std::vector<StoredBytes> beside_codes(std::uint32_t /*code*/) const override {
        return stored_scale(scheme_, unit_.stored_scale, 0);
    }

  private:
    int levels() const { return (1 << (scheme_.bits - 1)) - 1; }
    std::uint32_t sign() const { return 1U << static_cast<unsigned>(scheme_.bits - 1); }

    Scheme scheme_;
    UnitParameters unit_;
};

class CodebookTrace : public CodeTrace {
  public:
    CodebookTrace(const Scheme& scheme, std::vector<float> levels)
        : bits_(scheme.bits), levels_(std::move(levels)) {
        if (levels_.empty()) levels_.push_back(0);
    }

    int bits() const override { return bits_; }

    std::uint32_t encode(float weight, TraceSteps& steps) const override {
        const std::uint32_t code = nearest_level(levels_, weight);
        steps.add(StepLabel::nearest, Operation::nearest, {TraceSteps::single(weight)},
                  TraceSteps::single(levels_[code]));
        steps.code(code);
        return code;
    }
    float decode(std::uint32_t code, TraceSteps& steps) const override {
        return steps.looked_up(code, levels_[code]);
    }

    std::vector<StoredBytes> beside_codes(std::uint32_t code) const override {
        const bool in_f16 = std::all_of(levels_.begin(), levels_.end(),
                                        [](float level) { return f16_to_f32(f32_to_f16(level)) == level; });
        const FloatSplit split = in_f16 ? split_of_f16 : split_of_bf16;
        StoredBytes stored;
        stored.part = StoredPart::codebook;
        // Some levels around the weight's own.
        const std::size_t shown = std::min<std::size_t>(levels_.size(), 16);
        const std::size_t first = std::min<std::size_t>(code / shown * shown, levels_.size() - shown);
        stored.first_byte = 2 * first;
        stored.total_bytes = 2 * levels_.size();
        stored.roles.assign(16 * shown, BitRole::level);
        for (std::size_t i = first; i < first + shown; ++i) {
            const std::uint16_t bits = in_f16 ? f32_to_f16(levels_[i]) : f32_to_bf16(levels_[i]);
            stored.bytes.push_back(static_cast<std::uint8_t>(bits & 0xffU));
            stored.bytes.push_back(static_cast<std::uint8_t>(bits >> 8U));
        }
        stored.selected.push_back(group_of(BitRole::level, static_cast<std::uint32_t>(16 * (code - first)),
                                           16, split, static_cast<double>(levels_[code])));
        give_field_roles(stored, stored.selected.front());
        return {stored};
    }

  private:
    int bits_;
    std::vector<float> levels_;
};

// fp16, bf16 and fp32: the weight itself, rounded.
class FloatTrace : public CodeTrace {
  public:
    explicit FloatTrace(FloatFormat format) : format_(format) {}

    int bits() const override { return format_ == FloatFormat::fp32 ? 32 : 16; }
    FloatSplit split() const override {
        if (format_ == FloatFormat::fp32) return split_of_f32;
        return format_ == FloatFormat::fp16 ? split_of_f16 : split_of_bf16;
    }
    double code_value(std::uint32_t code) const override { return static_cast<double>(value_of(code)); }

    std::uint32_t encode(float weight, TraceSteps& steps) const override {
        const float largest = format_ == FloatFormat::fp16 ? 65504.0F : 0x1.FEp127F;
        std::uint32_t code = pattern_of(weight);
        if (std::isinf(value_of(code))) {
            const float cut = steps.clamped(weight, -largest, largest);
            code = pattern_of(cut);
        }
        steps.add(StepLabel::nearest, Operation::nearest, {TraceSteps::single(weight)},
                  TraceSteps::single(value_of(code)));
        return code;
    }
    float decode(std::uint32_t code, TraceSteps& steps) const override {
        const int bias = format_ == FloatFormat::fp16 ? 15 : 127;
        float_value_step(steps, StepLabel::code_value, code, split(), bias,
                         TraceSteps::single(value_of(code)));
        return value_of(code);
    }

  private:
    std::uint32_t pattern_of(float value) const {
        if (format_ == FloatFormat::fp32) return std::bit_cast<std::uint32_t>(value);
        return format_ == FloatFormat::fp16 ? f32_to_f16(value) : f32_to_bf16(value);
    }
    float value_of(std::uint32_t code) const {
        if (format_ == FloatFormat::fp32) return std::bit_cast<float>(code);
        const auto bits = static_cast<std::uint16_t>(code);
        return format_ == FloatFormat::fp16 ? f16_to_f32(bits) : bf16_to_f32(bits);
    }

    FloatFormat format_;
};

}  // namespace

std::unique_ptr<CodeTrace> code_trace_of(const Scheme& scheme, const TracedUnit& unit) {
    switch (scheme.family) {
        case Family::integer:
            return std::make_unique<IntegerTrace>(scheme, unit.scaled);
        case Family::small_float:
        case Family::block_scaled:
            return small_float_trace(scheme, unit);
        case Family::logarithmic:
            return std::make_unique<LogTrace>(scheme, unit.searched);
        case Family::kmeans:
            return std::make_unique<CodebookTrace>(scheme, unit.searched.levels);
        case Family::floating:
            return std::make_unique<FloatTrace>(scheme.float_format);
        default:
            return nullptr;
    }
}

}  // namespace halfstep
