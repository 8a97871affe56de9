// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/style/theme.h"

class QCustomPlot;
class QCPAxisRect;
class QCPColorGradient;
class QCPColorScale;
class QCPLegend;

namespace halfstep {

// Fonts, axes, grid and legends of a plot, of all its axis rects, in the theme of its palette.
void stylePlot(QCustomPlot* plot);

void styleAxisRect(QCPAxisRect* rect, const Theme& theme);
void styleLegend(QCPLegend* legend, const Theme& theme);
void styleColorScale(QCPColorScale* scale, const Theme& theme);

QCPColorGradient sequentialGradient(const Theme& theme);
QCPColorGradient divergingGradient(const Theme& theme);

}  // namespace halfstep
