// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/text_table.h"

#include "app/cli/plain_text.h"
#include "core/tensor/narrow_name.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace halfstep::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest_first_column = 36;

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Code points, which is what a column of a terminal holds for the scripts that names are written in.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

std::size_t byte_of_character(const std::string& text, std::size_t character) {
    std::size_t byte = 0;
    for (std::size_t seen = 0; byte < text.size(); ++byte)
        if (!continues_character(text[byte]) && seen++ == character) break;
    return byte;
}

// Of names too long even without what all have in common, the end tells more than the start.
std::string shortened(const std::string& text, std::size_t width) {
    if (text.size() <= width) return text;  // no character is shorter than a byte
    std::string narrow = narrow_name(text, [=](std::string_view shown) { return width_of(shown) <= width; });
    const std::size_t length = width_of(narrow);
    if (length <= width) return narrow;
    const std::size_t head = (width - 1) / 3;
    const std::size_t tail = width - 1 - head;
    return narrow.substr(0, byte_of_character(narrow, head)) + "…" +
           narrow.substr(byte_of_character(narrow, length - tail));
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                 const std::vector<TextTable::Column>& columns) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string cell = shortened(cells[i], widths[i]);
        const std::string padding(widths[i] - width_of(cell), ' ');
        if (i > 0) text.append(gap, ' ');
        text += columns[i].align == TextTable::Align::left ? cell + padding : padding + cell;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + '\n';
}

// Files and pipes take long lines; but names may have any length.
std::size_t room_on_output() {
    constexpr std::size_t without_terminal = 120;
    winsize size{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : without_terminal;
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::add_row(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    for (std::string& cell : cells)
        cell = printable(cell);
    rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
    const std::size_t width = room_on_output();
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    std::size_t total = gap * (columns_.size() - 1);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        titles.push_back(columns_[i].title);
        std::size_t widest = width_of(columns_[i].title);
        for (const auto& row : rows_)
            widest = std::max(widest, width_of(row[i]));
        widths.push_back(widest);
        total += widest;
    }
    if (total > width) {
        const std::size_t room = widths[0] > total - width ? widths[0] - (total - width) : 0;
        widths[0] = std::min(widths[0], std::max(room, narrowest_first_column));
        total = gap * (columns_.size() - 1);
        for (const std::size_t column : widths)
            total += column;
    }
    std::string text = line(titles, widths, columns_) + std::string(total, '-') + '\n';
    for (const auto& row : rows_)
        text += line(row, widths, columns_);
    return text;
}

}  // namespace halfstep::cli
