// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace halfstep {

// A line of text that gives way: to a shorter wording where there is one, then what does not fit is left out
// in the middle. The whole text stands in the tool-tip.
class ElidedLabel : public QLabel {
    Q_OBJECT
  public:
    explicit ElidedLabel(QWidget* parent = nullptr, Qt::TextElideMode mode = Qt::ElideMiddle);

    void setShorterTexts(const QStringList& texts);  // than text(), the longest first
    QString shownText() const;
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    bool isElided() const;

    Qt::TextElideMode mode_;
    QStringList shorter_;
};

}  // namespace halfstep
