// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QList>
#include <QString>
#include <QWidget>

namespace halfstep {

// A picture of a row, what is said of it, and the colours it is made of.
struct RowPicture {
    QString title;
    QString detail;  // "18.4 dB · 9.2 kB"
    QImage image;
    QList<QColor> colors;  // shown below as swatches; may be empty
};

// Pictures side by side, as large as the width allows, each with a title above and its colours below.
class PictureRow : public QWidget {
    Q_OBJECT
  public:
    explicit PictureRow(QWidget* parent = nullptr);

    void setPictures(QList<RowPicture> pictures);
    const QList<RowPicture>& pictures() const { return pictures_; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {240, 120}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    int headHeight() const;
    double tallest() const;  // height by width
    void paintPicture(QPainter& painter, const RowPicture& picture, const QRect& place) const;

    QList<RowPicture> pictures_;
};

}  // namespace halfstep
