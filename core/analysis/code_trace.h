// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/trace_steps.h"
#include "core/analysis/weight_trace.h"
#include "core/quantize/unit_quantizers.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace halfstep {

// What one unit is quantized with, as the engine has it: `scaled` for formats whose grid the units scale
// (integers, small floats, block-scaled ones), `searched` for log formats and codebooks.
struct TracedUnit {
    UniformUnit scaled;
    UnitParameters searched;
    float tensor_scale = 0;  // nvfp4: a factor of the unit's
};

// How a format codes the weights of one unit, step by step. A format that implements this is shown down to
// its bits; code_trace_of() knows them all.
class CodeTrace {
  public:
    CodeTrace() = default;
    virtual ~CodeTrace() = default;
    CodeTrace(const CodeTrace&) = delete;
    CodeTrace& operator=(const CodeTrace&) = delete;

    virtual int bits() const = 0;
    virtual FloatSplit split() const { return {}; }
    // What a code's bits stand for by themselves: a number, or the place in a table.
    virtual double code_value(std::uint32_t code) const { return code; }

    // From a finite weight to its code's bits, and on to what they are read back as.
    virtual std::uint32_t encode(float weight, TraceSteps& steps) const = 0;
    virtual float decode(std::uint32_t code, TraceSteps& steps) const = 0;

    // What is stored beside the codes; `code` is the weight's own.
    virtual std::vector<StoredBytes> beside_codes(std::uint32_t /*code*/) const { return {}; }
};

// Null for formats that do not implement it, and for GGUF blocks (block_trace.h).
std::unique_ptr<CodeTrace> code_trace_of(const Scheme& scheme, const TracedUnit& unit);

}  // namespace halfstep
