// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/markup.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <utility>

namespace halfstep {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

void append_escaped(std::string& into, char c) {
    switch (c) {
        case '&':
            into += "&amp;";
            return;
        case '<':
            into += "&lt;";
            return;
        case '>':
            into += "&gt;";
            return;
        case '"':
            into += "&quot;";
            return;
        case '\'':
            into += "&#39;";
            return;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                into += replacement;
            else
                into += c;
    }
}

// Hundredths of a pixel are enough and keep the file small.
std::string coordinate(double value) {
    std::string text = fmt::format("{:.2f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string tip_element(std::string_view tip) {
    return tip.empty() ? std::string() : fmt::format("<title>{}</title>", escaped_markup(tip));
}

}  // namespace

std::string escaped_markup(std::string_view text) {
    const bool valid = is_utf8(text);
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        if (!valid && static_cast<unsigned char>(c) >= 0x80)
            escaped += replacement;
        else
            append_escaped(escaped, c);
    }
    return escaped;
}

std::string shortened_middle(std::string_view text, std::size_t characters) {
    std::size_t length = 0;
    for (const char c : text)
        length += continues_character(c) ? 0 : 1;
    if (length <= characters || characters < 3) return std::string(text);
    const std::size_t head = (characters - 1) / 3;
    const std::size_t tail = characters - 1 - head;
    std::string shorter;
    std::size_t seen = 0;  // characters that have begun
    for (const char c : text) {
        if (!continues_character(c) && ++seen == head + 1) shorter += "…";
        if (seen <= head || seen > length - tail) shorter += c;
    }
    return shorter;
}

SvgWriter::SvgWriter(double width, double height, std::string_view label)
    : svg_(fmt::format(R"(<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">)",
                       coordinate(width), coordinate(height), coordinate(width), coordinate(height),
                       escaped_markup(label))) {}

void SvgWriter::rectangle(double x, double y, double width, double height, std::string_view style,
                          std::string_view tip) {
    svg_ += fmt::format(R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}")", style, coordinate(x),
                        coordinate(y), coordinate(width), coordinate(height));
    svg_ += tip.empty() ? "/>" : fmt::format(">{}</rect>", tip_element(tip));
}

void SvgWriter::line(double x1, double y1, double x2, double y2, std::string_view style) {
    svg_ += fmt::format(R"(<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>)", style, coordinate(x1),
                        coordinate(y1), coordinate(x2), coordinate(y2));
}

void SvgWriter::text(double x, double y, std::string_view text, std::string_view style,
                     std::string_view tip) {
    svg_ += fmt::format(R"(<text class="{}" x="{}" y="{}">{}{}</text>)", style, coordinate(x), coordinate(y),
                        tip_element(tip), escaped_markup(text));
}

std::string SvgWriter::finish() {
    return std::exchange(svg_, {}) + "</svg>";
}

}  // namespace halfstep
