// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/tables/layer_row.h"

#include <QAbstractTableModel>
#include <QHash>
#include <QString>
#include <QVariant>

#include <vector>

namespace halfstep {

// The tensors of the open model, one row each, in model order. Holds finished values only.
class LayerTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        NameColumn,
        RoleColumn,
        BlockColumn,
        ShapeColumn,
        DTypeColumn,
        SchemeColumn,
        BitsColumn,
        SizeColumn,
        SqnrColumn,
        ErrorColumn,
        SensitivityColumn,
        StatusColumn,
        ColumnCount
    };
    enum DataRole {
        SortKeyRole = Qt::UserRole,  // QString (natural order) or double; invalid where there is no value
        BarRole,                     // SensitivityColumn: double in [0, 1], of the most sensitive tensor
        ExactTextRole,  // QString: every digit, C locale, without unit; empty where there is no value
        StatusRole,     // StatusColumn: int of LayerStatus
        LockedRole,     // SchemeColumn: bool
    };

    explicit LayerTableModel(QObject* parent = nullptr);

    void setRows(std::vector<LayerRow> rows);
    void updateRow(int row, LayerRow value);
    const std::vector<LayerRow>& rows() const { return rows_; }
    const LayerRow& row(int index) const { return rows_.at(static_cast<std::size_t>(index)); }
    int rowOf(const QString& tensor_name) const;  // -1 where there is none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    void retranslate();  // after a change of language

  private:
    QString text(const LayerRow& value, int column) const;
    QString toolTip(const LayerRow& value, int column) const;
    QString exactText(const LayerRow& value, int column) const;
    QVariant sortKey(std::size_t row_number, int column) const;
    double sensitivityFraction(const LayerRow& value) const;
    double greatestSensitivity() const;
    void updateGreatestSensitivity(double old_value, double new_value);

    std::vector<LayerRow> rows_;
    std::vector<QString> natural_names_;  // sort keys of the names
    QHash<QString, int> row_of_;
    double greatest_sensitivity_ = 0;
};

// A key that orders text as people do: case aside, and numbers by value ("layer 2" before "layer 10").
QString naturalKey(const QString& text);

}  // namespace halfstep
