// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/bits_picture.h"

#include "widgets/panels/trace_speech.h"
#include "widgets/style/theme.h"

#include <QEvent>
#include <QFontMetrics>
#include <QPainter>

#include <algorithm>
#include <array>

namespace halfstep {
namespace {

constexpr int margin = 8;
constexpr int gap = 4;
constexpr std::size_t few_bytes = 8;  // whose bits are all drawn one by one: no map of bytes is needed

QFont digitFont() {
    QFont font = monospaceFont();
    font.setPointSizeF(font.pointSizeF() * 0.85);
    return font;
}

QColor colorOf(BitRole role, const Theme& theme) {
    switch (role) {
        case BitRole::unused:
            return theme.axis;
        case BitRole::sign:
            return theme.seriesColor(3);
        case BitRole::exponent:
        case BitRole::scale:
            return theme.seriesColor(1);
        case BitRole::mantissa:
            return theme.seriesColor(4);
        case BitRole::code:
        case BitRole::index:
            return theme.seriesColor(0);
        case BitRole::high_bits:
            return theme.seriesColor(6);
        case BitRole::minimum:
        case BitRole::zero_point:
        case BitRole::level:
            return theme.seriesColor(2);
        case BitRole::sub_scale:
            return theme.seriesColor(5);
        case BitRole::sub_minimum:
            return theme.seriesColor(3);
    }
    return theme.axis;
}

QColor tint(QColor color, bool selected, const Theme& theme) {
    color.setAlpha(selected ? (theme.dark ? 95 : 120) : 45);
    return color;
}

}  // namespace

struct BitsPicture::Pen {
    QPainter* painter;
    const Theme& theme;
    int width;
    int y = margin;
    QFont label_font = smallFont();
    QFont digit_font = digitFont();

    int lineHeight() const { return QFontMetrics(label_font).height(); }
    int digitWidth() const { return QFontMetrics(digit_font).horizontalAdvance('0'); }
    int digitHeight() const { return QFontMetrics(digit_font).height(); }

