// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/figure_sort.h"

#include <QMetaType>

namespace halfstep {

bool FigureSort::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(Qt::UserRole);
    const QVariant b = right.data(Qt::UserRole);
    // Descending order is asked for with the sides exchanged; no value comes last either way.
    if (!a.isValid() || !b.isValid())
        return sortOrder() == Qt::AscendingOrder ? a.isValid() && !b.isValid() : !a.isValid() && b.isValid();
    if (a.typeId() == QMetaType::Double) return a.toDouble() < b.toDouble();
    return a.toString() < b.toString();
}

}  // namespace halfstep
