// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/lessons/scene.h"
#include "widgets/style/theme.h"

#include <qcustomplot.h>

namespace halfstep {

QColor sceneColor(const Theme& theme, int color);

// What lies behind the data (surface, levels, marks), the data, and what is dragged.
void paintBehind(QCPPainter* painter, QCPAxisRect* rect, const ScenePane& pane, const Theme& theme);
void paintSeries(QCPPainter* painter, QCPAxisRect* rect, const ScenePane& pane, const Theme& theme);
void paintHandles(QCPPainter* painter, QCPAxisRect* rect, const ScenePane& pane, const Theme& theme,
                  const QString& active, const QString& hot);

// Title and legend of a pane, in one line where they fit; returns the height that they need (painter null).
int paintHead(QCPPainter* painter, const QRect& place, const ScenePane& pane, const Theme& theme);

QPointF scenePixel(const QCPAxisRect* rect, double x, double y);
QPointF handlePixel(const QCPAxisRect* rect, const SceneHandle& handle);  // middle of its grip

}  // namespace halfstep
