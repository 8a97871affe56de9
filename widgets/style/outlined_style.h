// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProxyStyle>

namespace halfstep {

// Fusion, but that its outlines, which it makes of a darker window colour, can be seen on dark windows too:
// those of check boxes, radio buttons and fields to type in; and tabs are narrower.
class OutlinedStyle : public QProxyStyle {
    Q_OBJECT
  public:
    OutlinedStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget = nullptr) const override;
    int pixelMetric(PixelMetric metric, const QStyleOption* option = nullptr,
                    const QWidget* widget = nullptr) const override;
};

}  // namespace halfstep
