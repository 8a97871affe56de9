// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sensitivity_map.h"

#include "widgets/plots/number_text.h"
#include "widgets/style/color_maps.h"
#include "widgets/style/theme.h"

#include <QLocale>

#include <cmath>
#include <limits>

namespace halfstep {

double SensitivityMap::decibels(double rel_error) {
    return -20 * std::log10(rel_error);
}

void SensitivityMap::set(const SensitivityData& data, Quantity quantity) {
    quantity_ = quantity;
    const bool sqnr = quantity == Quantity::sqnr;
    cells_ = {};
    cells_.columns = static_cast<std::size_t>(data.schemes.size());
    cells_.rows = data.rows.size();
    for (const SensitivityData::Row& row : data.rows) {
        for (const std::optional<double>& error : row.rel_error) {
            const double none = std::numeric_limits<double>::quiet_NaN();
            cells_.values.push_back(!error ? none : sqnr ? decibels(*error) : 100 * *error);
        }
    }
    cells_.extent = QRectF(-0.5, -0.5, static_cast<double>(cells_.columns), static_cast<double>(cells_.rows));
    cells_.logarithmic = !sqnr;
    cells_.reversed = sqnr;  // strong colours: much error
    cells_.range = colorRange(cells_);
}

void SensitivityMap::draw(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme) const {
    drawHeatMap(painter, rect, cells_, theme.dark);
    drawUnmeasured(painter, rect, theme);
    drawFigures(painter, rect, theme);
}

void SensitivityMap::drawFrame(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme,
                               std::size_t row) const {
    if (cells_.columns == 0) return;
    const QRectF line =
        cellRect(rect, cells_, 0, row).united(cellRect(rect, cells_, cells_.columns - 1, row));
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(theme.text, 2));
    painter->drawRect(line.adjusted(1, 0, -1, 0));
}

// Hatched, since a cell without colour could pass for one at the pale end of the scale.
void SensitivityMap::drawUnmeasured(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme) const {
    painter->setPen(Qt::NoPen);
    for (std::size_t row = 0; row < cells_.rows; ++row) {
        for (std::size_t column = 0; column < cells_.columns; ++column) {
            if (!std::isnan(cells_.at(column, row))) continue;
            const QRectF cell = cellRect(rect, cells_, column, row).intersected(rect->rect());
            painter->fillRect(cell, theme.surface);
            painter->fillRect(cell, QBrush(theme.mutedText, Qt::BDiagPattern));
        }
    }
}

QString SensitivityMap::figure(double value) const {
    if (quantity_ == Quantity::rel_error) return valueText(value, 2);
    return std::isinf(value) ? tr("exact") : QLocale().toString(value, 'f', 1);
}

void SensitivityMap::drawFigures(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme) const {
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    const double needed = metrics.horizontalAdvance(quantity_ == Quantity::sqnr ? QStringLiteral("00.0")
                                                                                : QStringLiteral("0.0000"));
    for (std::size_t row = 0; row < cells_.rows; ++row) {
        for (std::size_t column = 0; column < cells_.columns; ++column) {
            const QRectF cell = cellRect(rect, cells_, column, row);
            if (!cell.intersects(rect->rect())) continue;
            if (cell.height() < metrics.height() || cell.width() < needed + 4) return;
            const double value = cells_.at(column, row);
            if (std::isnan(value)) continue;
            painter->setPen(readableOn(sequentialColor(cells_.shade(value), theme.dark)));
            painter->drawText(cell, Qt::AlignCenter, figure(value));
        }
    }
}

}  // namespace halfstep
