// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/bit_fields.h"
#include "core/analysis/scale_trace.h"
#include "core/quantize/kmeans.h"
#include "core/schemes/small_floats.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace halfstep {
namespace {

constexpr FloatSplit split_of_e8m0{8, 0};
constexpr FloatSplit split_of_e4m3{4, 3};

// The power of two's exponent, 127 more.
StoredBytes stored_e8m0(float scale) {
    const std::uint64_t pattern = scale == 0 ? 0 : static_cast<std::uint64_t>(std::ilogb(scale) + 127);
    return stored_number(StoredPart::scale, BitRole::scale, pattern, 8, split_of_e8m0,
                         static_cast<double>(scale));
}

// The place among E4M3's values of the group's factor of a scale that is the product of two.
std::size_t place_of_factor(float scale, float tensor_scale) {
    const std::vector<float> values = magnitudes(float_e4m3);
    std::size_t place = 0;
    while (place + 1 < values.size() && values[place] * tensor_scale != scale)
        ++place;
    return place;
}

float factor_of(float scale, float tensor_scale) {
    return magnitudes(float_e4m3)[place_of_factor(scale, tensor_scale)];
}

StoredBytes stored_factor(float scale, float tensor_scale) {
    const std::size_t place = place_of_factor(scale, tensor_scale);
    return stored_number(StoredPart::scale, BitRole::sub_scale, scale == 0 ? 0 : place, 8, split_of_e4m3,
                         scale == 0 ? 0 : static_cast<double>(factor_of(scale, tensor_scale)));
}

// The scale, where it is not simply what is stored.
void scale_step(const Scheme& scheme, const UniformUnit& unit, float tensor_scale, TraceSteps& steps) {
    if (scheme.float_format == FloatFormat::nvfp4 && unit.scale != 0)
        steps.times(StepLabel::scale, factor_of(unit.scale, tensor_scale), tensor_scale);
    else if (scheme.scale_storage == ScaleStorage::dq)
        steps.assign(StepLabel::scale, unit.scale);
}

// A sign and the number of the magnitude among all from 0 up, which is exponent and mantissa as the format
// has them.
class SmallFloatTrace : public CodeTrace {
  public:
    SmallFloatTrace(const Scheme& scheme, const TracedUnit& unit)
        : scheme_(scheme),
          unit_(unit.scaled),
          tensor_scale_(unit.tensor_scale),
          format_(small_float(scheme.float_format)),
          magnitudes_(halfstep::magnitudes(format_)) {}

    int bits() const override { return scheme_.bits; }
    FloatSplit split() const override {
        return {scheme_.bits - 1 - format_.mantissa_bits, format_.mantissa_bits};
    }
    double code_value(std::uint32_t code) const override { return static_cast<double>(value_of(code)); }

    std::uint32_t encode(float weight, TraceSteps& steps) const override {
        float position = in_steps(unit_, weight, steps);
        if (std::fabs(position) > format_.largest)
            position = steps.clamped(position, -format_.largest, format_.largest);
        const std::uint32_t code = nearest(position);
        steps.add(StepLabel::nearest, Operation::nearest, {TraceSteps::single(position)},
                  TraceSteps::single(value_of(code)));
        return code;
    }

    float decode(std::uint32_t code, TraceSteps& steps) const override {
        scale_step(scheme_, unit_, tensor_scale_, steps);
        float_value_step(steps, StepLabel::code_value, code, split(), 1 - format_.lowest_exponent,
                         TraceSteps::single(value_of(code)));
        return steps.times(StepLabel::times_scale, unit_.scale, value_of(code));
    }

    std::vector<StoredBytes> beside_codes(std::uint32_t /*code*/) const override {
        return stored_scale(scheme_, unit_.scale, tensor_scale_);
    }

  private:
    // Of two values as near, the one with the even mantissa.
    std::uint32_t nearest(float position) const {
        const float magnitude = std::fabs(position);
        const auto above = std::lower_bound(magnitudes_.begin(), magnitudes_.end(), magnitude);
        auto place = static_cast<std::uint32_t>(above - magnitudes_.begin());
        if (place == magnitudes_.size()) --place;
        if (place > 0) {
            const double up = static_cast<double>(magnitudes_[place]) - static_cast<double>(magnitude);
            const double down = static_cast<double>(magnitude) - static_cast<double>(magnitudes_[place - 1]);
            if (down < up || (down == up && place % 2 != 0)) --place;
        }
        return std::signbit(position) ? place | sign() : place;
    }
    float value_of(std::uint32_t code) const {
        const float magnitude = magnitudes_[code & (sign() - 1)];
        return (code & sign()) != 0 ? -magnitude : magnitude;
    }
    std::uint32_t sign() const { return 1U << static_cast<unsigned>(scheme_.bits - 1); }

