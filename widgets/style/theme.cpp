// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/theme.h"

#include "widgets/style/outlined_style.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QToolTip>
#include <QWidget>

namespace halfstep {
namespace {

ThemeMode current_mode = ThemeMode::system;

Theme make_light() {
    Theme theme;
    theme.window = QColor(0xf3, 0xf5, 0xf8);
    theme.surface = QColor(0xff, 0xff, 0xff);
    theme.raised = QColor(0xf7, 0xf9, 0xfb);
    theme.border = QColor(0xd3, 0xda, 0xe2);
    theme.grid = QColor(0xe8, 0xec, 0xf1);
    theme.axis = QColor(0xa9, 0xb4, 0xc1);
    theme.text = QColor(0x1a, 0x23, 0x30);
    theme.mutedText = QColor(0x55, 0x61, 0x70);
    theme.faintText = QColor(0x7c, 0x88, 0x97);
    theme.accent = QColor(0x1f, 0x63, 0xb5);
    theme.accentText = Qt::white;
    theme.good = QColor(0x1d, 0x7f, 0x52);
    theme.warning = QColor(0x96, 0x56, 0x00);
    theme.bad = QColor(0xc2, 0x2f, 0x2f);
    // Any two stay apart (0.08 in OKLab) with the common colour blindnesses: blue, orange, green, rose,
    // steel, olive, purple, grey.
    theme.series = {QColor(0x3e, 0x60, 0xa0), QColor(0xd8, 0x7e, 0x2b), QColor(0x75, 0xa5, 0x83),
                    QColor(0xb2, 0x58, 0x6c), QColor(0x4b, 0x86, 0xa8), QColor(0x72, 0x73, 0x00),
                    QColor(0x6b, 0x1d, 0x82), QColor(0x45, 0x4b, 0x55)};
    return theme;
}

Theme make_dark() {
    Theme theme;
    theme.dark = true;
    theme.window = QColor(0x16, 0x1a, 0x20);
    theme.surface = QColor(0x1d, 0x22, 0x2a);
    theme.raised = QColor(0x26, 0x2c, 0x36);
    theme.border = QColor(0x38, 0x41, 0x4d);
    theme.grid = QColor(0x2b, 0x32, 0x3c);
    theme.axis = QColor(0x56, 0x62, 0x71);
    theme.text = QColor(0xe6, 0xeb, 0xf1);
    theme.mutedText = QColor(0xa8, 0xb3, 0xc1);
    theme.faintText = QColor(0x80, 0x8c, 0x9b);
    theme.accent = QColor(0x6c, 0xab, 0xf5);
    theme.accentText = QColor(0x0e, 0x16, 0x20);
    theme.good = QColor(0x5c, 0xc7, 0x92);
    theme.warning = QColor(0xe8, 0xb0, 0x4b);
    theme.bad = QColor(0xf2, 0x7d, 0x78);
    theme.series = {QColor(0x4c, 0x86, 0xef), QColor(0xed, 0x84, 0x07), QColor(0x58, 0xc9, 0x8c),
                    QColor(0xef, 0x98, 0xeb), QColor(0xa1, 0xeb, 0xfb), QColor(0xec, 0xde, 0xa1),
                    QColor(0xad, 0x8a, 0xb6), QColor(0x76, 0x78, 0x7f)};
    return theme;
}

bool is_dark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QString style_sheet(const Theme& theme) {
    return QStringLiteral(
               "QToolTip { color: %1; background: %2; border: 1px solid %3; padding: 3px 5px; }"
               "QToolBar { border: 0; spacing: 4px; padding: 3px; }"
               "QStatusBar::item { border: 0; }"
               "QDockWidget { titlebar-close-icon: none; }"
               "QHeaderView::section { color: %4; background: %2; border: 0; border-right: 1px solid %3;"
               " border-bottom: 1px solid %3; padding: 4px 6px; }"
               "QMainWindow::separator { background: %3; width: 1px; height: 1px; margin: 2px; }")
        .arg(theme.text.name(), theme.raised.name(), theme.border.name(), theme.mutedText.name());
}

}  // namespace

QColor Theme::seriesColor(qsizetype index) const {
    return series[static_cast<std::size_t>(index) % series.size()];
}

const Theme& lightTheme() {
    static const Theme theme = make_light();
    return theme;
}

const Theme& darkTheme() {
    static const Theme theme = make_dark();
    return theme;
}

const Theme& themeOf(const QPalette& palette) {
    return is_dark(palette) ? darkTheme() : lightTheme();
}

const Theme& themeOf(const QWidget* widget) {
    return themeOf(widget != nullptr ? widget->palette() : QApplication::palette());
}

QPalette paletteOf(const Theme& theme) {
    QPalette palette(theme.raised, theme.window);
    palette.setColor(QPalette::Window, theme.window);
    palette.setColor(QPalette::WindowText, theme.text);
    palette.setColor(QPalette::Base, theme.surface);
    palette.setColor(QPalette::AlternateBase, theme.raised);
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::Button, theme.raised);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::BrightText, theme.bad);
    palette.setColor(QPalette::PlaceholderText, theme.faintText);
    palette.setColor(QPalette::Highlight, theme.accent);
    palette.setColor(QPalette::HighlightedText, theme.accentText);
    palette.setColor(QPalette::Link, theme.accent);
    palette.setColor(QPalette::LinkVisited, theme.seriesColor(6));
    palette.setColor(QPalette::ToolTipBase, theme.raised);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::Light, theme.dark ? theme.border : QColor(Qt::white));
    palette.setColor(QPalette::Midlight, theme.grid);
    palette.setColor(QPalette::Mid, theme.border);
    palette.setColor(QPalette::Dark, theme.axis);
    palette.setColor(QPalette::Shadow, theme.dark ? QColor(0x0a, 0x0c, 0x10) : theme.axis);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, theme.faintText);
    }
    palette.setColor(QPalette::Disabled, QPalette::Highlight, theme.border);
    palette.setColor(QPalette::Disabled, QPalette::HighlightedText, theme.mutedText);
    return palette;
}

void applyTheme(QApplication& application, ThemeMode mode) {
    static const bool desktop_is_dark = is_dark(QApplication::palette());  // before we first change it
    current_mode = mode;
    const bool dark = mode == ThemeMode::dark || (mode == ThemeMode::system && desktop_is_dark);
    const Theme& theme = dark ? darkTheme() : lightTheme();
    if (!application.property("halfstep_fusion").toBool()) {
        QApplication::setStyle(new OutlinedStyle);
        application.setProperty("halfstep_fusion", true);
    }
    const QPalette palette = paletteOf(theme);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    application.setStyleSheet(style_sheet(theme));
}

ThemeMode currentThemeMode() {
    return current_mode;
}

bool isThemeChange(const QEvent* event) {
    return event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange ||
           event->type() == QEvent::StyleChange;
}

QFont smallFont() {
    QFont font = QApplication::font();
    font.setPointSizeF(font.pointSizeF() * 0.9);
    return font;
}

QFont headingFont() {
    QFont font = QApplication::font();
    font.setPointSizeF(font.pointSizeF() * 1.15);
    font.setWeight(QFont::DemiBold);
    return font;
}

QFont monospaceFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(QApplication::font().pointSizeF());
    return font;
}

}  // namespace halfstep
