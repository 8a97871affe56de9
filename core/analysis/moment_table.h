// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace halfstep {

class MomentCounter;

// A per-tensor scalar quantizer with its parameters fixed: what a dragged clip limit or zero-point gives.
// Integer: x̂ = scale·(q − zero_point), q = clamp(round(x·(1/scale)) + zero_point, qmin, qmax).
struct UniformQuantizer {
    float scale = 0;
    std::int32_t zero_point = 0;
    std::int32_t qmin = 0;
    std::int32_t qmax = 0;
    float stored_scale = 0;  // x̂ is made with this scale where it is not 0 (gamma)
};

// What-if in microseconds: one pass over a tensor fills 65,536 buckets keyed by the sortable top 16 bits of
// the float32 value (f16: the sortable 16 bits themselves), each with its count and its moments. A walk over
// the occupied ones, some ten thousand, answers the error of any scalar quantizer, whatever the tensor's
// size. For f16 and bf16 sources a bucket is one value and nothing is approximated. For f32 and f64 sources
// the values of a bucket that a threshold cuts are taken as spread evenly over it (where levels are not
// equally spaced: as going where their mean goes), and `uncertainty` bounds what that can change. Non-finite
// values are left out.
class MomentTable {
  public:
    static MomentTable build(const Model& model, const TensorInfo& tensor, const JobContext& job = {});
    // Elements [first, first + count) of the tensor.
    static MomentTable build(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                             std::uint64_t count, const JobContext& job);
    // `values` must be representable in `source`.
    static MomentTable build(std::span<const float> values, DType source = DType::f32);

    // Whether a table of such a source has one value a bucket.
    static bool is_exact_for(DType source);

    struct Answer {
        ErrorSums sums;
        double uncertainty = 0;  // |true Σ(x−x̂)² − sums.error_squared| is at most this; 0 where exact
        std::uint64_t clipped_uncertainty = 0;  // the same of sums.clipped
    };

    Answer evaluate(const UniformQuantizer& quantizer) const;

    // x̂ of any value, and whether its code had to be clamped.
    struct Rounded {
        float value = 0;
        bool clipped = false;
    };

    // Any scalar quantizer; x̂ must not decrease where x grows.
    Answer evaluate(const std::function<Rounded(float)>& quantizer) const;

    // Any ascending list of levels (not empty): the nearest one wins, the lower one of two as near.
    Answer evaluate_levels(std::span<const float> ascending_levels) const;

    bool exact() const { return exact_; }           // one value a bucket
    std::uint64_t count() const { return total_; }  // finite values
    std::uint64_t non_finite() const { return non_finite_; }
    double value_squared() const { return value_squared_; }  // Σx²
    double min() const;                                      // 0 where there is no finite value
    double max() const;
    double abs_max() const;

    // Finite values x with |x| <= limit, as a share; exact but for the bucket that holds the limit.
    double share_within(double limit) const;

    // The occupied buckets, ascending: the mean of each, how many values it holds, Σ(x−mean)², and its
    // smallest and largest value.
    std::span<const double> means() const { return mean_; }
    std::span<const double> counts() const { return count_; }
    std::span<const double> spreads() const { return spread_; }
    std::span<const float> lowest() const { return low_; }
    std::span<const float> highest() const { return high_; }

  private:
    friend class MomentCounter;
    struct Walk;

    std::vector<double> mean_;
    std::vector<double> count_;
    std::vector<double> spread_;
    std::vector<float> low_;
    std::vector<float> high_;
    std::vector<float> middle_;  // the mean in float32: what decides where a bucket goes
    std::uint64_t total_ = 0;
    std::uint64_t non_finite_ = 0;
    double value_squared_ = 0;
    bool exact_ = false;
};

}  // namespace halfstep
