// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/explain.h"

#include "widgets/style/number_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace halfstep {
namespace {

struct Explain {
    Q_DECLARE_TR_FUNCTIONS(halfstep::Explain)
};

constexpr double mostly = 0.5;           // more than this share is "mainly"
constexpr double outlier_ratio = 12.0;   // |x| max over standard deviation; a Gaussian's is 4 to 6
constexpr double barely_visible = 0.01;  // relative error below which more bits are not worth a word
constexpr double drowned = 0.316;        // relative error above which SQNR is below 10 dB

QString wholePercent(double share) {
    // "100 %" would deny the rest that is there, and "0 %" the part.
    double percent = std::round(share * 100);
    if (percent >= 100 && share < 1) percent = 99;
    if (percent <= 0 && share > 0) percent = 1;
    return Explain::tr("%1 %", "percent").arg(QLocale().toString(percent, 'f', 0));
}

QString wholeDecibel(double decibel) {
    return Explain::tr("%1 dB", "decibels").arg(QLocale().toString(decibel, 'f', decibel < 1 ? 1 : 0));
}

// What one more code bit gains: as measured, else from the number of steps between zero and the greatest
// code.
std::optional<double> gainOfOneBit(const ExplainFacts& facts) {
    const auto sqnr = sqnr_db(facts.measurement.sums);
    if (sqnr && facts.sqnr_one_more_bit) return *facts.sqnr_one_more_bit - *sqnr;
    const Scheme& scheme = facts.measurement.scheme;
    if (scheme.family != Family::integer || scheme.bits >= 16) return std::nullopt;
    const bool symmetric = scheme.symmetry == Symmetry::sym;
    const auto steps = [symmetric](int bits) {
        return symmetric ? std::exp2(bits - 1) - 1 : std::exp2(bits) - 1;
    };
    return 20 * std::log10(steps(scheme.bits + 1) / steps(scheme.bits));
}

// One scale for the whole tensor: a few large weights set it, and the many small ones pay.
std::optional<QString> outlierSentence(const ExplainFacts& facts) {
    const Scheme& scheme = facts.measurement.scheme;
    if (scheme.family != Family::integer || scheme.range != Range::minmax) return std::nullopt;
    if (scheme.granularity != Granularity::tensor) return std::nullopt;
    if (!facts.statistics || facts.statistics->std <= 0) return std::nullopt;
    const double ratio = facts.statistics->abs_max / facts.statistics->std;
    if (ratio < outlier_ratio) return std::nullopt;
    return Explain::
        tr("The largest weight is %1 times the standard deviation and stretches the one scale; a scale per "
           "channel, or a range that clips it, would help.")
            .arg(QLocale().toString(ratio, 'f', 0));
}

QString clippingSentence(double share) {
    return Explain::tr("Clipping, not rounding, causes %1 of the error; wider limits would lower it.")
        .arg(wholePercent(share));
}

QString roundingSentence(const ExplainFacts& facts, double rel) {
    QString cause;
    if (facts.clipping_share) {
        cause = *facts.clipping_share > 0 ? Explain::tr("Rounding, not clipping, causes %1 of the error")
                                                .arg(wholePercent(1 - *facts.clipping_share))
                                          : Explain::tr("All of the error is rounding, nothing is clipped");
    } else {
        cause = Explain::tr("The error is %1 of the weights' own size").arg(shareText(rel));
    }
    // Where weights are clipped and it is not known yet what that costs, more bits may be of no use.
    const bool may_be_clipping = !facts.clipping_share && facts.measurement.sums.clipped > 0;
    const auto gain = may_be_clipping ? std::nullopt : gainOfOneBit(facts);
    if (rel < barely_visible)
        return Explain::tr("%1, and it is barely noticeable.", "%1 says what causes the error").arg(cause);
    if (!gain || *gain <= 0) return cause + Explain::tr(".", "ends a sentence");
    return Explain::tr("%1; one more bit would gain about %2.", "%1 says what causes the error, %2 is in dB")
        .arg(cause, wholeDecibel(*gain));
}

QString sentencesOn(const ExplainFacts& facts) {
    const Measurement& measurement = facts.measurement;
    if (!measurement.refused.empty())
        return Explain::tr("This scheme cannot be applied here: %1")
            .arg(QString::fromStdString(measurement.refused));
    if (measurement.scheme.family == Family::keep && !facts.quantized_as.isEmpty())
        return Explain::tr("The tensor stays as it is stored, in %1, so nothing more is lost.")
            .arg(facts.quantized_as);
    if (measurement.scheme.family == Family::keep)
        return Explain::tr("The tensor stays as it is stored, so nothing is lost.");
    if (measurement.sums.count == 0) return Explain::tr("There is no finite weight to measure.");
    const auto rel = rel_error(measurement.sums);
    if (!rel) return Explain::tr("All weights are zero, which every scheme keeps.");
    if (measurement.sums.error_squared == 0)
        return Explain::tr("Every weight comes back exactly: nothing is lost.");
    if (facts.clipping_share && *facts.clipping_share > mostly)
        return clippingSentence(*facts.clipping_share);
    if (*rel >= barely_visible)
        if (const auto outliers = outlierSentence(facts)) return *outliers;
    QString sentence = roundingSentence(facts, *rel);
    if (*rel < drowned) return sentence;
    return Explain::tr("Too coarse: a tenth or more of this layer's energy is error. %1",
                       "%1 is another sentence")
        .arg(sentence);
}

}  // namespace

QString explain(const ExplainFacts& facts) {
    QString sentences = sentencesOn(facts);
    const bool has_error = facts.measurement.refused.empty() && facts.measurement.sums.error_squared > 0;
    if (facts.quantized_as.isEmpty() || !has_error) return sentences;
    return Explain::tr("%1 The weights are stored in %2: what that lost comes on top.",
                       "%1 is another sentence, %2 a data type")
        .arg(sentences, facts.quantized_as);
}

}  // namespace halfstep
