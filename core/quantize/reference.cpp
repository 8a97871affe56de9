// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/reference.h"

#include "core/base/error.h"
#include "core/ggml/ggml_blocks.h"
#include "core/quantize/kmeans.h"
#include "core/quantize/reference_range.h"
#include "core/schemes/small_floats.h"
#include "core/tensor/float_conversion.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace halfstep {
namespace {

// What shares one scale or codebook: elements [first, first + count).
struct Unit {
    std::size_t first = 0;
    std::size_t count = 0;
};

std::vector<Unit> units_of(const Scheme& scheme, std::size_t channels, std::size_t inputs) {
    if (channels * inputs == 0) return {};
    if (scheme.granularity == Granularity::tensor) return {{0, channels * inputs}};
    const std::size_t size = scheme.granularity == Granularity::group ? scheme.group_size : inputs;
    std::vector<Unit> units;
    for (std::size_t channel = 0; channel < channels; ++channel)
        for (std::size_t input = 0; input < inputs; input += size)
            units.push_back({channel * inputs + input, std::min(size, inputs - input)});
    return units;
}

std::vector<float> finite_values(std::span<const float> values) {
    std::vector<float> finite;
    std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
                 [](float value) { return std::isfinite(value); });
    return finite;
}

// One tensor on its way through one scheme.
class Quantizer {
  public:
    Quantizer(const Scheme& scheme, std::span<const float> values, MatrixShape shape)
        : scheme_(scheme), values_(values), shape_(shape) {
        result_.codes.assign(values.size(), 0);
        result_.reconstruction.assign(values.size(), 0.0F);
    }

    ReferenceResult run() {
        switch (scheme_.family) {
            case Family::integer:
            case Family::logarithmic:
            case Family::small_float:
            case Family::block_scaled:
                scaled();
                break;
            case Family::kmeans:
                codebooks();
                break;
            case Family::floating:
                floats();
                break;
            case Family::ggml:
                blocks();
                break;
            case Family::keep:
                std::copy(values_.begin(), values_.end(), result_.reconstruction.begin());
                break;
        }
        for (std::size_t i = 0; i < values_.size(); ++i)
            if (!std::isfinite(values_[i])) result_.reconstruction[i] = 0;
        sum_up();
        return std::move(result_);
    }

    bool scale_lost() const { return scale_lost_; }

  private:
    std::vector<Unit> units() const { return units_of(scheme_, shape_.channels, shape_.inputs); }

    void scaled() {
        for (const Unit& unit : units()) {
            const std::vector<float> finite = finite_values(values_.subspan(unit.first, unit.count));
            std::int32_t zero_point = 0;
            const float scale = scale_of(finite, zero_point);
            reconstruct(unit, scale, zero_point);
            result_.scales.push_back(scheme_.gamma ? rescaled(unit, scale, zero_point) : scale);
            if (scheme_.symmetry == Symmetry::asym) result_.zero_points.push_back(zero_point);
        }
        if (scheme_.scale_storage == ScaleStorage::dq) nest();
    }

    float scale_of(std::span<const float> finite, std::int32_t& zero_point) {
        switch (scheme_.family) {
            case Family::integer:
                return integer_scale(finite, zero_point);
            case Family::logarithmic:
                return log_scale(finite);
            case Family::block_scaled:
                return scheme_.float_format == FloatFormat::nvfp4 ? two_level_scale(finite)
                                                                  : power_of_two_scale(finite);
            default:
                return small_float_scale(finite);
        }
    }

    // Codes stay what they are; what is stored of their scales is less exact.
    void nest() {
        reference::nest(result_.scales);
        std::size_t index = 0;
        for (const Unit& unit : units()) {
            const float scale = result_.scales[index++];
            for (std::size_t i = unit.first; i < unit.first + unit.count; ++i)
                result_.reconstruction[i] =
                    std::isfinite(values_[i]) ? read_back(scale, result_.codes[i], 0) : 0.0F;
        }
    }

    // A scale as it is stored.
    float stored(float scale) {
        if (scheme_.scale_storage == ScaleStorage::s16) {
            const float rounded = f16_to_f32(f32_to_f16(scale));
            if (scale != 0 && (rounded == 0 || std::isinf(rounded))) scale_lost_ = true;
            return rounded;
        }
        return scale;
    }

