// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/weight_trace.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace halfstep {

// Does arithmetic in float32, one rounding an operation, and writes it down.
class TraceSteps {
  public:
    static TraceNumber single(float value) { return {static_cast<double>(value), NumberKind::float32}; }
    static TraceNumber whole(std::int64_t value) { return {static_cast<double>(value), NumberKind::integer}; }

    void add(StepLabel label, Operation operation, std::vector<TraceNumber> operands, TraceNumber result) {
        steps_.push_back({label, operation, std::move(operands), result});
    }

    float assign(StepLabel label, float value) {
        add(label, Operation::assign, {}, single(value));
        return value;
    }
    float plus(StepLabel label, float a, float b) { return binary(label, Operation::add, a, b, a + b); }
    float minus(StepLabel label, float a, float b) { return binary(label, Operation::subtract, a, b, a - b); }
    float times(StepLabel label, float a, float b) { return binary(label, Operation::multiply, a, b, a * b); }
    float divided(StepLabel label, float a, float b) { return binary(label, Operation::divide, a, b, a / b); }
    float rounded(float value) {
        const float result = std::nearbyint(value);
        add(StepLabel::rounded, Operation::round_half_even, {single(value)}, single(result));
        return result;
    }
    float rounded_away(float value) {
        const float result = std::round(value);
        add(StepLabel::rounded, Operation::round_half_away, {single(value)}, single(result));
        return result;
    }
    float truncated(float value) {
        const float result = std::trunc(value);
        add(StepLabel::rounded, Operation::truncate, {single(value)}, single(result));
        return result;
    }
    float clamped(float value, float low, float high) {
        const float result = std::clamp(value, low, high);
        add(StepLabel::clamped, Operation::clamp, {single(value), single(low), single(high)}, single(result));
        return result;
    }
    float looked_up(std::int64_t code, float value) {
        add(StepLabel::code_value, Operation::lookup, {whole(code)}, single(value));
        return value;
    }
    void code(std::int64_t code) { add(StepLabel::code, Operation::assign, {}, whole(code)); }

    std::vector<TraceStep> take() { return std::move(steps_); }
    bool empty() const { return steps_.empty(); }

  private:
    float binary(StepLabel label, Operation operation, float a, float b, float result) {
        add(label, operation, {single(a), single(b)}, single(result));
        return result;
    }

    std::vector<TraceStep> steps_;
};

}  // namespace halfstep
