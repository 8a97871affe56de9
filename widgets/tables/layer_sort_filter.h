// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/tables/figure_sort.h"
#include "widgets/tables/layer_filter.h"

#include <QString>

namespace halfstep {

class LayerTableModel;

// The layer table as it is shown. Rows without a value in the sorted column come last in both directions,
// ties stay in model order. Rows that change are not moved at once: refresh() sorts and filters anew.
class LayerSortFilter : public FigureSort {
    Q_OBJECT
  public:
    explicit LayerSortFilter(LayerTableModel* model, QObject* parent = nullptr);

    void setFilterText(const QString& text);
    const LayerFilter& filter() const { return filter_; }
    void refresh();
    bool dependsOnFigures() const;  // whether a change of figures can move or hide rows

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

  private:
    const LayerTableModel& model_;
    LayerFilter filter_;
};

}  // namespace halfstep
