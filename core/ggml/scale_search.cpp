// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ggml/scale_search.h"

#include "core/ggml/block_arithmetic.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep::ggml {
namespace {

constexpr std::size_t most_elements = 32;
using CodeBuffer = std::array<std::uint8_t, most_elements>;

// Weighted sums of x·code and of code².
struct Sums {
    float product = 0;
    float square = 0;

    void add(float weight, float x, std::int32_t code) {
        const auto q = static_cast<float>(code);
        product += weight * x * q;
        square += weight * q * q;
    }
    Sums without(float weight, float x, std::int32_t code) const {
        const auto q = static_cast<float>(code);
        return {product - weight * x * q, square - weight * q * q};
    }
    // The part of the weighted square of x that these codes explain is product²/square.
    bool explains_more_than(const Sums& other) const {
        return product * product * other.square > other.product * other.product * square;
    }
    float scale() const { return square > 0 ? product / square : 0.0F; }
};

float weight_of(std::span<const float> x, std::span<const float> weights, std::size_t i) {
    return weights.empty() ? x[i] * x[i] : weights[i];
}

struct CentredCodes {
    Sums sums;
    std::uint64_t clipped = 0;
    CodeBuffer codes{};
};

CentredCodes centred_codes(std::span<const float> x, std::span<const float> weights, float inverse,
                           std::int32_t half) {
    CentredCodes result;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::int32_t nearest = nearest_int(inverse * x[i]);
        const std::int32_t code = std::clamp(nearest, -half, half - 1);
        if (code != nearest) ++result.clipped;
        result.codes[i] = low_byte(code + half);
        result.sums.add(weight_of(x, weights, i), x[i], code);
    }
    return result;
}

}  // namespace

CentredScale search_centred_scale(std::span<const float> x, std::span<const float> weights, std::int32_t half,
                                  std::span<std::uint8_t> codes) {
    const float extreme = signed_largest(x);
    std::fill(codes.begin(), codes.end(), std::uint8_t{0});
    if (std::fabs(extreme) < smallest_magnitude) return {};

    const auto largest = static_cast<float>(half);
    CentredCodes best = centred_codes(x, weights, -largest / extreme, half);
    float scale = best.sums.square != 0 ? best.sums.product / best.sums.square : 0.0F;
    float explained = scale * best.sums.product;
    for (int step = -9; step <= 9; ++step) {
        if (step == 0) continue;
        const float inverse = -(largest + 0.1F * static_cast<float>(step)) / extreme;
        const CentredCodes tried = centred_codes(x, weights, inverse, half);
        const auto [product, square] = tried.sums;
        if (!(square > 0) || !(product * product > explained * square)) continue;
        best = tried;
        scale = product / square;
        explained = scale * product;
    }
    std::copy_n(best.codes.begin(), codes.size(), codes.begin());
    return {scale, best.clipped};
}

float refine_centred_scale(std::span<const float> x, std::int32_t half, std::span<std::uint8_t> codes) {
    const float extreme = signed_largest(x);
    std::fill(codes.begin(), codes.end(), std::uint8_t{0});
    if (std::fabs(extreme) < smallest_magnitude) return 0;

    const CentredCodes start = centred_codes(x, {}, static_cast<float>(-half) / extreme, half);
    Sums sums = start.sums;
    std::array<std::int32_t, most_elements> centred{};
    for (std::size_t i = 0; i < x.size(); ++i)
        centred[i] = start.codes[i] - half;
    bool changed = true;
    for (int sweep = 0; sweep < 5 && changed; ++sweep) {
        changed = false;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float weight = x[i] * x[i];
            Sums moved = sums.without(weight, x[i], centred[i]);
            if (!(moved.product > 0)) continue;
            const std::int32_t code =
                std::clamp(nearest_int(x[i] * moved.square / moved.product), -half, half - 1);
            if (code == centred[i]) continue;
            moved.add(weight, x[i], code);
            if (!(moved.square > 0) || !moved.explains_more_than(sums)) continue;
            centred[i] = code;
            sums = moved;
            changed = true;
        }
    }
    for (std::size_t i = 0; i < x.size(); ++i)
        codes[i] = low_byte(centred[i] + half);
    return sums.scale();
}

namespace {

struct Line {
    float scale = 0;
    float minimum = 0;
};

float error_of(std::span<const float> x, std::span<const float> weights, const CodeBuffer& codes, Line line,
               bool absolute) {
    float error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const float difference = line.scale * static_cast<float>(codes[i]) + line.minimum - x[i];
        error += weights[i] * (absolute ? std::fabs(difference) : difference * difference);
    }
    return error;
}

// Codes of x from `minimum` on; returns how many were cut.
std::uint64_t codes_from(std::span<const float> x, float minimum, float inverse, std::int32_t largest,
                         CodeBuffer& codes) {
    std::uint64_t clipped = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::int32_t nearest = nearest_int(inverse * (x[i] - minimum));
        const std::int32_t code = std::clamp(nearest, 0, largest);
        if (code != nearest) ++clipped;
        codes[i] = low_byte(code);
    }
    return clipped;
}

