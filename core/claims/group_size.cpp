// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claim_list.h"
#include "core/claims/claim_sources.h"
#include "core/claims/claim_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

// Groups of 128 with as many bits as groups of 32: some rows get one bit more.
struct Compared {
    double plain = 0;       // squared error of g128 over g32's
    double equal_bits = 0;  // of g128 with rows of one bit more, over g32's
    double bits_32 = 0;
    double bits_128 = 0;
    double share = 0;  // of rows with one bit more
};

Compared compare(const ClaimWeights& weights, int bits, const JobContext& job) {
    const std::array schemes{fmt::format("int{}:g32", bits), fmt::format("int{}:g128", bits),
                             fmt::format("int{}:g128", bits + 1)};
    const auto measured = measure_on(weights, schemes, job);
    const double error = measured[0].sums.error_squared;
    Compared result;
    result.bits_32 = measured[0].bits_per_weight;
    result.bits_128 = measured[1].bits_per_weight;
    result.share = (result.bits_32 - result.bits_128) / (measured[2].bits_per_weight - result.bits_128);
    result.plain = measured[1].sums.error_squared / error;
    result.equal_bits = ((1 - result.share) * measured[1].sums.error_squared +
                         result.share * measured[2].sums.error_squared) /
                        error;
    return result;
}

ClaimFinding measure(const ClaimInputs& inputs, const JobContext& job) {
    using enum ToyDistribution;
    const auto all = claim_weights(inputs, {gaussian, laplace, student});
    ClaimFinding finding;
    finding.weights = names_of(all);
    double least = 1e300;
    int beaten = 0;
    int cases = 0;
    Compared shown;
    std::string shown_at;
    int shown_bits = 0;
    for (const ClaimWeights& weights : all)
        for (const int bits : {2, 3, 4}) {
            const Compared compared = compare(weights, bits, job);
            const std::string where = fmt::format("int{}, {}", bits, weights.name);
            finding.figures.push_back(
                {"squared error of groups of 128 over 32's, " + where, compared.plain, ""});
            finding.figures.push_back({"the same at equal bits, " + where, compared.equal_bits, ""});
            if (&weights == &all.front()) {
                finding.figures.push_back(
                    {fmt::format("bits a weight, int{}:g32", bits), compared.bits_32, "bits"});
                finding.figures.push_back(
                    {fmt::format("bits a weight, int{}:g128", bits), compared.bits_128, "bits"});
            }
            least = std::min(least, compared.plain);
            ++cases;
            if (compared.equal_bits < 1) ++beaten;
            if (shown_bits == 0 || compared.equal_bits < shown.equal_bits) {
                shown = compared;
                shown_at = weights.name;
                shown_bits = bits;
            }
        }
    finding.figures.push_back(
        {"cases in which groups of 128 win at equal bits", static_cast<double>(beaten), ""});
    finding.figures.push_back({"cases", static_cast<double>(cases), ""});
    finding.verdict = least <= 1    ? Verdict::does_not_hold
                      : beaten == 0 ? Verdict::holds
                                    : Verdict::holds_within_limits;
    finding.explanation = Sentence(
        "With the same format groups of 32 are always more exact (at least {:.2f} times), but their scales "
        "cost {:.3f} bits a "
        "weight more; spent on codes of groups of 128 instead, these bits gain more in {} of {} cases.",
        least, shown.bits_32 - shown.bits_128, beaten, cases);
    if (beaten > 0)
        finding.counterexample = Sentence(
            "On {} weights at {:.2f} bits: int{}:g128 with {:.1f} % of the rows in int{}:g128 has {:.3f} "
            "times "
            "the squared error of int{}:g32.",
            shown_at, shown.bits_32, shown_bits, shown.share * 100, shown_bits + 1, shown.equal_bits,
            shown_bits);
    return finding;
}

}  // namespace

constinit const Claim group_size_claim{
    .id = "group-size",
    .statement = "Groups of 32 weights are better than groups of 128.",
    .work = reviews,
    .where = "granularity",
    .measured =
        "Squared error of groups of 128 over that of groups of 32, 16-bit scales, int2 to int4: in the same "
        "format, and "
        "at the same number of stored bits, where as many rows as that pays for have one bit more.",
    .measure = measure};

}  // namespace halfstep
