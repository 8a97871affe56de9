// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/weight_trace.h"

#include <string>
#include <vector>

namespace halfstep {

enum class TraceSection : std::uint8_t { as_stored, unit, stored, encoding, decoding, notes };

// The words of a trace: English, unless said() is told otherwise.
class TraceWording {
  public:
    TraceWording() = default;
    virtual ~TraceWording() = default;
    TraceWording(const TraceWording&) = delete;
    TraceWording& operator=(const TraceWording&) = delete;

    std::string section(TraceSection section) const;
    std::string step(StepLabel label) const;
    std::string part(StoredPart part) const;
    std::string role(BitRole role) const;
    std::string unit(UnitKind kind) const;
    std::string note(TraceNote note) const;
    std::string byte(bool several) const { return several ? said("bytes") : said("byte"); }
    std::string bit(bool several) const { return several ? said("bits") : said("bit"); }
    std::string weights() const { return said("weights"); }
    std::string clipped() const;
    virtual std::string decimal_point() const { return "."; }

  protected:
    virtual std::string said(const char* english) const { return english; }
};

// "0.0123", "-7": the shortest text that reads back as the same number.
std::string number_text(const TraceNumber& number, const TraceWording& words = {});

// "0.25 × 81.3 = 20.325"
std::string formula_text(const TraceStep& step, const TraceWording& words = {});

// "byte 4 bits 0-3 + byte 20 bit 7", the highest bits first; "bytes 0-1" of whole bytes.
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
enum class TraceDetail : std::uint8_t {
    all,
    steps,  // without the bytes and where the bits lie, for beside a picture of them
};
std::vector<TraceLine> trace_lines(const WeightTrace& trace, const TraceWording& words = {},
                                   TraceDetail detail = TraceDetail::all);

// "0 01101 1001100110 = 0.0123", without what bits of an index would stand for.
std::string group_text(const StoredBytes& stored, const BitGroup& group, const TraceWording& words = {});

// "0.0123": what the bits stand for; empty of an index.
std::string group_value(const BitGroup& group, const TraceWording& words = {});

// "scale"; of a whole stored weight "weight".
std::string group_name(const StoredBytes& stored, const BitGroup& group, const TraceWording& words = {});

// "codes (bytes 0-31 / 256)"
std::string stored_name(const StoredBytes& stored, const TraceWording& words = {});

// The lines with their labels in a column.
std::string aligned_text(const std::vector<TraceLine>& lines);

}  // namespace halfstep
