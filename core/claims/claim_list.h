// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/claims/claim.h"

// Each stands beside its measurement, in the file of its name.
namespace halfstep {

extern const Claim rounding_error_claim;
extern const Claim optimal_scale_claim;
extern const Claim log_error_claim;
extern const Claim error_bound_claim;
extern const Claim bit_allocation_claim;
extern const Claim second_moment_claim;
extern const Claim size_claim;
extern const Claim size_reduction_claim;
extern const Claim mixed_precision_claim;
extern const Claim end_layers_claim;
extern const Claim quantization_aware_claim;
extern const Claim normal_float_claim;
extern const Claim group_size_claim;
extern const Claim decibels_claim;
extern const Claim scale_claim;

}  // namespace halfstep
