// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/outlined_style.h"

#include "widgets/style/theme.h"

#include <QPainter>
#include <QStyleOption>

namespace halfstep {
namespace {

constexpr double corner = 2;

bool has_faint_outline(QStyle::PrimitiveElement element) {
    return element == QStyle::PE_IndicatorCheckBox || element == QStyle::PE_IndicatorRadioButton ||
           element == QStyle::PE_FrameLineEdit;
}

}  // namespace

OutlinedStyle::OutlinedStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

void OutlinedStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                  const QWidget* widget) const {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    const Theme& theme = themeOf(option->palette);
    const bool focused = element == PE_FrameLineEdit && (option->state & State_HasFocus) != 0;
    if (!theme.dark || focused || !has_faint_outline(element)) return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    painter->setPen((option->state & State_Enabled) != 0 ? theme.axis : theme.border);
    const QRectF outline = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    if (element == PE_IndicatorRadioButton)
        painter->drawEllipse(outline);
    else
        painter->drawRoundedRect(outline, corner, corner);
    painter->restore();
}

int OutlinedStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    constexpr int tab_padding = 12;  // both sides; Fusion's 24 leaves no room for seven views
    return metric == PM_TabBarTabHSpace ? tab_padding : QProxyStyle::pixelMetric(metric, option, widget);
}

}  // namespace halfstep
