// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/comparison_table_model.h"

#include "widgets/style/number_text.h"
#include "widgets/tables/layer_table_model.h"

namespace halfstep {
namespace {

bool isNumeric(int column) {
    return column >= ComparisonTableModel::BitsColumn && column <= ComparisonTableModel::CosineColumn;
}

QString headerText(int column) {
    switch (column) {
        case ComparisonTableModel::NameColumn:
            return ComparisonTableModel::tr("Name");
        case ComparisonTableModel::TypeColumn:
            return ComparisonTableModel::tr("Type", "data type as stored");
        case ComparisonTableModel::OriginalTypeColumn:
            return ComparisonTableModel::tr("Original", "data type in the original");
        case ComparisonTableModel::BitsColumn:
            return ComparisonTableModel::tr("Bits", "bits per weight");
        case ComparisonTableModel::SizeColumn:
            return ComparisonTableModel::tr("Size", "in bytes");
        case ComparisonTableModel::SqnrColumn:
            return ComparisonTableModel::tr("SQNR");
        case ComparisonTableModel::ErrorColumn:
            return ComparisonTableModel::tr("Rel. error", "relative error");
        case ComparisonTableModel::MaxErrorColumn:
            return ComparisonTableModel::tr("Max. error", "largest absolute error");
        case ComparisonTableModel::CosineColumn:
            return ComparisonTableModel::tr("Cosine", "similarity");
        case ComparisonTableModel::NoteColumn:
            return ComparisonTableModel::tr("Note");
        default:
            return {};
    }
}

QString headerExplanation(int column) {
    switch (column) {
        case ComparisonTableModel::TypeColumn:
            return ComparisonTableModel::tr("Data type in the open model");
        case ComparisonTableModel::OriginalTypeColumn:
            return ComparisonTableModel::tr("Data type in the original");
        case ComparisonTableModel::BitsColumn:
            return ComparisonTableModel::tr("Bits per weight in the open model");
        case ComparisonTableModel::SizeColumn:
            return ComparisonTableModel::tr("Size in the open model");
        case ComparisonTableModel::SqnrColumn:
            return ComparisonTableModel::tr("Signal to quantization noise ratio: higher is better");
        case ComparisonTableModel::ErrorColumn:
            return ComparisonTableModel::tr(
                "Relative error: length of the difference over length of the original");
        case ComparisonTableModel::MaxErrorColumn:
            return ComparisonTableModel::tr("Largest difference of one weight");
        case ComparisonTableModel::CosineColumn:
            return ComparisonTableModel::tr(
                "Cosine of the angle between the two tensors: 1 where they point the same way");
        default:
            return headerText(column);
    }
}

Qt::Alignment alignment(int column) {
    return (isNumeric(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
}

}  // namespace

ComparisonTableModel::ComparisonTableModel(const ModelComparison& comparison, QObject* parent)
    : QAbstractTableModel(parent) {
    const auto lone = [this](const std::string& name, Row::Where where) {
        Row row;
        row.tensor.name = name;
        row.where = where;
        rows_.push_back(std::move(row));
    };
    for (const ComparedTensor& tensor : comparison.tensors)
        rows_.push_back({tensor, Row::Where::both});
    for (const std::string& name : comparison.only_in_model)
        lone(name, Row::Where::model);
    for (const std::string& name : comparison.only_in_original)
        lone(name, Row::Where::original);
}

int ComparisonTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ComparisonTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ComparisonTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return text(row, column);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(alignment(column));
        case Qt::ToolTipRole:
            if (column == NameColumn && !row.tensor.original.empty() &&
                row.tensor.original != row.tensor.name)
                return tr("%1 of the original").arg(QString::fromStdString(row.tensor.original));
            if (const auto value = figure(row, column)) return exactText(*value);
            return text(row, column);
        case SortKeyRole:
            if (!isNumeric(column)) return naturalKey(text(row, column));
            if (const auto value = figure(row, column)) return *value;
            return {};
        default:
            return {};
    }
}

QVariant ComparisonTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return QAbstractTableModel::headerData(section, orientation, role);
    switch (role) {
        case Qt::DisplayRole:
            return headerText(section);
        case Qt::ToolTipRole:
            return headerExplanation(section);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(alignment(section));
        default:
            return {};
    }
}

