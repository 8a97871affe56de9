// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace halfstep {
namespace {

// Characters, not bytes.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string range_text(std::uint64_t from, std::uint64_t to) {
    return from == to ? fmt::format("{}", from) : fmt::format("{}-{}", from, to);
}

// Whole bytes that follow each other, the most significant last.
bool are_whole_bytes(const std::vector<BitRun>& runs) {
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (runs[i].low != 0 || runs[i].high != 7 || (i > 0 && runs[i].byte + 1 != runs[i - 1].byte))
            return false;
    return !runs.empty();
}

void add_stored(const StoredBytes& stored, const TraceWording& words, std::vector<TraceLine>& lines) {
    constexpr std::size_t a_line = 16;
    for (std::size_t from = 0; from < stored.bytes.size(); from += a_line) {
        StoredBytes part;
        const std::size_t end = std::min(from + a_line, stored.bytes.size());
        part.bytes.assign(stored.bytes.begin() + static_cast<std::ptrdiff_t>(from),
                          stored.bytes.begin() + static_cast<std::ptrdiff_t>(end));
        lines.push_back({false, from == 0 ? stored_name(stored, words) : " ", hex_text(part)});
    }
    for (const BitGroup& group : stored.selected)
        if (!group.bits.empty())
            lines.push_back(
                {false, group_name(stored, group, words),
                 group_text(stored, group, words) + "  (" + place_text(stored, group, words) + ")"});
}

void add_steps(const std::vector<TraceStep>& steps, const TraceWording& words,
               std::vector<TraceLine>& lines) {
    for (const TraceStep& step : steps)
        lines.push_back({false, words.step(step.label), formula_text(step, words)});
}

void add_result(const WeightTrace& trace, const TraceWording& words, std::vector<TraceLine>& lines) {
    const auto x = static_cast<double>(trace.value);
    const auto quantized = static_cast<double>(trace.reconstruction);
    if (trace.decoding.back().label != StepLabel::reconstruction)
        lines.push_back({false, words.step(StepLabel::reconstruction),
                         number_text({quantized, NumberKind::float32}, words)});
    TraceStep error{StepLabel::error,
                    Operation::subtract,
                    {{quantized, NumberKind::float32}, {x, NumberKind::float32}},
                    {quantized - x, NumberKind::shown}};
    lines.push_back({false, words.step(StepLabel::error), formula_text(error, words)});
}

}  // namespace

std::string number_text(const TraceNumber& number, const TraceWording& words) {
    if (number.kind == NumberKind::integer) return fmt::format("{:.0f}", number.value);
    std::string text = number.kind == NumberKind::float32
                           ? fmt::format("{}", static_cast<float>(number.value))
                       : number.kind == NumberKind::shown ? fmt::format("{:.9g}", number.value)
                                                          : fmt::format("{}", number.value);
    if (const std::size_t point = text.find('.'); point != std::string::npos)
        text.replace(point, 1, words.decimal_point());
    return text;
}

std::string formula_text(const TraceStep& step, const TraceWording& words) {
    const auto a = [&](std::size_t i) {
        std::string text = number_text(step.operands[i], words);
        return i > 0 && text.front() == '-' ? "(" + text + ")" : text;
    };
    std::string result = number_text(step.result, words);
    switch (step.operation) {
        case Operation::assign:
            return result;
        case Operation::add:
            return fmt::format("{} + {} = {}", a(0), a(1), result);
        case Operation::subtract:
            return fmt::format("{} - {} = {}", a(0), a(1), result);
        case Operation::multiply:
            return fmt::format("{} × {} = {}", a(0), a(1), result);
        case Operation::divide:
            return fmt::format("{} / {} = {}", a(0), a(1), result);
        case Operation::round_half_even:
        case Operation::round_half_away:
            return fmt::format("round({}) = {}", a(0), result);
        case Operation::truncate:
            return fmt::format("trunc({}) = {}", a(0), result);
        case Operation::clamp:
            return fmt::format("clamp({}, {}, {}) = {}", number_text(step.operands[0], words),
                               number_text(step.operands[1], words), number_text(step.operands[2], words),
                               result);
        case Operation::nearest:
            return fmt::format("{} -> {}", a(0), result);
        case Operation::lookup:
            return fmt::format("[{}] = {}", a(0), result);
        case Operation::log2:
            return step.operands[1].value == 1 ? fmt::format("log2 |{}| = {}", a(0), result)
                                               : fmt::format("2 log2 |{}| = {}", a(0), result);
        case Operation::power_below:
            return step.operands[2].value == 1
                       ? fmt::format("{} × 2^{:.0f} = {}", a(0), -step.operands[1].value, result)
                       : fmt::format("{} × 2^({:.0f}/2) = {}", a(0), -step.operands[1].value, result);
        case Operation::float_value:
            return fmt::format("{}2^{:.0f} × {} = {}", step.operands[0].value != 0 ? "-1 × " : "",
                               step.operands[1].value, a(2), result);
        case Operation::digit:
            return fmt::format("(({} × 3^{} mod 256) × 3) / 256 = {}", a(0), a(1), result);
        case Operation::sign_of:
            return fmt::format("{}{} = {}", step.operands[1].value != 0 ? "+" : "-", a(0), result);
    }
    return result;
}

