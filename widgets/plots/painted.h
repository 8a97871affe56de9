// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qcustomplot.h>

#include <functional>

namespace halfstep {

using PaintFunction = std::function<void(QCPPainter*)>;

// Something in a plot that QCustomPlot has no item for, drawn by a function, clipped to an axis rect.
class PaintedItem : public QCPLayerable {
  public:
    PaintedItem(QCPAxisRect* rect, const QString& layer, PaintFunction paint, bool clipped = true);

  protected:
    QRect clipRect() const override;
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;

  private:
    QCPAxisRect* rect_;
    PaintFunction paint_;
    bool clipped_;
};

// An element of the plot's layout without axes, drawn by a function into rect().
class PaintedElement : public QCPLayoutElement {
  public:
    using Paint = std::function<void(QCPPainter*, const QRect&)>;
    PaintedElement(QCustomPlot* plot, Paint paint);

  protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;

  private:
    Paint paint_;
};

// The box of figures that follows the mouse, with hair lines through what it speaks of.
class ReadOut : public QCPLayerable {
  public:
    explicit ReadOut(QCustomPlot* plot);

    void show(const QPointF& anchor, const QStringList& lines, const QLineF& hair_line = {});
    void showCell(const QPointF& anchor, const QStringList& lines, const QRectF& cell);
    void hide();
    QStringList lines() const { return lines_; }

  protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;

  private:
    QPointF anchor_;
    QStringList lines_;
    QLineF hair_line_;
    QRectF cell_;
};

}  // namespace halfstep
