// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace halfstep {

// A line of text that gives way: to a shorter wording where there is one, then to further lines where they
// are allowed; what does not fit is left out. The whole text stands in the tool-tip.
class ElidedLabel : public QLabel {
    Q_OBJECT
  public:
    explicit ElidedLabel(QWidget* parent = nullptr, Qt::TextElideMode mode = Qt::ElideMiddle);

    void setShorterTexts(const QStringList& texts);  // than text(), the longest first
    void setMostLines(int lines);
    QString shownText() const;  // its lines separated by line breaks
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

  private:
    bool isElided() const;
    QString wording() const;
    QStringList lines() const;

    Qt::TextElideMode mode_;
    QStringList shorter_;
    int most_lines_ = 1;
    int told_lines_ = 1;  // that the layout has made room for
};

}  // namespace halfstep
