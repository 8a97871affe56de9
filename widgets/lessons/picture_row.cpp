// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/picture_row.h"

#include "widgets/style/theme.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>

namespace halfstep {
namespace {

constexpr int gap = 10;
constexpr int swatch_height = 12;
constexpr int swatch_gap = 4;
constexpr int most_height = 460;

QFont titleFont() {
    QFont font = smallFont();
    font.setWeight(QFont::DemiBold);
    return font;
}

void paintSwatches(QPainter& painter, const QList<QColor>& colors, const QRect& place) {
    const auto count = static_cast<int>(colors.size());
    for (int i = 0; i < count; ++i) {
        const int left = place.left() + place.width() * i / count;
        const int right = place.left() + place.width() * (i + 1) / count;
        painter.fillRect(QRect(left, place.top(), right - left, place.height()), colors[i]);
    }
}

}  // namespace

PictureRow::PictureRow(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void PictureRow::setPictures(QList<RowPicture> pictures) {
    const QSize before = sizeHint();
    pictures_ = std::move(pictures);
    QStringList said;
    for (const RowPicture& picture : std::as_const(pictures_))
        said << picture.title + QStringLiteral(": ") + picture.detail;
    setAccessibleName(said.join(QStringLiteral("; ")));
    if (sizeHint() != before) updateGeometry();
    update();
}

double PictureRow::tallest() const {
    double ratio = 0;
    for (const RowPicture& picture : pictures_)
        if (!picture.image.isNull())
            ratio = std::max(ratio, static_cast<double>(picture.image.height()) / picture.image.width());
    return ratio > 0 ? ratio : 2.0 / 3;
}

int PictureRow::headHeight() const {
    return 2 * QFontMetrics(smallFont()).height() + 4;
}

int PictureRow::heightForWidth(int width) const {
    const auto count = std::max(1, static_cast<int>(pictures_.size()));
    const int each = (width - gap * (count - 1)) / count;
    const int height = headHeight() + swatch_height + swatch_gap + static_cast<int>(each * tallest());
    return std::clamp(height, minimumSizeHint().height(), most_height);
}

QSize PictureRow::sizeHint() const {
    return {600, heightForWidth(600)};
}

void PictureRow::paintPicture(QPainter& painter, const RowPicture& picture, const QRect& place) const {
    const Theme& theme = themeOf(this);
    const int line = QFontMetrics(smallFont()).height();
    const QRect below = place.adjusted(0, headHeight(), 0, -(swatch_height + swatch_gap));
    const QSize size = picture.image.size().scaled(below.size(), Qt::KeepAspectRatio);
    const QRect drawn(below.topLeft(), size);
    painter.setPen(theme.text);
    painter.setFont(titleFont());
    painter.drawText(QRect(place.left(), place.top(), place.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(picture.title, Qt::ElideRight, place.width()));
    painter.setPen(theme.mutedText);
    painter.setFont(smallFont());
    painter.drawText(QRect(place.left(), place.top() + line, place.width(), line),
                     Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(picture.detail, Qt::ElideRight, place.width()));
    if (!picture.image.isNull()) painter.drawImage(drawn, picture.image);
    paintSwatches(painter, picture.colors,
                  QRect(drawn.left(), drawn.bottom() + 1 + swatch_gap, drawn.width(), swatch_height));
}

void PictureRow::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const auto count = static_cast<int>(pictures_.size());
    if (count == 0) return;
    const int each = (width() - gap * (count - 1)) / count;
    for (int i = 0; i < count; ++i)
        paintPicture(painter, pictures_[i], QRect(i * (each + gap), 0, each, height()));
}

void PictureRow::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (isThemeChange(event) || event->type() == QEvent::FontChange) {
        updateGeometry();
        update();
    }
}

}  // namespace halfstep
