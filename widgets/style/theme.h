// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QFont>
#include <QPalette>

#include <array>

class QApplication;
class QEvent;
class QWidget;

namespace halfstep {

enum class ThemeMode { system, light, dark };

// The colours of one mode. Widgets never name a colour of their own: they ask themeOf(this) while painting.
struct Theme {
    bool dark = false;

    QColor window;   // behind everything
    QColor surface;  // plots, tables, fields
    QColor raised;   // buttons, headers, alternate rows
    QColor border;
    QColor grid;  // lines within a plot
    QColor axis;  // its frame and ticks

    QColor text;
    QColor mutedText;  // labels, units: still 4.5:1 on surface
    QColor faintText;  // hints: 3:1

    QColor accent;  // selection, focus, handles
    QColor accentText;
    QColor good;
    QColor warning;
    QColor bad;

    std::array<QColor, 8> series;  // categories, in this order; told apart with colour blindness

    QColor seriesColor(qsizetype index) const;  // repeats after eight
};

const Theme& lightTheme();
const Theme& darkTheme();

// The theme that belongs to a palette: by the lightness of its window colour.
const Theme& themeOf(const QPalette& palette);
const Theme& themeOf(const QWidget* widget);

QPalette paletteOf(const Theme& theme);

// Sets Fusion, the palette and a small style sheet. Widgets that paint with theme colours repaint, and those
// that keep colours (plots) restyle, on the QEvent::PaletteChange that this sends. Qt 6.4 does not report the
// desktop's colour scheme: `system` means dark where the platform's own palette is dark.
void applyTheme(QApplication& application, ThemeMode mode);
ThemeMode currentThemeMode();

// Whether a changeEvent() means that colours or fonts kept by a widget are to be taken anew.
bool isThemeChange(const QEvent* event);

// Fonts, all derived from the application's own: figures in columns, and headings of panels.
QFont smallFont();
QFont headingFont();
QFont monospaceFont();  // scheme notation

}  // namespace halfstep
