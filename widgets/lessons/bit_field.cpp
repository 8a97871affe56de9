// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/bit_field.h"

#include "widgets/style/theme.h"

#include <QEvent>
#include <QFontMetrics>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace halfstep {
namespace {

constexpr int part_gap = 10;
constexpr int margin = 2;
constexpr int least_box = 12;

int lineHeight() {
    return QFontMetrics(smallFont()).height() + 2;
}

int boxHeight() {
    return 2 * QFontMetrics(headingFont()).height();
}

}  // namespace

BitField::BitField(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Bits"));
}

void BitField::setParts(const QList<Part>& parts) {
    const int before = bitCount();
    parts_ = parts;
    if (bitCount() != before) current_ = std::max(0, bitCount() - 1);
    hot_ = -1;
    tellReaders();
    update();
}

void BitField::setPattern(std::uint32_t pattern) {
    pattern_ = pattern;
    tellReaders();
    update();
}

int BitField::bitCount() const {
    int count = 0;
    for (const Part& part : parts_)
        count += part.bits;
    return count;
}

QSize BitField::sizeHint() const {
    return {640, 2 * lineHeight() + boxHeight() + 2 * margin + 4};
}

QSize BitField::minimumSizeHint() const {
    return {32 * least_box + 2 * part_gap + 2 * margin, sizeHint().height()};
}

// Boxes as wide as there is room for, at most half as wide again as high; a part is as wide as its name at
// least.
QList<BitField::Place> BitField::places() const {
    const QFontMetrics metrics(smallFont());
    const int bits = std::max(1, bitCount());
    const int room =
        width() - 2 * margin - part_gap * static_cast<int>(std::max<qsizetype>(0, parts_.size() - 1));
    int box = std::clamp(room / bits, least_box, boxHeight() * 3 / 2);
    const auto needed = [&](const Part& part) {
        return std::max(part.bits * box, metrics.horizontalAdvance(part.name));
    };
    const auto all = [&] {
        int sum = 0;
        for (const Part& part : parts_)
            sum += needed(part);
        return sum;
    };
    while (box > least_box && all() > room)
        --box;
    QList<Place> places;
    int x = margin;
    for (const Part& part : parts_) {
        places.append({x, box});
        x += needed(part) + part_gap;
    }
    return places;
}

QRect BitField::boxOf(int bit) const {
    const QList<Place> all = places();
    int highest = bitCount() - 1;
    for (qsizetype i = 0; i < parts_.size(); ++i) {
        const int within = highest - bit;
        if (bit >= 0 && within >= 0 && within < parts_[i].bits)
            return {all[i].left + within * all[i].box, margin + lineHeight(), all[i].box, boxHeight()};
        highest -= parts_[i].bits;
    }
    return {};
}

int BitField::bitAt(const QPoint& point) const {
    for (int bit = 0; bit < bitCount(); ++bit)
        if (boxOf(bit).contains(point)) return bit;
    return -1;
}

void BitField::paintPart(QPainter& painter, int part, int first_bit, const Place& place) const {
    const Theme& theme = themeOf(this);
    const Part& of = parts_[part];
    const QColor color = theme.seriesColor(of.color);
    const int top = margin + lineHeight();
    painter.setFont(smallFont());
    painter.setPen(theme.mutedText);
    painter.drawText(QRect(place.left, margin, width() - place.left, lineHeight()),
                     Qt::AlignLeft | Qt::AlignVCenter, of.name);
    painter.setPen(theme.text);
    painter.drawText(QRect(place.left, top + boxHeight() + 2, width() - place.left, lineHeight()),
                     Qt::AlignLeft | Qt::AlignVCenter, of.meaning);
    QFont digits = monospaceFont();
    digits.setPixelSize(std::clamp(place.box * 3 / 4, 10, boxHeight() * 3 / 5));
    digits.setBold(true);
    for (int i = 0; i < of.bits; ++i) {
        const int bit = first_bit - i;
        const bool on = (pattern_ >> bit & 1U) != 0;
        const QRect box =
            QRect(place.left + i * place.box, top, place.box, boxHeight()).adjusted(0, 0, -1, -1);
        QColor fill = color;
        fill.setAlphaF(on ? 0.55F : bit == hot_ ? 0.28F : 0.10F);
        painter.fillRect(box, fill);
        painter.setPen(QPen(color, 1));
        painter.drawRect(box);
        painter.setFont(digits);
        painter.setPen(on ? theme.text : theme.mutedText);
        painter.drawText(box, Qt::AlignCenter, on ? QStringLiteral("1") : QStringLiteral("0"));
        if (hasFocus() && bit == current_) {
            painter.setPen(QPen(theme.accent, 2.5));
            painter.drawRect(QRectF(box).adjusted(1, 1, -1, -1));
        }
    }
}

void BitField::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QList<Place> all = places();
    int highest = bitCount() - 1;
    for (int part = 0; part < parts_.size(); ++part) {
        paintPart(painter, part, highest, all[part]);
        highest -= parts_[part].bits;
    }
}

void BitField::setBit(int bit, bool on) {
    const std::uint32_t mask = std::uint32_t{1} << bit;
    const std::uint32_t next = on ? pattern_ | mask : pattern_ & ~mask;
    if (next == pattern_) return;
    setPattern(next);
    emit patternChanged(next);
}

void BitField::choose(int bit) {
    current_ = std::clamp(bit, 0, std::max(0, bitCount() - 1));
    tellReaders();
    update();
}

void BitField::mousePressEvent(QMouseEvent* event) {
    const int bit = bitAt(event->position().toPoint());
    if (event->button() != Qt::LeftButton || bit < 0) return QWidget::mousePressEvent(event);
    choose(bit);
    setBit(bit, (pattern_ >> bit & 1U) == 0);
}

void BitField::mouseMoveEvent(QMouseEvent* event) {
    const int bit = bitAt(event->position().toPoint());
    setCursor(bit < 0 ? Qt::ArrowCursor : Qt::PointingHandCursor);
    if (bit == hot_) return;
    hot_ = bit;
    update();
}

void BitField::leaveEvent(QEvent* event) {
    QWidget::leaveEvent(event);
    hot_ = -1;
    update();
}

void BitField::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    tellReaders();
}

void BitField::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Left:
            return choose(current_ + 1);
        case Qt::Key_Right:
            return choose(current_ - 1);
        case Qt::Key_Home:
            return choose(bitCount() - 1);
        case Qt::Key_End:
            return choose(0);
        case Qt::Key_0:
        case Qt::Key_1:
            return setBit(current_, event->key() == Qt::Key_1);
        case Qt::Key_Space:
        case Qt::Key_Return:
        case Qt::Key_Enter:
            return setBit(current_, (pattern_ >> current_ & 1U) == 0);
        default:
            return QWidget::keyPressEvent(event);
    }
}

void BitField::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (isThemeChange(event)) {
        updateGeometry();
        update();
    }
}

void BitField::tellReaders() {
    int highest = bitCount() - 1;
    for (const Part& part : parts_) {
        if (current_ <= highest && current_ > highest - part.bits)
            setAccessibleDescription(
                tr("Bit %1, %2: %3").arg(current_).arg(part.name).arg(pattern_ >> current_ & 1U));
        highest -= part.bits;
    }
}

}  // namespace halfstep
