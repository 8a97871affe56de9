// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>

namespace halfstep {

// Sorts by the source model's sort keys (Qt::UserRole: double or QString). Rows without one come last,
// whether ascending or descending.
class FigureSort : public QSortFilterProxyModel {
    Q_OBJECT
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

  protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

}  // namespace halfstep