std::optional<double> ComparisonTableModel::figure(const Row& row, int column) {
    if (row.where != Row::Where::both) return std::nullopt;
    if (column == BitsColumn) return row.tensor.bits_per_weight;
    if (column == SizeColumn) return static_cast<double>(row.tensor.bytes);
    if (!row.compared()) return std::nullopt;
    switch (column) {
        case SqnrColumn:
            return sqnr_db(row.tensor.sums);
        case ErrorColumn:
            return rel_error(row.tensor.sums);
        case MaxErrorColumn:
            return row.tensor.sums.max_abs_error;
        case CosineColumn:
            return cosine(row.tensor.sums);
        default:
            return std::nullopt;
    }
}

QString ComparisonTableModel::text(const Row& row, int column) {
    const std::optional<double> value = figure(row, column);
    switch (column) {
        case NameColumn:
            return QString::fromStdString(row.tensor.name);
        case TypeColumn:
            return QString::fromStdString(row.tensor.dtype);
        case OriginalTypeColumn:
            return QString::fromStdString(row.tensor.original_dtype);
        case BitsColumn:
            return value ? bitsText(*value) : noValueText();
        case SizeColumn:
            return value ? sizeText(row.tensor.bytes) : noValueText();
        case SqnrColumn:
            return decibelText(value);
        case ErrorColumn:
            return shareText(value);
        case MaxErrorColumn:
            return value ? shortNumber(*value) : noValueText();
        case CosineColumn:
            return value ? shortNumber(*value, 6) : noValueText();
        case NoteColumn:
            return note(row);
        default:
            return {};
    }
}

QString ComparisonTableModel::note(const Row& row) {
    if (row.where == Row::Where::model) return tr("not in the original");
    if (row.where == Row::Where::original) return tr("only in the original");
    if (!row.tensor.refused.empty()) return QString::fromStdString(row.tensor.refused);
    if (row.tensor.left_out > 0)
        return tr("%n weight(s) NaN or infinite, left out", nullptr, static_cast<int>(row.tensor.left_out));
    if (row.tensor.rows_permuted) return tr("rows put in order");
    return row.tensor.sums.error_squared == 0 ? tr("the same") : QString();
}

PlotTable ComparisonTableModel::table() const {
    PlotTable table;
    table.headers = {"tensor",          "original",     "dtype", "original_dtype", "elements",
                     "bits_per_weight", "size [bytes]", "mse",   "rel_error",      "sqnr [dB]",
                     "max_abs_error",   "cosine",       "note"};
    for (const Row& row : rows_) {
        const ComparedTensor& tensor = row.tensor;
        const bool both = row.where == Row::Where::both;
        table.rows.push_back(
            {QString::fromStdString(row.where == Row::Where::original ? "" : tensor.name),
             QString::fromStdString(row.where == Row::Where::original ? tensor.name : tensor.original),
             QString::fromStdString(tensor.dtype), QString::fromStdString(tensor.original_dtype),
             both ? cell(tensor.elements) : QString(), cell(figure(row, BitsColumn)),
             both ? cell(tensor.bytes) : QString(), row.compared() ? cell(mse(tensor.sums)) : QString(),
             cell(figure(row, ErrorColumn)), cell(figure(row, SqnrColumn)), cell(figure(row, MaxErrorColumn)),
             cell(figure(row, CosineColumn)), QString::fromStdString(tensor.refused)});
    }
    return table;
}

void ComparisonTableModel::retranslate() {
    emit headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (!rows_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

}  // namespace halfstep
