// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/style/theme.h"

#include <QPalette>
#include <QWidget>

namespace halfstep {

// A problem's colour for this role, or the widget's own.
inline void markProblem(QWidget& widget, QPalette::ColorRole role, bool bad) {
    QPalette palette;
    if (bad) palette.setColor(role, themeOf(&widget).bad);
    widget.setPalette(bad ? palette : QPalette());
}

}  // namespace halfstep
