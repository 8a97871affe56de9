// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>

namespace halfstep {

// One of our one-colour icons (resources/icons/NAME.svg, drawn with currentColor). It takes its colour from
// the application's palette when it is painted, so it follows a change between light and dark by itself;
// disabled and selected states too. A null icon where there is no such file.
QIcon themedIcon(const QString& name);

// The same drawing in one fixed colour, for painting severities and trends. `size` in logical pixels.
QPixmap tintedPixmap(const QString& name, const QColor& color, int size, qreal device_pixel_ratio = 1.0);

// The program's own icon, in its own colours.
QIcon applicationIcon();

}  // namespace halfstep
