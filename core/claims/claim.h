// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/claims/sentence.h"
#include "core/model_files/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

enum class Verdict : std::uint8_t {
    holds,
    holds_within_limits,  // the explanation says which
    does_not_hold,        // the counterexample shows it
};

std::string_view verdict_name(Verdict verdict);  // "holds", "holds within limits", "does not hold"

// One number that was measured. Names are unique in a finding.
struct ClaimFigure {
    std::string name;  // "mean squared error over the least, 4 bits, gaussian"
    double value = 0;
    std::string unit;  // "dB", "bits", "%"; empty for ratios and counts
};

// What came out.
struct ClaimFinding {
    std::vector<std::string> weights;  // what it was measured on: "gaussian", "sample"
    std::vector<ClaimFigure> figures;
    std::vector<ClaimFigure> timings;  // of parts that take long; they differ from run to run
    Verdict verdict = Verdict::holds;
    Sentence explanation;
    Sentence counterexample;  // the case in which the claim fails; empty where none was found
};

// What claims are measured on besides random weights, which they make themselves.
struct ClaimInputs {
    std::shared_ptr<const Model> sample;  // the bundled model, or any other; null: random weights only
    std::string name = "sample";          // what figures call it
};

// A statement that textbooks or papers make about quantization, and how it is put to the test. The
// measurement quantizes with the engine alone, and its verdict follows from its figures.
struct Claim {
    std::string_view id;         // "rounding-error"
    std::string_view statement;  // one sentence, as a reader of the source would understand it
    std::string_view work;       // who says so
    std::string_view where;      // in which part of it
    std::string_view measured;   // how, in one sentence
    bool at_scale = false;       // takes minutes: models of up to a billion weights are made and quantized
    ClaimFinding (*measure)(const ClaimInputs& inputs, const JobContext& job) = nullptr;
};

}  // namespace halfstep
