// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/tensor_codes.h"

#include "core/base/error.h"
#include "core/base/job_phases.h"
#include "core/quantize/measured_scheme.h"
#include "core/quantize/measuring_pass.h"
#include "core/quantize/range.h"
#include "core/schemes/small_floats.h"
#include "core/tensor/float_conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

namespace halfstep {
namespace {

// The bits of the value of a small float that is nearest: the number of its magnitude, ascending, and the
// sign. Of two as near the one with the even mantissa, which is the even number.
class FloatCoder {
  public:
    explicit FloatCoder(FloatFormat format) {
        const std::vector<float> values = magnitudes(small_float(format));
        for (std::size_t i = 1; i < values.size(); ++i)
            midpoints_.push_back((values[i - 1] + values[i]) / 2);  // exact: few bits
    }

    std::uint32_t code(float position) const {
        const float magnitude = std::fabs(position);
        const auto above = std::lower_bound(midpoints_.begin(), midpoints_.end(), magnitude);
        auto number = static_cast<std::uint32_t>(above - midpoints_.begin());
        if (above != midpoints_.end() && *above == magnitude && number % 2 == 1) ++number;
        const bool negative = std::signbit(position) && number != 0;
        return number | (negative ? 0x80U : 0U);
    }

  private:
    std::vector<float> midpoints_;
};

// Takes the codes of one segment after another, from several threads.
class CodeTaker {
  public:
    CodeTaker(const TensorInfo& tensor, const AppliedScheme& applied, TensorCodes& result)
        : layout_(matrix_layout(tensor)), applied_(applied), result_(result), limits_{} {
        const Scheme& scheme = applied.scheme;
        result.code_bytes = scheme.family == Family::floating || scheme.bits > 8 ? 2 : 1;
        result.codes.resize(static_cast<std::size_t>(tensor.elements) * result.code_bytes);
        if (scheme.family == Family::floating) return;
        const MatrixShape shape = matrix_shape(tensor);
        const auto units = static_cast<std::size_t>(scale_units(scheme, shape.channels, shape.inputs));
        result.scales.resize(units);
        if (scheme.family == Family::integer) limits_ = code_limits(scheme);
        if (scheme.symmetry == Symmetry::asym) result.zero_points.resize(units);
        if (scheme.family == Family::small_float) floats_.emplace(scheme.float_format);
    }

    void take(const ReconstructedSegment& segment) {
        if (applied_.scheme.family == Family::floating) return take_halves(segment);
        const UnitLayout& units = applied_.layout;
        const std::uint64_t in_row = (units.row_elements + units.unit_elements - 1) / units.unit_elements;
        for (std::size_t i = 0; i < segment.values.size();) {
            const std::uint64_t element = segment.first + i;
            const std::uint64_t row = element / units.row_elements;
            const std::uint64_t group = (element - row * units.row_elements) / units.unit_elements;
            const std::uint64_t end =
                row * units.row_elements + std::min((group + 1) * units.unit_elements, units.row_elements);
            const auto count =
                static_cast<std::size_t>(std::min<std::uint64_t>(end - element, segment.values.size() - i));
            const UniformUnit unit = segment.quantizer.scaled_unit_at(element);
            const std::int32_t zero_point =
                result_.zero_points.empty() ? 0 : grid_of(limits_, unit).zero_point;
            note_unit(static_cast<std::size_t>(row * in_row + group), unit, zero_point);
            for (const float value : segment.values.subspan(i, count))
                put(segment.first + i++, code_of(value, unit, zero_point), value);
        }
    }

    std::uint64_t not_finite() const { return not_finite_; }

  private:
    // Every segment of a unit says the same; the one that holds its first element counts.
    void note_unit(std::size_t number, const UniformUnit& unit, std::int32_t zero_point) {
        std::atomic_ref(result_.scales[number]).store(unit.scale, std::memory_order_relaxed);
        if (!result_.zero_points.empty())
            std::atomic_ref(result_.zero_points[number]).store(zero_point, std::memory_order_relaxed);
    }

    std::uint32_t code_of(float value, const UniformUnit& unit, std::int32_t zero_point) const {
        const float position = std::clamp(value * unit.reciprocal, unit.low, unit.high);
        if (floats_) return floats_->code(position);
        return static_cast<std::uint32_t>(static_cast<std::int32_t>(std::nearbyint(position)) + zero_point);
    }

    void take_halves(const ReconstructedSegment& segment) {
        const bool wide = applied_.scheme.float_format == FloatFormat::bf16;
        for (std::size_t i = 0; i < segment.values.size(); ++i) {
            const float value = segment.reconstruction[i];
            put(segment.first + i, wide ? f32_to_bf16(value) : f32_to_f16(value), segment.values[i]);
        }
    }

    void put(std::uint64_t element, std::uint32_t code, float value) {
        if (!std::isfinite(value)) {
            not_finite_.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        const std::uint64_t inputs = layout_.inputs();
        const std::uint64_t at =
            layout_.contiguous_rows() ? element : file_index(layout_, {element / inputs, element % inputs});
        std::memcpy(result_.codes.data() + at * result_.code_bytes, &code, result_.code_bytes);
    }

    MatrixLayout layout_;
    const AppliedScheme& applied_;
    TensorCodes& result_;
    CodeLimits limits_;
    std::optional<FloatCoder> floats_;
    std::atomic<std::uint64_t> not_finite_ = 0;
};

}  // namespace

bool has_plain_codes(const Scheme& scheme) {
    switch (scheme.family) {
        case Family::integer:
            return true;
        case Family::small_float:
            return scheme.float_format == FloatFormat::fp8_e4m3 ||
                   scheme.float_format == FloatFormat::fp8_e5m2;
        case Family::floating:
            return scheme.float_format != FloatFormat::fp32;
        default:
            return false;
    }
}

TensorCodes quantize_to_codes(const Model& model, const TensorInfo& tensor, const Scheme& scheme,
                              const JobContext& job) {
    MeasuredScheme measured = measure_scheme(model, tensor, scheme, phase_of(job, 0, 0.5));
    TensorCodes result;
    result.scheme = measured.applied.scheme;
    CodeTaker taker(tensor, measured.applied, result);
    reconstruct_tensor(model, tensor, measured.applied, phase_of(job, 0.5, 1),
                       [&](std::size_t, const ReconstructedSegment& segment) { taker.take(segment); });
    if (taker.not_finite() != 0)
        throw Error(
            fmt::format("{} of its {} weights are not finite, and no file with such weights is written",
                        taker.not_finite(), tensor.elements),
            {model.path().string(), tensor.name, {}}, "Repair the model, or keep this tensor");
    result.measurement = std::move(measured.measurement);
    return result;
}

}  // namespace halfstep