    void text(const QRect& rect, const QString& words, const QColor& color, int flags) const {
        painter->setFont(label_font);
        painter->setPen(color);
        painter->drawText(rect, flags,
                          QFontMetrics(label_font).elidedText(words, Qt::ElideRight, rect.width()));
    }
};

BitsPicture::BitsPicture(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void BitsPicture::setTrace(const WeightTrace& trace) {
    parts_ = trace.stored;
    // What the scheme makes of a weight comes first; a file's own bits are a few more, or all there is.
    parts_.push_back(trace.source);
    updateGeometry();
    update();
}

void BitsPicture::clear() {
    parts_.clear();
    updateGeometry();
    update();
}

QSize BitsPicture::minimumSizeHint() const {
    return {16 * (2 * QFontMetrics(digitFont()).horizontalAdvance('0') + 4) + 2 * margin + 30, 60};
}

int BitsPicture::heightForWidth(int width) const {
    return draw(nullptr, width);
}

void BitsPicture::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.fillRect(rect(), themeOf(this).surface);
    draw(&painter, width());
}

void BitsPicture::changeEvent(QEvent* event) {
    if (isThemeChange(event)) {
        updateGeometry();
        update();
    }
    QWidget::changeEvent(event);
}

int BitsPicture::draw(QPainter* painter, int width) const {
    Pen pen{painter, themeOf(this), width};
    for (const StoredBytes& stored : parts_)
        drawStored(pen, stored);
    if (!parts_.empty()) drawLegend(pen);
    return pen.y + margin;
}

void BitsPicture::drawStored(Pen& pen, const StoredBytes& stored) const {
    const TraceSpeech words;
    if (pen.painter != nullptr) {
        QString name =
            QString::fromStdString(stored.part == StoredPart::weight ? words.section(TraceSection::as_stored)
                                                                     : stored_name(stored, words));
        if (stored.bytes.size() <= few_bytes)
            name += QStringLiteral("  ") + QString::fromStdString(hex_text(stored));
        pen.text({margin, pen.y, pen.width - 2 * margin, pen.lineHeight()}, name, pen.theme.mutedText,
                 Qt::AlignLeft | Qt::AlignVCenter);
    }
    pen.y += pen.lineHeight() + 2;
    for (const BitGroup& group : stored.selected)
        if (!group.bits.empty()) drawGroup(pen, stored, group);
    if (stored.bytes.size() > few_bytes) drawBytes(pen, stored);
    pen.y += 2 * gap;
}

// Its bits in boxes with their digits; behind them what they are and where, below where there is no room.
void BitsPicture::drawGroup(Pen& pen, const StoredBytes& stored, const BitGroup& group) const {
    const TraceSpeech words;
    const int height = pen.digitHeight() + 4;
    const int count = static_cast<int>(group.bits.size());
    const int box = std::min(pen.digitWidth() + 5, (pen.width - 2 * margin - 12) / std::max(count, 1));
    const std::string digits = binary_text(stored, group);
    int x = margin;
    std::size_t bit = 0;
    if (pen.painter != nullptr) {
        pen.painter->setFont(pen.digit_font);
        for (const char digit : digits) {
            if (digit == ' ') {
                x += gap;
                continue;
            }
            const QColor color = colorOf(stored.roles[group.bits[bit++]], pen.theme);
            const QRect rect(x, pen.y, box, height);
            pen.painter->fillRect(rect, tint(color, true, pen.theme));
            pen.painter->setPen(color);
            pen.painter->drawRect(rect.adjusted(0, 0, -1, -1));
            pen.painter->setPen(pen.theme.text);
            pen.painter->drawText(rect, Qt::AlignCenter, QString(QLatin1Char(digit)));
            x += box;
        }
    } else {
        x += box * count + gap * static_cast<int>(std::ranges::count(digits, ' '));
    }
    const std::string number = group_value(group, words);
    const QString what =
        QString::fromStdString(group_name(stored, group, words) + (number.empty() ? "" : " = " + number) +
                               "   " + place_text(stored, group, words));
    const bool beside = pen.width - margin - x > QFontMetrics(pen.label_font).horizontalAdvance(what) + 10;
    if (!beside) pen.y += height + 1;
    if (pen.painter != nullptr)
        pen.text({beside ? x + 8 : margin, pen.y, pen.width - margin - (beside ? x + 8 : margin),
                  beside ? height : pen.lineHeight()},
                 what, pen.theme.text, Qt::AlignLeft | Qt::AlignVCenter);
    pen.y += (beside ? height : pen.lineHeight()) + gap;
}

void BitsPicture::drawBytes(Pen& pen, const StoredBytes& stored) const {
    const auto last = QString::number(stored.first_byte + stored.bytes.size());
    const int gutter = QFontMetrics(pen.label_font).horizontalAdvance(last) + 8;
    const int width = 2 * pen.digitWidth() + 4;
    const int height = pen.digitHeight() + 7;
    const int room = (pen.width - 2 * margin - gutter) / width;
    const int in_row = room >= 32 ? 32 : room >= 16 ? 16 : 8;
    const int rows = (static_cast<int>(stored.bytes.size()) + in_row - 1) / in_row;
    if (pen.painter != nullptr) {
        for (int row = 0; row < rows; ++row)
            pen.text({margin, pen.y + row * height, gutter - 4, height},
                     QString::number(stored.first_byte + static_cast<std::uint64_t>(row * in_row)),
                     pen.theme.mutedText, Qt::AlignRight | Qt::AlignVCenter);
        for (std::size_t byte = 0; byte < stored.bytes.size(); ++byte) {
            const int at = static_cast<int>(byte);
            drawByte(pen, stored, byte,
                     {margin + gutter + at % in_row * width, pen.y + at / in_row * height, width, height});
        }
    }
    pen.y += rows * height + gap;
}

// A strip of eight bits, the highest on the left, under the byte in hexadecimal; those of the weight stand
// out.
void BitsPicture::drawByte(Pen& pen, const StoredBytes& stored, std::size_t byte, const QRect& cell) const {
    std::array<bool, 8> selected{};
    bool any = false;
    for (const BitGroup& group : stored.selected)
        for (const std::uint32_t bit : group.bits)
            if (bit / 8 == byte) selected[bit % 8] = any = true;
    QPainter& painter = *pen.painter;
    const QRectF inner = QRectF(cell).adjusted(0.5, 0.5, -1.5, -1.5);
    const double bit_width = inner.width() / 8;
    for (int bit = 7; bit >= 0; --bit) {
        const auto place = static_cast<std::size_t>(bit);
        const QColor color = colorOf(stored.roles[8 * byte + place], pen.theme);
        const QRectF strip(inner.left() + (7 - bit) * bit_width, inner.top(), bit_width, inner.height());
        painter.fillRect(strip, tint(color, selected[place], pen.theme));
        QRectF foot = strip;
        foot.setTop(inner.bottom() - (selected[place] ? 4 : 2));
        painter.fillRect(foot, color);
    }
    painter.setFont(pen.digit_font);
    painter.setPen(any || stored.selected.empty() ? pen.theme.text : pen.theme.mutedText);
    painter.drawText(cell.adjusted(0, 0, 0, -4), Qt::AlignCenter,
                     QString::number(stored.bytes[byte], 16).rightJustified(2, '0'));
    if (!any) return;
    painter.setPen(QPen(pen.theme.text, 1.4));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(inner);
}

void BitsPicture::drawLegend(Pen& pen) const {
    const TraceSpeech words;
    std::vector<BitRole> roles;
    for (const StoredBytes& stored : parts_)
        for (const BitRole role : stored.roles)
            if (std::ranges::find(roles, role) == roles.end() && role != BitRole::unused)
                roles.push_back(role);
    std::ranges::sort(roles);
    const QFontMetrics metrics(pen.label_font);
    int x = margin;
    for (const BitRole role : roles) {
        const QString name = QString::fromStdString(words.role(role));
        const int width = 14 + metrics.horizontalAdvance(name) + 10;
        if (x > margin && x + width > pen.width - margin) {
            x = margin;
            pen.y += pen.lineHeight() + 2;
        }
        if (pen.painter != nullptr) {
            const QRect swatch(x, pen.y + (pen.lineHeight() - 9) / 2, 9, 9);
            pen.painter->fillRect(swatch, colorOf(role, pen.theme));
            pen.text({x + 14, pen.y, width - 14, pen.lineHeight()}, name, pen.theme.mutedText,
                     Qt::AlignLeft | Qt::AlignVCenter);
        }
        x += width;
    }
    pen.y += pen.lineHeight();
}

}  // namespace halfstep
