// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_table.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

QString quoted(QString text) {
    static const QString special = QStringLiteral(",\"\r\n");
    const bool plain = std::none_of(text.begin(), text.end(), [](QChar c) { return special.contains(c); });
    return plain ? text : u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"';
}

QByteArray line(const QStringList& cells) {
    QStringList fields;
    for (const QString& text : cells)
        fields << quoted(text);
    return fields.join(u',').toUtf8() + "\r\n";
}

}  // namespace

QString cell(double value) {
    return std::isfinite(value) ? QString::number(value, 'g', 17) : QString();
}

QString cell(const std::optional<double>& value) {
    return value ? cell(*value) : QString();
}

QString cell(std::uint64_t value) {
    return QString::number(value);
}

QByteArray toCsv(const PlotTable& table) {
    QByteArray csv = line(table.headers);
    for (const QStringList& row : table.rows)
        csv += line(row);
    return csv;
}

}  // namespace halfstep
