// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/plot_table.h"

#include <cmath>

namespace halfstep {
namespace {

QString quoted(QString text) {
    static const QString special = QStringLiteral(",\"\r\n");
    const bool needs_quotes =
        std::any_of(text.begin(), text.end(), [](QChar c) { return special.contains(c); });
    if (!needs_quotes) return text;
    return u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"';
}

struct CellText {
    QString operator()(std::monostate) const { return {}; }
    QString operator()(double value) const {
        return std::isfinite(value) ? QString::number(value, 'g', 17) : QString();
    }
    QString operator()(qulonglong value) const { return QString::number(value); }
    QString operator()(const QString& text) const { return quoted(text); }
};

}  // namespace

QByteArray toCsv(const PlotTable& table) {
    QByteArray csv;
    QStringList line;
    for (const QString& header : table.headers)
        line << quoted(header);
    csv += line.join(u',').toUtf8() + "\r\n";
    for (const auto& row : table.rows) {
        line.clear();
        for (const PlotTable::Cell& cell : row)
            line << std::visit(CellText{}, cell);
        csv += line.join(u',').toUtf8() + "\r\n";
    }
    return csv;
}

}  // namespace halfstep