    // Integer codes need the reciprocal: a scale that has none in float32 is 0.
    float stored_with_reciprocal(float scale) { return stored(std::isinf(1.0F / scale) ? 0.0F : scale); }

    float integer_scale(std::span<const float> finite, std::int32_t& zero_point) {
        if (scheme_.range == Range::mse) {
            const reference::BestGrid best = reference::best_integer_grid(scheme_, finite);
            zero_point = best.zero_point;
            return stored_with_reciprocal(static_cast<float>(best.scale));
        }
        auto [low, high] = reference::limits_of(scheme_, finite);
        const auto qmax = static_cast<float>((1 << (scheme_.bits - 1)) - 1);
        if (scheme_.symmetry == Symmetry::sym)
            return stored_with_reciprocal(std::max(std::fabs(low), std::fabs(high)) / qmax);
        if (scheme_.symmetry == Symmetry::symfull)
            return stored_with_reciprocal(std::max(high / qmax, -low / (qmax + 1)));
        low = std::min(low, 0.0F);
        high = std::max(high, 0.0F);
        const float steps = 2 * qmax + 1;
        const float width = high - low;
        const float scale =
            stored_with_reciprocal(std::isinf(width) ? high / steps - low / steps : width / steps);
        if (scale > 0)
            zero_point = static_cast<std::int32_t>(std::clamp(std::nearbyint(-low / scale), 0.0F, steps));
        return scale;
    }

    float log_scale(std::span<const float> finite) {
        auto [low, high] = reference::limits_of(scheme_, finite);
        const float limit = std::max(std::fabs(low), std::fabs(high));
        if (limit == 0) return 0;
        const int step = scheme_.range == Range::mse ? reference::best_log_step(scheme_, finite)
                                                     : reference::log_step(scheme_, limit);
        return stored(reference::log_level(scheme_, step));
    }

    float small_float_scale(std::span<const float> finite) {
        if (scheme_.range == Range::mse)
            return stored_with_reciprocal(static_cast<float>(reference::best_float_scale(scheme_, finite)));
        const auto [low, high] = reference::limits_of(scheme_, finite);
        return stored_with_reciprocal(std::max(std::fabs(low), std::fabs(high)) /
                                      unscaled_values(scheme_.float_format).back());
    }

    static float largest_magnitude(std::span<const float> values) {
        float largest = 0;
        for (const float value : values)
            largest = std::max(largest, std::fabs(value));
        return largest;
    }

    // The largest power of two with which no magnitude would leave the octave of the largest value.
    float power_of_two_scale(std::span<const float> finite) const {
        const float largest = largest_magnitude(finite);
        int value_exponent = 0;
        std::frexp(unscaled_values(scheme_.float_format).back(), &value_exponent);
        int exponent = -1000;
        if (largest > 0) std::frexp(largest, &exponent);
        return std::ldexp(1.0F, std::clamp(exponent - value_exponent, -127, 127));
    }

    float two_level_scale(std::span<const float> finite) const {
        const float whole = largest_magnitude(finite_values(values_)) / 2688.0F;  // 448·6
        if (6.0F * whole == 0) return 0;
        const float largest = largest_magnitude(finite);
        const float wanted = largest == 0 ? 1.0F : std::clamp(largest / (6.0F * whole), 0x1p-9F, 448.0F);
        const float scale = reference::nearest_magnitude(FloatFormat::fp8_e4m3, wanted) * whole;
        return std::isinf(1.0F / scale) ? 0.0F : scale;
    }

    // Codes and reconstructions of a unit.
    void reconstruct(const Unit& unit, float scale, std::int32_t zero_point) {
        for (std::size_t i = unit.first; i < unit.first + unit.count; ++i) {
            if (!std::isfinite(values_[i])) continue;
            bool clipped = false;
            if (scheme_.family == Family::integer)
                integer_code(i, scale, zero_point, clipped);
            else if (scheme_.family == Family::logarithmic)
                log_code(i, scale, clipped);
            else
                small_float_code(i, scale, clipped);
            if (clipped) ++result_.sums.clipped;
        }
    }

