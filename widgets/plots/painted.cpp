// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/painted.h"

#include "widgets/style/theme.h"

namespace halfstep {

PaintedItem::PaintedItem(QCPAxisRect* rect, const QString& layer, PaintFunction paint, bool clipped)
    : QCPLayerable(rect->parentPlot(), layer), rect_(rect), paint_(std::move(paint)), clipped_(clipped) {}

QRect PaintedItem::clipRect() const {
    return clipped_ ? rect_->rect() : mParentPlot->viewport();
}

void PaintedItem::applyDefaultAntialiasingHint(QCPPainter* painter) const {
    painter->setAntialiasing(true);
}

void PaintedItem::draw(QCPPainter* painter) {
    paint_(painter);
}

PaintedElement::PaintedElement(QCustomPlot* plot, Paint paint)
    : QCPLayoutElement(plot), paint_(std::move(paint)) {}

void PaintedElement::applyDefaultAntialiasingHint(QCPPainter* painter) const {
    painter->setAntialiasing(true);
}

void PaintedElement::draw(QCPPainter* painter) {
    paint_(painter, rect());
}

ReadOut::ReadOut(QCustomPlot* plot) : QCPLayerable(plot, QStringLiteral("overlay")) {
    setVisible(false);
}

void ReadOut::show(const QPointF& anchor, const QStringList& lines, const QLineF& hair_line) {
    anchor_ = anchor;
    lines_ = lines;
    hair_line_ = hair_line;
    cell_ = {};
    setVisible(true);
}

void ReadOut::showCell(const QPointF& anchor, const QStringList& lines, const QRectF& cell) {
    show(anchor, lines);
    cell_ = cell;
}

void ReadOut::hide() {
    lines_.clear();
    setVisible(false);
}

void ReadOut::applyDefaultAntialiasingHint(QCPPainter* painter) const {
    painter->setAntialiasing(true);
}

void ReadOut::draw(QCPPainter* painter) {
    const Theme& theme = themeOf(mParentPlot);
    if (!hair_line_.isNull()) {
        painter->setPen(QPen(theme.mutedText, 1, Qt::DotLine));
        painter->drawLine(hair_line_);
    }
    if (!cell_.isNull()) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(theme.text, 1.5));
        painter->drawRect(cell_);
    }
    constexpr int padding = 7;
    constexpr int distance = 14;
    const QFont font = smallFont();
    const QString text = lines_.join(u'\n');
    const QSize text_size = QFontMetrics(font).size(Qt::TextExpandTabs, text);
    QRectF box(QPointF(), QSizeF(text_size.width() + 2 * padding, text_size.height() + 2 * padding));
    const QRect view = mParentPlot->viewport();
    box.moveTopLeft(anchor_ + QPointF(distance, -box.height() - distance / 2.0));
    if (box.right() > view.right() - 2) box.moveRight(anchor_.x() - distance);
    if (box.top() < view.top() + 2)
        box.moveTop(qMin(anchor_.y() + distance, view.bottom() - box.height() - 2));
    box.moveLeft(qMax(box.left(), view.left() + 2.0));
    QColor background = theme.raised;
    background.setAlpha(240);
    painter->setPen(QPen(theme.border, 1));
    painter->setBrush(background);
    painter->drawRoundedRect(box, 4, 4);
    painter->setFont(font);
    painter->setPen(theme.text);
    painter->drawText(box.adjusted(padding, padding, -padding, -padding), Qt::AlignLeft | Qt::TextExpandTabs,
                      text);
}

}  // namespace halfstep
