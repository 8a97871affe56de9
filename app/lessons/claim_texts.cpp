// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/claim_texts.h"

#include <QCoreApplication>

#include <array>

namespace halfstep {
namespace {

// What core/claims says, repeated here for the translators.
constexpr std::array texts{
    QT_TRANSLATE_NOOP("Claims", "Giving each layer b = ½·log2(α·σ²/λ) bits is the optimal allocation."),
    QT_TRANSLATE_NOOP("Claims", "theory, bit allocation by sensitivity and variance (also in its abstract)"),
    QT_TRANSLATE_NOOP("Claims", "Every bit more gains 6.02 dB of signal over quantization noise."),
    QT_TRANSLATE_NOOP("Claims", "signal-to-quantization-noise ratio"),
    QT_TRANSLATE_NOOP("Claims", "The first and the last layer are the most sensitive to quantization."),
    QT_TRANSLATE_NOOP("Claims", "layer sensitivity, mixed precision"),
    QT_TRANSLATE_NOOP("Claims",
                      "Errors ε of the layers add up to at most Π(1 + ε) − 1 at the output of a network."),
    QT_TRANSLATE_NOOP("Claims", "theory, accumulation of errors"),
    QT_TRANSLATE_NOOP("Claims", "Groups of 32 weights are better than groups of 128."),
    QT_TRANSLATE_NOOP("Claims", "granularity"),
    QT_TRANSLATE_NOOP("Claims",
                      "Rounding to a power of two is off by at most 1 − 2^(−1/2), 29.3 % of the weight."),
    QT_TRANSLATE_NOOP("Claims", "logarithmic quantization"),
    QT_TRANSLATE_NOOP("Claims",
                      "Mixed precision beats uniform precision at the same average number of bits."),
    QT_TRANSLATE_NOOP("Claims", "mixed-precision quantization (also in its abstract)"),
    QT_TRANSLATE_NOOP("Claims", "NF4 is more exact than INT4 on weights of a normal distribution."),
    QT_TRANSLATE_NOOP("Claims", "4-bit NormalFloat quantization"),
    QT_TRANSLATE_NOOP("Claims", "The scale 2·(max − min)/(2^b − 1) has the least mean squared error."),
    QT_TRANSLATE_NOOP("Claims", "theory, the optimal scale"),
    QT_TRANSLATE_NOOP("Claims",
                      "Quantization-aware training beats quantization after training at 4 bits and below."),
    QT_TRANSLATE_NOOP("Claims", "comparison of PTQ and QAT"),
    QT_TRANSLATE_NOOP("Claims", "Rounding moves a weight by at most half a step, Δ/2."),
    QT_TRANSLATE_NOOP("Claims", "error of a uniform quantizer"),
    QT_TRANSLATE_NOOP("Claims",
                      "From 10 million to 1 billion weights, quantized models are four (INT8) or eight "
                      "(INT4) times smaller and stay within 6 % of full precision."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "abstract (10M to 1B parameters, within 6 % of full precision; it measures language models)"),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Rescaling by γ = √(E[x²]/E[Q(x)²]) keeps the second moment of the weights and improves the output."),
    QT_TRANSLATE_NOOP("Claims", "theory, the scaling factor γ (abstract: \"our proposed scaling factor\")"),
    QT_TRANSLATE_NOOP("Claims", "INT8 makes a model four times smaller, INT4 eight times."),
    QT_TRANSLATE_NOOP("Claims", "benefits of lower precision (4 and 8 times less to move than float32)"),
    QT_TRANSLATE_NOOP("Claims", "Quantization makes a model up to about 68 % smaller."),
    QT_TRANSLATE_NOOP("Claims", "abstract")};

}  // namespace

QString claimText(std::string_view text) {
    return QCoreApplication::translate("Claims", std::string(text).c_str());
}

QString verdictText(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return QCoreApplication::translate("Claims", "holds");
        case Verdict::holds_within_limits:
            return QCoreApplication::translate("Claims", "holds within limits");
        case Verdict::does_not_hold:
            return QCoreApplication::translate("Claims", "does not hold");
    }
    return {};
}

QStringList translatableClaimTexts() {
    QStringList list;
    for (const char* text : texts)
        list << QString::fromUtf8(text);
    return list;
}

}  // namespace halfstep
