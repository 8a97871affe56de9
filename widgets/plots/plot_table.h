// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

#include <cstdint>
#include <optional>
#include <vector>

namespace halfstep {

// The figures behind a plot: one rectangular table. Headers name the quantity and, in brackets, its unit;
// they are read by programs and therefore not translated.
struct PlotTable {
    QStringList headers;
    std::vector<QStringList> rows;  // as long as headers each
};

QString cell(double value);  // 17 digits, decimal point; empty where not finite
QString cell(const std::optional<double>& value);
QString cell(std::uint64_t value);

QByteArray toCsv(const PlotTable& table);  // RFC 4180, UTF-8

}  // namespace halfstep
