// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <array>

namespace halfstep {

// What core/claims says, repeated here for the translators: statements and sources, how the claims are
// measured, the sentences that tell what was found, and the words in them. Sentences keep fmt's places for
// values; a translation may put them in another order ({1}, {0}), and numbers with an L in them are written
// as in the language ({:.2Lf}).
constexpr std::array claim_phrases{
    QT_TRANSLATE_NOOP("Claims", "Textbooks and reviews: Elaraby 2025, Ashraf 2025, Arnous 2025"),
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
    QT_TRANSLATE_NOOP("Claims", "abstract"),
    QT_TRANSLATE_NOOP("Claims",
                      "The formula wants real numbers of bits and an error that falls by 4 with each; "
                      "rounded to formats that exist and brought within the budget, {} of {} plans are the "
                      "best there is, the others lose up to {:.1f} % more."),
    QT_TRANSLATE_NOOP("Claims", "{} bits a weight, {}: {:.2f} % more loss than the proven best plan."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Loss, the sum of squared relative errors, of the closed form, rounded to the formats at hand and "
        "brought within the budget, over that of the plan that is proven to be the best."),
    QT_TRANSLATE_NOOP("Claims",
                      "It holds within 0.1 dB in {} of {} steps: where the range stays and steps are short "
                      "against the weights' spread; at few bits and for heavy tails under min-max it does "
                      "not, and with the range of least error each bit gains less."),
    QT_TRANSLATE_NOOP("Claims", "From {} to {} bits, {}: {:+.2f} dB."),
    QT_TRANSLATE_NOOP("Claims",
                      "Gain of SQNR from int2 to int10, one bit after another, asymmetric with one scale a "
                      "tensor, by minimum and maximum and with the range of least squared error."),
    QT_TRANSLATE_NOOP("Claims",
                      "{}: quantizing layer {} of {} alone raises the held-out loss by {:.4f}, the first by "
                      "{:.4f}, the last by {:.4f}."),
    QT_TRANSLATE_NOOP("Claims",
                      "In {} of {} trials with small dense networks the layer that hurts most is the first "
                      "or the last, in {} both hurt more than all others."),
    QT_TRANSLATE_NOOP("Claims",
                      "In {} of {} trials with small dense networks the layer that hurts most is the first "
                      "or the last, in {} both hurt more than all others; the {}'s weights lose {:.2f} % at "
                      "the ends and {:.2f} % between them."),
    QT_TRANSLATE_NOOP("Claims",
                      "Rise of the held-out loss of six trained dense networks of five layers where one "
                      "layer alone is in int3 or int4, with one scale a tensor or a channel, and errors of "
                      "the weights of a model with blocks (its outputs are not computed)."),
    QT_TRANSLATE_NOOP("Claims",
                      "{} of {} random and trained networks stay below it, at {:.3f} to {:.2f} times, "
                      "because errors of many weights point everywhere; but it is no bound: where a layer's "
                      "outputs cancel, the signal shrinks and its error does not."),
    QT_TRANSLATE_NOOP("Claims",
                      "y = x − 0.99·x in {}: the output is off by {:.1f} %, the bound says {:.2f} %."),
    QT_TRANSLATE_NOOP("Claims",
                      "Relative error of the last layer's outputs where all layers are quantized, beside the "
                      "bound with ε = ‖Ŵ − W‖/‖W‖, of random ReLU networks of 4, 16 and 32 layers, of six "
                      "trained ones, and of one made to cancel."),
    QT_TRANSLATE_NOOP("Claims",
                      "With the same format groups of 32 are always more exact (at least {:.2f} times), but "
                      "their scales cost {:.3f} bits a weight more; spent on codes of groups of 128 instead, "
                      "these bits gain more in {} of {} cases."),
    QT_TRANSLATE_NOOP("Claims",
                      "On {} weights at {:.2f} bits: int{}:g128 with {:.1f} % of the rows in int{}:g128 has "
                      "{:.3f} times the squared error of int{}:g32."),
    QT_TRANSLATE_NOOP("Claims",
                      "Squared error of groups of 128 over that of groups of 32, 16-bit scales, int2 to "
                      "int4: in the same format, and at the same number of stored bits, where as many rows "
                      "as that pays for have one bit more."),
    QT_TRANSLATE_NOOP("Claims",
                      "The bound is that of rounding down ({:.4f}); rounding up goes to √2 − 1, {:.4f} "
                      "measured, and weights below the smallest power become 0, a relative error of 1."),
    QT_TRANSLATE_NOOP("Claims", "{:.5f} becomes {:g}: a relative error of {:.4f}."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Relative error |x̂ − x|/|x| of every weight of an octave in steps of 2^-16, of Gaussian and of real "
        "weights under log8, which has every power they need, and the weights that log4 has no power for."),
    QT_TRANSLATE_NOOP("Claims",
                      "The best mixture never is worse; on the {} one format for all loses up to {:.3f} "
                      "times as much, {:.3f} times where errors count by role, but with the fewest and the "
                      "most bits there is nothing to mix, and layers that are alike gain nothing."),
    QT_TRANSLATE_NOOP("Claims",
                      "The best mixture never is worse; on the {} one format for all loses up to {:.3f} "
                      "times as much, {:.3f} times where errors count by role, but with the fewest and the "
                      "most bits there is nothing to mix, and layers that are alike gain little."),
    QT_TRANSLATE_NOOP("Claims",
                      "Eight Gaussian layers of one size: the best plan of {:.2f} bits loses nearly as much "
                      "as {} for all ({:.5f} times)."),
    QT_TRANSLATE_NOOP("Claims",
                      "Eight Gaussian layers of one size: the best plan of {:.2f} bits loses as much as {} "
                      "for all ({:.5f} times)."),
    QT_TRANSLATE_NOOP("Claims",
                      "Loss, the sum of squared relative errors, of one format for all tensors over that of "
                      "the proven best plan of int2 to int8 in groups of 64 with no more bits."),
    QT_TRANSLATE_NOOP("Claims",
                      "On Gaussian weights INT4 has {:.3f} times the squared error of NF4, and still {:.3f} "
                      "times in its best form ({}); on weights without a bell shape it is another matter: "
                      "uniform ones have {:.3f} times."),
    QT_TRANSLATE_NOOP("Claims", "Gaussian weights in {}: {:.3f} times the squared error of NF4."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Squared error of INT4 (±7 and −8 to 7, by minimum and maximum and with the scale of least error) "
        "and FP4 over that of NF4, all in groups of 64 with 32-bit scales, 4.5 bits a weight."),
    QT_TRANSLATE_NOOP("Claims",
                      "The scale of least squared error is smaller everywhere, and already half of the "
                      "claimed one, the scale of minimum and maximum, is better: the claimed one has at "
                      "least {:.1f} times the least error."),
    QT_TRANSLATE_NOOP("Claims",
                      "Gaussian weights at 4 bits: the claimed scale is {:.1f} times the best and its "
                      "squared error {:.1f} times the least; minimum and maximum give {:.1f} times."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Squared error of 2, 3, 4 and 8 bits, asymmetric, one scale a tensor, with the claimed scale, with "
        "that of minimum and maximum, and with the scale and zero point of least squared error."),
    QT_TRANSLATE_NOOP("Claims", "{}: on {} of {} seeds PTQ is no worse (mean losses {:.4f} and {:.4f})."),
    QT_TRANSLATE_NOOP("Claims",
                      "With 2 to 4 bits QAT has the lower held-out loss in {} of {} trainings, with 8 bits "
                      "in {} of {}, where there is nothing left to win."),
    QT_TRANSLATE_NOOP("Claims",
                      "Held-out loss of dense networks (two hidden layers of 32) that are trained on with "
                      "quantization in the loop, and of the same networks trained on as long in float and "
                      "quantized then; three seeds, three data sets."),
    QT_TRANSLATE_NOOP("Claims",
                      "No weight inside the range of its scale is off by more than {:.7f} half steps (what "
                      "is above 1 is float32 rounding); beyond the range there is no bound."),
    QT_TRANSLATE_NOOP("Claims", "Under {} the Gaussian weight {:.4f} becomes {:.4f}: {:.1f} half steps."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Largest |x − x̂| of any weight over half its scale, int2 to int8 with one scale a tensor: by minimum "
        "and maximum, where no weight is clipped, and with the range cut at the 99th percentile."),
    QT_TRANSLATE_NOOP("Claims",
                      "Sizes and the error of the weights are the same at every scale (INT8 {:.2f} times "
                      "smaller at {} weights), but errors add up with depth: INT8 moves the outputs by {} "
                      "over {} layers and by {} over {}, INT4 by {} and {}."),
    QT_TRANSLATE_NOOP("Claims", "INT4 in groups of 64 over {} layers of {}: outputs off by {}."),
    QT_TRANSLATE_NOOP("Claims",
                      "Stored bits, error of the weights, and relative error of the outputs on four random "
                      "inputs, of dense ReLU networks with random weights (no trained ones: accuracy is not "
                      "measured), 10 x 1024, 20 x 2048 and 50 x 4096."),
    QT_TRANSLATE_NOOP("Claims",
                      "γ keeps the second moment (to {:.0f} parts in a billion); the output comes nearer in "
                      "{} of {} cases with min-max ranges, which make x̂ too large, but in {} of {} with the "
                      "scale of least squared error, which γ only moves away from."),
    QT_TRANSLATE_NOOP("Claims",
                      "γ does not keep the second moment (off by {:.0f} parts in a billion); the output "
                      "comes nearer in {} of {} cases with min-max ranges, which make x̂ too large, but in {} "
                      "of {} with the scale of least squared error, which γ only moves away from."),
    QT_TRANSLATE_NOOP("Claims",
                      "{}: with γ the squared error of the weights is {:.3f} times, that of the layer's "
                      "output {:.3f} times what it is without."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "E[x̂²]/E[x²], the squared error of the weights and that of a layer's output on 64 inputs, "
        "independent, correlated (0.95 from one to the next) and positive, each with γ over without, one "
        "scale a channel, by minimum and maximum and with the scale of least squared error."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Against float32 and with one scale a tensor or channel it is nearly so; scales and zero points of "
        "groups take up to {:.0f} % of it, and a model that is stored in 16 bits gets half as much smaller."),
    QT_TRANSLATE_NOOP("Claims", "int4 with {} is {:.2f} times smaller than float32, not 8."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "All stored bits, scales and zero points included (16 bits a scale for groups, 32 otherwise), of a "
        "matrix of 512 x 512 and of the whole sample, whose norms stay as they are."),
    QT_TRANSLATE_NOOP("Claims",
                      "68 % is a choice, no limit: from float32, INT8 alone takes {:.1f} % off and INT4 "
                      "{:.1f} %, so 68 % leaves part of the model as it is; from 16 bits INT8 takes {:.1f} % "
                      "off and 68 % needs a mixture with INT4."),
    QT_TRANSLATE_NOOP("Claims", "The {} from 16 bits to INT8: {:.1f} % smaller, not 68 %."),
    QT_TRANSLATE_NOOP(
        "Claims",
        "Bytes of the whole model with scales, in INT8, in INT4 (groups of 64), and of the proven best "
        "mixtures of two formats that are 68 % smaller, from float32 and from 16 bits a weight."),
    QT_TRANSLATE_NOOP("Claims", "gaussian"),
    QT_TRANSLATE_NOOP("Claims", "laplace"),
    QT_TRANSLATE_NOOP("Claims", "student"),
    QT_TRANSLATE_NOOP("Claims", "uniform"),
    QT_TRANSLATE_NOOP("Claims", "half_normal"),
    QT_TRANSLATE_NOOP("Claims", "relu"),
    QT_TRANSLATE_NOOP("Claims", "sample"),
    QT_TRANSLATE_NOOP("Claims", "min-max"),
    QT_TRANSLATE_NOOP("Claims", "least error"),
    QT_TRANSLATE_NOOP("Claims", "one scale a tensor"),
    QT_TRANSLATE_NOOP("Claims", "one a channel"),
    QT_TRANSLATE_NOOP("Claims", "one a group of 128"),
    QT_TRANSLATE_NOOP("Claims", "one a group of 64"),
    QT_TRANSLATE_NOOP("Claims", "one a group of 32"),
    QT_TRANSLATE_NOOP("Claims", "asymmetric"),
    QT_TRANSLATE_NOOP("Claims", "int2 to int8"),
    QT_TRANSLATE_NOOP("Claims", "by role"),
    QT_TRANSLATE_NOOP("Claims", "int2, int4 and int8"),
    QT_TRANSLATE_NOOP("Claims", "ends at 8 bits"),
    QT_TRANSLATE_NOOP("Claims", "fused layers alike"),
    QT_TRANSLATE_NOOP("Claims", "spirals"),
    QT_TRANSLATE_NOOP("Claims", "moons"),
    QT_TRANSLATE_NOOP("Claims", "waves"),
    QT_TRANSLATE_NOOP("Claims", "equal layers"),
    QT_TRANSLATE_NOOP("Claims", "trained networks")};

}  // namespace halfstep
