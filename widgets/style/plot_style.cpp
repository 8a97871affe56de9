// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/plot_style.h"

#include "widgets/style/color_maps.h"

#include <qcustomplot.h>

namespace halfstep {
namespace {

constexpr int gradient_stops = 33;

void style_axis(QCPAxis* axis, const Theme& theme) {
    const QPen line(theme.axis, 1);
    axis->setBasePen(line);
    axis->setTickPen(line);
    axis->setSubTickPen(QPen(theme.axis, 0.8));
    axis->setTickLength(0, 4);
    axis->setSubTickLength(0, 2);
    axis->setLabelColor(theme.mutedText);
    axis->setTickLabelColor(theme.mutedText);
    axis->setLabelFont(smallFont());
    axis->setTickLabelFont(smallFont());
    axis->setTickLabelPadding(4);
    axis->setLabelPadding(4);
    axis->grid()->setPen(QPen(theme.grid, 1));
    axis->grid()->setSubGridVisible(false);
    axis->grid()->setZeroLinePen(QPen(theme.grid, 1));
    axis->setSelectedBasePen(line);
    axis->setSelectedTickPen(line);
}

QCPColorGradient gradient_of(QColor (*color)(double, bool), bool dark) {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setLevelCount(256);
    for (int i = 0; i < gradient_stops; ++i) {
        const double t = i / (gradient_stops - 1.0);
        gradient.setColorStopAt(t, color(t, dark));
    }
    gradient.setNanHandling(QCPColorGradient::nhTransparent);
    return gradient;
}

}  // namespace

void styleAxisRect(QCPAxisRect* rect, const Theme& theme) {
    for (QCPAxis* axis : rect->axes())
        style_axis(axis, theme);
}

void styleLegend(QCPLegend* legend, const Theme& theme) {
    QColor background = theme.surface;
    background.setAlpha(225);
    legend->setBrush(background);
    legend->setBorderPen(QPen(theme.border, 1));
    legend->setTextColor(theme.text);
    legend->setFont(smallFont());
    legend->setIconSize(16, 10);
    legend->setRowSpacing(1);
    legend->setMargins(QMargins(6, 4, 6, 4));
    // QCustomPlot clips items one pixel too high, which takes the underscore from names.
    for (int i = 0; i < legend->itemCount(); ++i)
        if (QCPAbstractLegendItem* item = legend->item(i)) item->setMargins(QMargins(0, 0, 0, 2));
}

void styleColorScale(QCPColorScale* scale, const Theme& theme) {
    style_axis(scale->axis(), theme);
    for (QCPAxis* axis : scale->axis()->axisRect()->axes()) {
        axis->setBasePen(QPen(theme.axis, 1));
    }
}

void stylePlot(QCustomPlot* plot) {
    const Theme& theme = themeOf(plot);
    plot->setBackground(QBrush(theme.surface));
    plot->setFont(smallFont());
    for (QCPAxisRect* rect : plot->axisRects())
        styleAxisRect(rect, theme);
    for (int i = 0; i < plot->plotLayout()->elementCount(); ++i) {
        if (auto* scale = qobject_cast<QCPColorScale*>(plot->plotLayout()->elementAt(i))) {
            styleColorScale(scale, theme);
        }
    }
    if (plot->legend != nullptr) styleLegend(plot->legend, theme);
}

QCPColorGradient sequentialGradient(const Theme& theme) {
    return gradient_of(sequentialColor, theme.dark);
}

QCPColorGradient divergingGradient(const Theme& theme) {
    return gradient_of(divergingColor, theme.dark);
}

}  // namespace halfstep