std::string place_text(const StoredBytes& stored, const BitGroup& group, const TraceWording& words) {
    const std::vector<BitRun> runs = runs_of(stored, group);
    if (are_whole_bytes(runs))
        return fmt::format("{} {}", words.byte(runs.size() > 1),
                           range_text(runs.back().byte, runs.front().byte));
    std::string text;
    for (const BitRun& run : runs) {
        if (!text.empty()) text += " + ";
        text += fmt::format(
            "{} {} {} {}", words.byte(false), run.byte, words.bit(run.high > run.low),
            range_text(static_cast<std::uint64_t>(run.low), static_cast<std::uint64_t>(run.high)));
    }
    return text;
}

std::string hex_text(const StoredBytes& stored) {
    return fmt::format("{:02x}", fmt::join(stored.bytes, " "));
}

std::string unit_text(const TraceUnit& unit, const TraceWording& words) {
    const auto place = [](MatrixPlace at) { return fmt::format("{},{}", at.row, at.input); };
    if (unit.kind == UnitKind::sub_block)
        return fmt::format("{} {}: {}-{} ({} {})", words.unit(unit.kind), unit.index, unit.first.input,
                           unit.last.input, unit.count, words.weights());
    return fmt::format("{} {}: {} ... {} ({} {})", words.unit(unit.kind), unit.index, place(unit.first),
                       place(unit.last), unit.count, words.weights());
}

std::string group_text(const StoredBytes& stored, const BitGroup& group, const TraceWording& words) {
    const std::string value = group_value(group, words);
    return binary_text(stored, group) + (value.empty() ? "" : " = " + value);
}

std::string group_value(const BitGroup& group, const TraceWording& words) {
    if (group.role == BitRole::index) return {};
    const bool single = group.split.is_float() && group.bits.size() <= 32;
    return number_text({group.value, single ? NumberKind::float32 : NumberKind::float64}, words);
}

std::string group_name(const StoredBytes& stored, const BitGroup& group, const TraceWording& words) {
    return stored.part == StoredPart::weight ? words.step(StepLabel::weight) : words.role(group.role);
}

std::string stored_name(const StoredBytes& stored, const TraceWording& words) {
    std::string name = words.part(stored.part);
    if (stored.bytes.size() < stored.total_bytes)
        name += fmt::format(" ({} {} / {})", words.byte(stored.bytes.size() > 1),
                            range_text(stored.first_byte, stored.first_byte + stored.bytes.size() - 1),
                            stored.total_bytes);
    return name;
}

std::vector<TraceLine> trace_lines(const WeightTrace& trace, const TraceWording& words, TraceDetail detail) {
    const bool with_bytes = detail == TraceDetail::all;
    std::vector<TraceLine> lines;
    const auto heading = [&](TraceSection section, const std::string& more = {}) {
        lines.push_back({true, {}, words.section(section) + more});
    };
    heading(TraceSection::as_stored, fmt::format(" ({})", traits(trace.dtype).name));
    if (with_bytes) add_stored(trace.source, words, lines);
    add_steps(trace.reading, words, lines);
    if (trace.unit.count > 1) {
        heading(TraceSection::unit);
        lines.push_back({false, {}, unit_text(trace.unit, words)});
    }
    if (trace.sub_unit) lines.push_back({false, {}, unit_text(*trace.sub_unit, words)});
    if (with_bytes && !trace.stored.empty()) {
        heading(TraceSection::stored, fmt::format(" ({})", to_string(trace.asked)));
        for (const StoredBytes& stored : trace.stored)
            add_stored(stored, words, lines);
    }
    if (!trace.encoding.empty()) {
        heading(TraceSection::encoding);
        lines.push_back({false, words.step(StepLabel::weight),
                         number_text({static_cast<double>(trace.value), NumberKind::float32}, words)});
        add_steps(trace.encoding, words, lines);
    }
    if (!trace.decoding.empty()) {
        heading(TraceSection::decoding);
        add_steps(trace.decoding, words, lines);
        add_result(trace, words, lines);
    }
    if (!trace.notes.empty() || trace.clipped) heading(TraceSection::notes);
    if (trace.clipped) lines.push_back({false, {}, words.clipped()});
    for (const TraceNote note : trace.notes)
        lines.push_back({false, {}, words.note(note)});
    return lines;
}

std::string aligned_text(const std::vector<TraceLine>& lines) {
    std::size_t width = 0;
    for (const TraceLine& line : lines)
        width = std::max(width, width_of(line.label));
    std::string text;
    for (const TraceLine& line : lines) {
        if (line.heading)
            text += (text.empty() ? "" : "\n") + line.text + '\n';
        else if (line.label.empty())
            text += "  " + line.text + '\n';
        else
            text += "  " + line.label + std::string(width - width_of(line.label) + 2, ' ') + line.text + '\n';
    }
    return text;
}

}  // namespace halfstep
