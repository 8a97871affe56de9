// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/sort_header.h"

#include <QStyleOptionHeader>

namespace halfstep {

SortHeader::SortHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setSectionsClickable(true);
}

void SortHeader::initStyleOptionForIndex(QStyleOptionHeader* option, int section) const {
    QHeaderView::initStyleOptionForIndex(option, section);
    if (isSortIndicatorShown() && sortIndicatorSection() == section)
        option->textAlignment = Qt::AlignLeft | Qt::AlignVCenter;
}

}  // namespace halfstep
