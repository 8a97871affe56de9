// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_sort_filter.h"

#include "widgets/tables/layer_table_model.h"

namespace halfstep {

LayerSortFilter::LayerSortFilter(LayerTableModel* model, QObject* parent)
    : FigureSort(parent), model_(*model) {
    setDynamicSortFilter(false);
    setSourceModel(model);
}

void LayerSortFilter::setFilterText(const QString& text) {
    filter_ = LayerFilter(text);
    invalidate();  // at once: told run by run, as invalidateFilter() does, the view takes a second for
                   // 100,000 rows
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

}  // namespace halfstep
