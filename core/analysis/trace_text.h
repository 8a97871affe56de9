// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/weight_trace.h"

#include <string>
#include <vector>

namespace halfstep {

enum class TraceSection : std::uint8_t { as_stored, unit, stored, encoding, decoding, notes };

// The words of a trace; these are English, the window's own are the user's language.
class TraceWording {
  public:
    TraceWording() = default;
    virtual ~TraceWording() = default;
    TraceWording(const TraceWording&) = delete;
    TraceWording& operator=(const TraceWording&) = delete;

    virtual std::string section(TraceSection section) const;
    virtual std::string step(StepLabel label) const;
    virtual std::string part(StoredPart part) const;
    virtual std::string role(BitRole role) const;
    virtual std::string unit(UnitKind kind) const;
    virtual std::string note(TraceNote note) const;
    virtual std::string bytes() const { return "byte"; }
    virtual std::string bits() const { return "bit"; }
    virtual std::string weights() const { return "weights"; }
    virtual std::string clipped() const { return "clipped"; }
    virtual char decimal_point() const { return '.'; }
};

// "0.0123", "-7": the shortest text that reads back as the same number.
std::string number_text(const TraceNumber& number, const TraceWording& words = {});

// "0.25 × 81.3 = 20.325"
std::string formula_text(const TraceStep& step, const TraceWording& words = {});

// "byte 4 bit 0-3 + byte 20 bit 7", the highest bits first; "byte 0-1" of whole bytes.
std::string place_text(const StoredBytes& stored, const BitGroup& group, const TraceWording& words = {});

// "3d cc cc cd": in the order of the file.
std::string hex_text(const StoredBytes& stored);

// "group 12: 7,32 ... 7,63 (32 weights)"
std::string unit_text(const TraceUnit& unit, const TraceWording& words = {});

// A trace as lines of text, section by section.
struct TraceLine {
    bool heading = false;
    std::string label;  // empty for what stands by itself
    std::string text;
};
std::vector<TraceLine> trace_lines(const WeightTrace& trace, const TraceWording& words = {});

// The lines with their labels in a column.
std::string aligned_text(const std::vector<TraceLine>& lines);

}  // namespace halfstep
