// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/measurement.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace halfstep {

// A per-tensor scalar quantizer with its parameters fixed: what a dragged clip limit or zero-point gives.
// Integer: x̂ = scale·(q − zero_point), q = clamp(round(x·(1/scale)) + zero_point, qmin, qmax).
struct UniformQuantizer {
    float scale = 0;
    std::int32_t zero_point = 0;
    std::int32_t qmin = 0;
    std::int32_t qmax = 0;
};

// What-if in microseconds: one pass over a tensor fills 65,536 buckets keyed by the sortable top 16 bits of
// the float32 value (f16: the sortable 16 bits themselves), each with count, Σx and Σx²; prefix sums over
// them answer the exact error of any per-tensor scalar quantizer with one binary search per level, whatever
// the tensor's size. For f16 and bf16 sources a bucket is one value and nothing is approximated. For f32 and
// f64 sources a bucket that a threshold cuts is assigned whole, and `uncertainty` bounds what that can
// change. Non-finite values are counted and left out.
class MomentTable {
  public:
    static MomentTable build(const Model& model, const TensorInfo& tensor, const JobContext& job = {});
    static MomentTable build(std::span<const float> values, DType source = DType::f32);

    struct Answer {
        ErrorSums sums;
        double uncertainty = 0;  // |true Σ(x−x̂)² − sums.error_squared| is at most this; 0 where exact
    };

    Answer evaluate(const UniformQuantizer& quantizer) const;

    // Any sorted list of levels, nearest level wins, ties go to the even index... of the level list.
    Answer evaluate_levels(std::span<const float> sorted_levels) const;

    bool exact() const;           // one value a bucket
    std::uint64_t count() const;  // finite values
    double min() const;
    double max() const;
    double abs_max() const;

    // Finite values x with |x| <= limit, as a share; exact but for the bucket that holds the limit.
    double share_within(double limit) const;

  private:
    struct Bucket;
    std::vector<double> value_;  // mean of each occupied bucket, ascending
    std::vector<double> count_;  // prefix sums, one longer than value_
    std::vector<double> sum_;
    std::vector<double> sum_squared_;
    bool exact_ = false;
};

}  // namespace halfstep
