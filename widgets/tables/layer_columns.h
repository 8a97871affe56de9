// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/tables/layer_table_model.h"

#include <QObject>

#include <array>

class QTableView;

namespace halfstep {

// Order and widths of the layer table's columns. Each is wide enough for what usually stands in it; names
// take what room is left, up to that of the longest one. A width that the user gave the names stays.
class LayerColumns : public QObject {
  public:
    LayerColumns(QTableView& table, const LayerTableModel& model);

    void fit();         // to font and language
    void fitNames();    // after the rows were replaced
    void takeWidths();  // after the header's state was restored: its widths are ours
    int width() const;  // that shows all columns, and the names in full

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;  // of the table's viewport

  private:
    void order();
    int others() const;  // the width of all columns but the names
    void shareSpareWidth();

    QTableView& table_;
    const LayerTableModel& model_;
    std::array<int, LayerTableModel::ColumnCount> least_{};
    int longest_name_ = 0;
    int given_ = 0;  // to the names, by us
};

}  // namespace halfstep