    void integer_code(std::size_t i, float scale, std::int32_t zero_point, bool& clipped) {
        const float half = static_cast<float>(1 << (scheme_.bits - 1));
        float qmin = -half;
        float qmax = half - 1;
        if (scheme_.symmetry == Symmetry::sym) qmin = -qmax;
        if (scheme_.symmetry == Symmetry::asym) {
            qmin = 0;
            qmax = 2 * half - 1;
        }
        const float reciprocal = scale == 0 ? 0.0F : 1.0F / scale;
        const float before = std::nearbyint(values_[i] * reciprocal) + static_cast<float>(zero_point);
        const float code = std::clamp(before, qmin, qmax);
        clipped = code != before;
        result_.codes[i] = static_cast<std::int32_t>(code);
        result_.reconstruction[i] = scale * static_cast<float>(result_.codes[i] - zero_point);
    }

    void log_code(std::size_t i, float scale, bool& clipped) {
        const reference::LogCode code = reference::log_code(scheme_, scale, values_[i]);
        clipped = code.clipped;
        result_.codes[i] = code.code;
        result_.reconstruction[i] = code.reconstruction;
    }

    // The code is the number of the value among all, ascending. Of two values as near the one with the even
    // mantissa wins, of NF4's the lower one; a value beyond the largest one is clipped where the next place
    // of the grid, if there were one, would win.
    void small_float_code(std::size_t i, float scale, bool& clipped) {
        const std::vector<float> values = unscaled_values(scheme_.float_format);
        // Far beyond the largest value all distances would round to the same.
        const double farthest = 4 * static_cast<double>(values.back());
        const double position = std::clamp(
            static_cast<double>(values_[i] * (scale == 0 ? 0.0F : 1.0F / scale)), -farthest, farthest);
        const bool is_float = scheme_.float_format != FloatFormat::nf4;
        const auto zero = static_cast<std::ptrdiff_t>(values.size() / 2);
        std::size_t best = 0;
        for (std::size_t k = 1; k < values.size(); ++k) {
            const double distance = std::fabs(position - static_cast<double>(values[k]));
            const double least = std::fabs(position - static_cast<double>(values[best]));
            const bool even = (static_cast<std::ptrdiff_t>(k) - zero) % 2 == 0;
            if (distance < least || (distance == least && is_float && even)) best = k;
        }
        if (is_float) {
            const double largest = static_cast<double>(values.back());
            const double halfway = largest + (largest - static_cast<double>(values[values.size() - 2])) / 2;
            const bool largest_is_even = (static_cast<std::ptrdiff_t>(values.size() - 1) - zero) % 2 == 0;
            clipped = std::fabs(position) > halfway || (std::fabs(position) == halfway && !largest_is_even);
        }
        result_.codes[i] = static_cast<std::int32_t>(best);
        result_.reconstruction[i] = scale * values[best];
    }

    // The scale that keeps the unit's second moment; codes stay what they are.
    float rescaled(const Unit& unit, float scale, std::int32_t zero_point) {
        double values_squared = 0;
        double quantized_squared = 0;
        for (std::size_t i = unit.first; i < unit.first + unit.count; ++i) {
            if (!std::isfinite(values_[i])) continue;
            values_squared += static_cast<double>(values_[i]) * static_cast<double>(values_[i]);
            quantized_squared += static_cast<double>(result_.reconstruction[i]) *
                                 static_cast<double>(result_.reconstruction[i]);
        }
        if (quantized_squared == 0) return scale;
        const double gamma = std::sqrt(values_squared / quantized_squared);
        const float kept = stored(static_cast<float>(gamma * static_cast<double>(scale)));
        for (std::size_t i = unit.first; i < unit.first + unit.count; ++i)
            result_.reconstruction[i] = read_back(kept, result_.codes[i], zero_point);
        return kept;
    }

    float read_back(float scale, std::int32_t code, std::int32_t zero_point) const {
        if (scheme_.family == Family::integer) return scale * static_cast<float>(code - zero_point);
        if (scheme_.family == Family::logarithmic) return log_value(scale, code);
        return scale * unscaled_values(scheme_.float_format)[static_cast<std::size_t>(code)];
    }

    // A log code read back with another scale.
    float log_value(float scale, std::int32_t code) const {
        if (code == 0) return 0;
        const int levels = (1 << (scheme_.bits - 1)) - 1;
        const double steps_below = levels - std::abs(code);
        const double ratio = std::exp2(-steps_below / (scheme_.half_octave ? 2 : 1));
        const auto level = static_cast<float>(static_cast<double>(scale) * ratio);
        return code > 0 ? level : -level;
    }

