// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/model_comparison.h"
#include "widgets/plots/plot_table.h"

#include <QAbstractTableModel>
#include <QString>

#include <optional>
#include <vector>

namespace halfstep {

// What separates a model from the one it was made from: a row for each tensor that either of them has.
class ComparisonTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        NameColumn,
        TypeColumn,
        OriginalTypeColumn,
        BitsColumn,
        SizeColumn,
        SqnrColumn,
        ErrorColumn,
        MaxErrorColumn,
        CosineColumn,
        NoteColumn,
        ColumnCount
    };
    enum DataRole { SortKeyRole = Qt::UserRole };  // QString (natural order) or double; invalid where none

    explicit ComparisonTableModel(const ModelComparison& comparison, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    PlotTable table() const;  // with every digit
    void retranslate();       // after a change of language

  private:
    struct Row {
        ComparedTensor tensor;
        enum class Where { both, model, original } where = Where::both;

        bool compared() const { return where == Where::both && tensor.refused.empty(); }
    };
    static std::optional<double> figure(const Row& row, int column);
    static QString text(const Row& row, int column);
    static QString note(const Row& row);

    std::vector<Row> rows_;
};

}  // namespace halfstep