// Weighted least squares of x against its codes.
class LineFit {
  public:
    LineFit(std::span<const float> x, std::span<const float> weights) : x_(x), weights_(weights) {
        weight_ = weights[0];
        weighted_x_ = weight_ * x[0];
        for (std::size_t i = 1; i < x.size(); ++i) {
            weight_ += weights[i];
            weighted_x_ += weights[i] * x[i];
        }
    }

    // False where the codes do not determine a line. A minimum above 0 is taken for 0.
    bool fit(const CodeBuffer& codes, Line& line) const {
        float code = 0;
        float code_squared = 0;
        float code_x = 0;
        for (std::size_t i = 0; i < x_.size(); ++i) {
            const auto q = static_cast<float>(codes[i]);
            code += weights_[i] * q;
            code_squared += weights_[i] * q * q;
            code_x += weights_[i] * q * x_[i];
        }
        const float determinant = weight_ * code_squared - code * code;
        if (!(determinant > 0)) return false;
        line.scale = (weight_ * code_x - weighted_x_ * code) / determinant;
        line.minimum = (code_squared * weighted_x_ - code * code_x) / determinant;
        if (line.minimum > 0) line = {code_x / code_squared, 0};
        return true;
    }

  private:
    std::span<const float> x_;
    std::span<const float> weights_;
    float weight_ = 0;
    float weighted_x_ = 0;
};

}  // namespace

ScaleAndMinimum search_scale_and_minimum(std::span<const float> x, std::span<const float> weights,
                                         std::int32_t largest, const SearchSteps& steps,
                                         std::span<std::uint8_t> codes) {
    const auto [low, high] = limits_of(x);
    Line best{0, low > 0 ? 0.0F : low};
    std::fill(codes.begin(), codes.end(), std::uint8_t{0});
    if (high <= best.minimum) return {0, -best.minimum, 0};

    const LineFit line_fit(x, weights);
    CodeBuffer tried{};
    const auto top = static_cast<float>(largest);
    const float inverse = top / (high - best.minimum);
    best.scale = 1 / inverse;
    std::uint64_t clipped = codes_from(x, best.minimum, inverse, largest, tried);
    std::copy_n(tried.begin(), codes.size(), codes.begin());
    float least = error_of(x, weights, tried, best, steps.absolute_error);
    for (int step = 0; step <= steps.last; ++step) {
        // The range starts at the best minimum so far, not at the lowest weight.
        const float tried_inverse =
            (steps.first + steps.step * static_cast<float>(step) + top) / (high - best.minimum);
        const std::uint64_t cut = codes_from(x, best.minimum, tried_inverse, largest, tried);
        Line line;
        if (!line_fit.fit(tried, line)) continue;
        const float error = error_of(x, weights, tried, line, steps.absolute_error);
        if (!(error < least)) continue;
        std::copy_n(tried.begin(), codes.size(), codes.begin());
        least = error;
        best = line;
        clipped = cut;
    }
    return {best.scale, -best.minimum, clipped};
}

namespace {

// The inverse scale, of nine around largest/max, whose codes have the least squared error. The first one's
// codes are not cut, but read back from a byte.
float best_positive_inverse(std::span<const float> x, std::span<const float> weights, std::int32_t largest,
                            float max) {
    const auto top = static_cast<float>(largest);
    const auto error_with = [&](float inverse, bool cut) {
        const float scale = 1 / inverse;
        float error = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::int32_t nearest = nearest_int(inverse * x[i]);
            const std::int32_t code = cut ? std::min(largest, nearest) : low_byte(nearest);
            const float difference = x[i] - scale * static_cast<float>(code);
            error += weights[i] * difference * difference;
        }
        return error;
    };
    float best = top / max;
    float least = error_with(best, false);
    for (int step = -4; step <= 4; ++step) {
        if (step == 0) continue;
        const float inverse = (0.1F * static_cast<float>(step) + top) / max;
        const float error = error_with(inverse, true);
        if (!(error < least)) continue;
        least = error;
        best = inverse;
    }
    return best;
}

}  // namespace

float search_positive_scale(std::span<const float> x, std::span<const float> weights, std::int32_t largest,
                            std::span<std::uint8_t> codes) {
    float max = 0;
    for (const float value : x)
        max = max > value ? max : value;
    std::fill(codes.begin(), codes.end(), std::uint8_t{0});
    if (max < smallest_magnitude) return 0;

    const float inverse = best_positive_inverse(x, weights, largest, max);
    Sums sums;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::int32_t code = std::min(largest, nearest_int(inverse * x[i]));
        codes[i] = low_byte(code);
        sums.add(weights[i], x[i], code);
    }
    bool changed = true;
    for (int sweep = 0; sweep < 5 && changed; ++sweep) {
        changed = false;
        for (std::size_t i = 0; i < x.size(); ++i) {
            Sums moved = sums.without(weights[i], x[i], codes[i]);
            if (!(moved.product > 0) || !(moved.square > 0)) continue;
            const std::int32_t code = std::min(largest, nearest_int(x[i] * moved.square / moved.product));
            if (code == codes[i]) continue;
            moved.add(weights[i], x[i], code);
            if (!moved.explains_more_than(sums)) continue;
            codes[i] = low_byte(code);
            sums = moved;
            changed = true;
        }
    }
    return sums.scale();
}

}  // namespace halfstep::ggml