    void codebooks() {
        for (const Unit& unit : units()) {
            const std::vector<float> finite = finite_values(values_.subspan(unit.first, unit.count));
            const std::size_t most = std::size_t{1} << static_cast<unsigned>(scheme_.bits);
            const std::vector<float> levels = codebook_levels(reference::kmeans_centres(finite, most));
            for (std::size_t i = unit.first; i < unit.first + unit.count; ++i) {
                if (!std::isfinite(values_[i])) continue;
                const std::size_t nearest = nearest_level(levels, values_[i]);
                result_.codes[i] = static_cast<std::int32_t>(nearest);
                result_.reconstruction[i] = levels[nearest];
            }
            result_.levels.push_back(levels);
        }
    }

    // Ties go to the lower level. Distances between float32 values are compared in extended precision.
    static std::size_t nearest_level(std::span<const float> levels, float value) {
        std::size_t nearest = 0;
        const auto distance = [&](std::size_t level) {
            return std::fabs(static_cast<long double>(value) - static_cast<long double>(levels[level]));
        };
        for (std::size_t level = 1; level < levels.size(); ++level)
            if (distance(level) < distance(nearest)) nearest = level;
        return nearest;
    }

    void floats() {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const float value = values_[i];
            if (!std::isfinite(value)) continue;
            float rounded = value;
            float largest = value;
            if (scheme_.float_format == FloatFormat::fp16) {
                rounded = f16_to_f32(f32_to_f16(value));
                largest = 65504.0F;
            }
            if (scheme_.float_format == FloatFormat::bf16) {
                rounded = bf16_to_f32(f32_to_bf16(value));
                largest = 0x1.FEp127F;
            }
            if (std::isinf(rounded)) {
                rounded = std::copysign(largest, value);
                ++result_.sums.clipped;
            }
            result_.reconstruction[i] = rounded;
        }
    }

    void blocks() {
        for (std::size_t channel = 0; channel < shape_.channels; ++channel) {
            std::vector<float> row(shape_.inputs);
            for (std::size_t i = 0; i < row.size(); ++i) {
                const float value = values_[channel * row.size() + i];
                row[i] = std::isfinite(value) ? value : 0.0F;
            }
            std::vector<std::byte> bytes(ggml_bytes(scheme_.block_type, row.size()));
            const BlockOutcome outcome = quantize_ggml_row(scheme_.block_type, row, {}, bytes);
            if (outcome.scale_overflow) throw Error("a block's scale is too large for float16");
            result_.sums.clipped += outcome.clipped;
            const std::size_t first = channel * row.size();
            dequantize_ggml_row(scheme_.block_type, bytes,
                                std::span(result_.reconstruction).subspan(first, row.size()));
            ggml_codes_of_row(scheme_.block_type, bytes, std::span(result_.codes).subspan(first, row.size()));
        }
    }

    void sum_up() {
        ErrorSums& sums = result_.sums;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (!std::isfinite(values_[i])) continue;
            const auto x = static_cast<double>(values_[i]);
            const auto quantized = static_cast<double>(result_.reconstruction[i]);
            ++sums.count;
            sums.error_squared += (x - quantized) * (x - quantized);
            sums.value_squared += x * x;
            sums.product += x * quantized;
            sums.quantized_squared += quantized * quantized;
            sums.max_abs_error = std::max(sums.max_abs_error, std::fabs(x - quantized));
        }
    }

    Scheme scheme_;
    std::span<const float> values_;
    MatrixShape shape_;
    ReferenceResult result_;
    bool scale_lost_ = false;
};

}  // namespace

ReferenceResult quantize_reference(const Scheme& scheme, std::span<const float> values, MatrixShape shape) {
    if (values.size() != shape.channels * shape.inputs)
        throw Error("the number of values is not that of the shape");
    if (const std::string reason = why_not_applicable(scheme, shape.inputs); !reason.empty())
        throw Error(reason);
    Quantizer first_try(scheme, values, shape);
    ReferenceResult result = first_try.run();
    if (!first_try.scale_lost()) return result;
    Scheme wide = scheme;
    wide.scale_storage = ScaleStorage::s32;
    result = Quantizer(wide, values, shape).run();
    result.scales_kept_32_bits = true;
    return result;
}

}  // namespace halfstep
