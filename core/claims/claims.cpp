// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claims.h"

#include "core/base/job_phases.h"
#include "core/claims/claim_list.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace halfstep {

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return "holds";
        case Verdict::holds_within_limits:
            return "holds within limits";
        case Verdict::does_not_hold:
            return "does not hold";
    }
    return "";
}

std::span<const Claim* const> all_claims() {
    static constexpr std::array claims{
        &rounding_error_claim, &optimal_scale_claim,      &log_error_claim,
        &error_bound_claim,    &bit_allocation_claim,     &second_moment_claim,
        &size_claim,           &size_reduction_claim,     &mixed_precision_claim,
        &end_layers_claim,     &quantization_aware_claim, &normal_float_claim,
        &group_size_claim,     &decibels_claim,           &scale_claim};
    return claims;
}

const Claim* find_claim(std::string_view id) {
    const auto claims = all_claims();
    const auto found = std::ranges::find(claims, id, [](const Claim* claim) { return claim->id; });
    return found == claims.end() ? nullptr : *found;
}

std::vector<ClaimResult> measure_claims(std::span<const Claim* const> claims, const ClaimInputs& inputs,
                                        const JobContext& job) {
    using Clock = std::chrono::steady_clock;
    std::vector<ClaimResult> results;
    const auto share = [&claims](std::size_t i) {
        return static_cast<double>(i) / static_cast<double>(claims.size());
    };
    for (std::size_t i = 0; i < claims.size(); ++i) {
        const Clock::time_point start = Clock::now();
        ClaimFinding finding = claims[i]->measure(inputs, phase_of(job, share(i), share(i + 1)));
        const std::chrono::duration<double> taken = Clock::now() - start;
        results.push_back({claims[i], std::move(finding), taken.count()});
        job.report(share(i + 1));
    }
    return results;
}

}  // namespace halfstep
