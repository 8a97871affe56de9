// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

#include <optional>
#include <variant>
#include <vector>

namespace halfstep {

// The figures behind a plot: one rectangular table. Headers name the quantity and, in brackets, its unit;
// they are read by programs and therefore not translated.
struct PlotTable {
    using Cell = std::variant<std::monostate, double, qulonglong, QString>;  // monostate: no value

    QStringList headers;
    std::vector<std::vector<Cell>> rows;
};

inline PlotTable::Cell cellOf(const std::optional<double>& value) {
    return value ? PlotTable::Cell(*value) : PlotTable::Cell();
}

// RFC 4180, UTF-8, decimal points, doubles with 17 digits; no value and NaN are empty cells.
QByteArray toCsv(const PlotTable& table);

}  // namespace halfstep
