// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_sort_filter.h"

#include "widgets/tables/layer_table_model.h"

#include <QMetaType>

namespace halfstep {

LayerSortFilter::LayerSortFilter(LayerTableModel* model, QObject* parent)
    : QSortFilterProxyModel(parent), model_(*model) {
    setDynamicSortFilter(false);
    setSourceModel(model);
}

void LayerSortFilter::setFilterText(const QString& text) {
    filter_ = LayerFilter(text);
    invalidateFilter();
}

void LayerSortFilter::refresh() {
    invalidate();
}

bool LayerSortFilter::dependsOnFigures() const {
    return !filter_.isEmpty() || sortColumn() >= LayerTableModel::SchemeColumn;
}

bool LayerSortFilter::filterAcceptsRow(int row, const QModelIndex& /*parent*/) const {
    return filter_.matches(model_.row(row));
}

bool LayerSortFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = model_.data(left, LayerTableModel::SortKeyRole);
    const QVariant b = model_.data(right, LayerTableModel::SortKeyRole);
    // Descending order is asked for with the sides exchanged; no value comes last either way.
    if (!a.isValid() || !b.isValid())
        return sortOrder() == Qt::AscendingOrder ? a.isValid() && !b.isValid() : !a.isValid() && b.isValid();
    if (a.typeId() == QMetaType::Double) return a.toDouble() < b.toDouble();
    return a.toString() < b.toString();
}

}  // namespace halfstep
