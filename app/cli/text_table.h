// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace halfstep::cli {

// A table for people: a title line, a rule, aligned columns.
class TextTable {
  public:
    enum class Align { left, right };
    struct Column {
        std::string title;
        Align align = Align::right;
    };

    explicit TextTable(std::vector<Column> columns);

    void add_row(std::vector<std::string> cells);
    bool empty() const { return rows_.empty(); }

    // As wide as the terminal, where standard output is one, or else 120 characters at most, by shortening
    // the first column, but not below 36 characters.
    std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace halfstep::cli
