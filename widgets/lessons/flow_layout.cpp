// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/lessons/flow_layout.h"

#include <QWidget>

#include <algorithm>

namespace halfstep {

FlowLayout::FlowLayout(QWidget* parent, int horizontal, int vertical)
    : QLayout(parent), horizontal_(horizontal), vertical_(vertical) {}

FlowLayout::~FlowLayout() {
    qDeleteAll(items_);
}

void FlowLayout::addItem(QLayoutItem* item) {
    items_.append(item);
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return items_.value(index);
}

QLayoutItem* FlowLayout::takeAt(int index) {
    return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

int FlowLayout::heightForWidth(int width) const {
    return arrange(QRect(0, 0, width, 0), false);
}

// Narrow enough for the widest item.
QSize FlowLayout::minimumSize() const {
    QSize size;
    for (const QLayoutItem* item : items_)
        size = size.expandedTo(item->minimumSize());
    const QMargins margins = contentsMargins();
    return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom());
}

// All in one line.
QSize FlowLayout::sizeHint() const {
    int width = 0;
    int height = 0;
    for (const QLayoutItem* item : items_) {
        if (item->isEmpty()) continue;
        width += item->sizeHint().width() + horizontal_;
        height = std::max(height, item->sizeHint().height());
    }
    const QMargins margins = contentsMargins();
    return {std::max(0, width - horizontal_) + margins.left() + margins.right(),
            height + margins.top() + margins.bottom()};
}

void FlowLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

int FlowLayout::arrange(const QRect& rect, bool really) const {
    const QMargins margins = contentsMargins();
    const QRect inside = rect.marginsRemoved(margins);
    int x = inside.left();
    int y = inside.top();
    int line = 0;
    for (QLayoutItem* item : items_) {
        if (item->isEmpty()) continue;
        const int width =
            std::min(item->sizeHint().width(), std::max(inside.width(), item->minimumSize().width()));
        int height = item->sizeHint().height();
        if (x > inside.left() && x + width > inside.left() + inside.width()) {
            x = inside.left();
            y += line + vertical_;
            line = 0;
        }
        if (item->hasHeightForWidth()) height = std::max(height, item->heightForWidth(width));
        if (really) item->setGeometry(QRect(x, y, width, height));
        x += width + horizontal_;
        line = std::max(line, height);
    }
    return y + line - rect.top() + margins.bottom();
}

}  // namespace halfstep
