// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace halfstep {

// A line of text that gives way: what does not fit is left out in the middle and stands in the tool-tip.
class ElidedLabel : public QLabel {
    Q_OBJECT
  public:
    explicit ElidedLabel(QWidget* parent = nullptr, Qt::TextElideMode mode = Qt::ElideMiddle);

    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    bool isElided() const;

    Qt::TextElideMode mode_;
};

}  // namespace halfstep
