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

    // At most `width` columns wide, by shortening the first column in its middle, but not below 36
    // characters.
    std::string text(std::size_t width = 100) const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace halfstep::cli