    Scheme scheme_;
    UniformUnit unit_;
    float tensor_scale_;
    SmallFloat format_;
    std::vector<float> magnitudes_;
};

class Nf4Trace : public CodeTrace {
  public:
    Nf4Trace(const Scheme& scheme, const UniformUnit& unit) : scheme_(scheme), unit_(unit) {}

    int bits() const override { return 4; }

    std::uint32_t encode(float weight, TraceSteps& steps) const override {
        const float position = in_steps(unit_, weight, steps);
        const std::uint32_t code = nearest_level(nf4_values(), position);
        steps.add(StepLabel::nearest, Operation::nearest, {TraceSteps::single(position)},
                  TraceSteps::single(nf4_values()[code]));
        steps.code(code);
        return code;
    }
    float decode(std::uint32_t code, TraceSteps& steps) const override {
        scale_step(scheme_, unit_, 0, steps);
        const float value = steps.looked_up(code, nf4_values()[code]);
        return steps.times(StepLabel::times_scale, unit_.scale, value);
    }
    std::vector<StoredBytes> beside_codes(std::uint32_t /*code*/) const override {
        return stored_scale(scheme_, unit_.scale, 0);
    }

  private:
    Scheme scheme_;
    UniformUnit unit_;
};

// MXINT8: two's complement in units of 2^-6.
class MxIntegerTrace : public CodeTrace {
  public:
    MxIntegerTrace(const Scheme& scheme, const UniformUnit& unit) : scheme_(scheme), unit_(unit) {}

    int bits() const override { return 8; }
    double code_value(std::uint32_t code) const override { return number_of(code); }

    std::uint32_t encode(float weight, TraceSteps& steps) const override {
        const float position = in_steps(unit_, weight, steps);
        const float units = steps.times(StepLabel::sixty_fourths, position, 64);
        const auto number = static_cast<int>(steps.clamped(steps.rounded(units), -127, 127));
        steps.code(number);
        return static_cast<std::uint32_t>(number) & 0xffU;
    }
    float decode(std::uint32_t code, TraceSteps& steps) const override {
        const int number = number_of(code);
        steps.code(number);
        const float value = steps.divided(StepLabel::code_value, static_cast<float>(number), 64);
        return steps.times(StepLabel::times_scale, unit_.scale, value);
    }
    std::vector<StoredBytes> beside_codes(std::uint32_t /*code*/) const override {
        return stored_scale(scheme_, unit_.scale, 0);
    }

  private:
    static int number_of(std::uint32_t code) {
        return code < 128 ? static_cast<int>(code) : static_cast<int>(code) - 256;
    }

    Scheme scheme_;
    UniformUnit unit_;
};

}  // namespace

std::vector<StoredBytes> stored_scale(const Scheme& scheme, float scale, float tensor_scale) {
    if (scheme.family == Family::block_scaled) {
        if (scheme.float_format != FloatFormat::nvfp4) return {stored_e8m0(scale)};
        return {stored_factor(scale, tensor_scale),
                stored_f32(StoredPart::scale, BitRole::scale, tensor_scale)};
    }
    switch (scheme.scale_storage) {
        case ScaleStorage::s16:
            return {stored_f16(StoredPart::scale, BitRole::scale, scale)};
        case ScaleStorage::s32:
            return {stored_f32(StoredPart::scale, BitRole::scale, scale)};
        case ScaleStorage::dq:
            break;
    }
    return {};
}

float in_steps(const UniformUnit& unit, float weight, TraceSteps& steps) {
    if (unit.reciprocal != 0 && unit.reciprocal == 1.0F / unit.scale)
        steps.divided(StepLabel::reciprocal, 1.0F, unit.scale);
    else
        steps.assign(StepLabel::reciprocal, unit.reciprocal);
    return steps.times(StepLabel::scaled, weight, unit.reciprocal);
}

std::uint32_t nearest_level(std::span<const float> levels, float position) {
    const std::vector<float> thresholds = codebook_thresholds(levels);
    return static_cast<std::uint32_t>(std::lower_bound(thresholds.begin(), thresholds.end(), position) -
                                      thresholds.begin());
}

std::unique_ptr<CodeTrace> small_float_trace(const Scheme& scheme, const TracedUnit& unit) {
    switch (scheme.float_format) {
        case FloatFormat::nf4:
            return std::make_unique<Nf4Trace>(scheme, unit.scaled);
        case FloatFormat::mxint8:
            return std::make_unique<MxIntegerTrace>(scheme, unit.scaled);
        default:
            return std::make_unique<SmallFloatTrace>(scheme, unit);
    }
}

}  // namespace halfstep
