// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/weight_trace.h"

#include <QWidget>

#include <vector>

class QPainter;

namespace halfstep {

struct Theme;

// The bits of one weight: of everything stored, the numbers that the weight is made of bit by bit, and below
// them all bytes, coloured by what their bits are for. As tall as its width needs it to be.
class BitsPicture : public QWidget {
    Q_OBJECT
  public:
    explicit BitsPicture(QWidget* parent = nullptr);

    void setTrace(const WeightTrace& trace);
    void clear();

    QSize minimumSizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    struct Pen;
    int draw(QPainter* painter, int width) const;  // null: only measures
    void drawStored(Pen& pen, const StoredBytes& stored) const;
    void drawGroup(Pen& pen, const StoredBytes& stored, const BitGroup& group) const;
    void drawBytes(Pen& pen, const StoredBytes& stored) const;
    void drawByte(Pen& pen, const StoredBytes& stored, std::size_t byte, const QRect& cell) const;
    void drawLegend(Pen& pen) const;

    std::vector<StoredBytes> parts_;
};

}  // namespace halfstep
