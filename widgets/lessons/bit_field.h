// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

#include <cstdint>

class QPainter;

namespace halfstep {

// The bits of a number side by side, large enough for a projector, in groups with a name above and what the
// group says below. A click turns a bit over; so do Space and Return, 0 and 1 set it, and the arrow keys,
// Home and End choose which.
class BitField : public QWidget {
    Q_OBJECT
  public:
    struct Part {
        QString name;
        QString meaning;  // of its bits as they are
        int bits = 0;
        int color = 0;  // a place in the theme's series
    };

    explicit BitField(QWidget* parent = nullptr);

    // From the highest bit down; at most 32 bits in all.
    void setParts(const QList<Part>& parts);
    void setPattern(std::uint32_t pattern);  // without a signal
    std::uint32_t pattern() const { return pattern_; }
    int bitCount() const;
    int currentBit() const { return current_; }  // 0: the lowest
    QRect boxOf(int bit) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  signals:
    void patternChanged(std::uint32_t pattern);  // by the user

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

  private:
    struct Place {
        int left = 0;  // of the first box
        int box = 0;   // width of each
    };
    QList<Place> places() const;
    int bitAt(const QPoint& point) const;  // -1 where there is none
    void setBit(int bit, bool on);
    void choose(int bit);
    void paintPart(QPainter& painter, int part, int first_bit, const Place& place) const;
    void tellReaders();

    QList<Part> parts_;
    std::uint32_t pattern_ = 0;
    int current_ = 0;
    int hot_ = -1;
};

}  // namespace halfstep
