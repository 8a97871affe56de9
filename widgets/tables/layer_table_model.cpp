// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_table_model.h"

#include "widgets/style/number_text.h"
#include "widgets/style/role_text.h"

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

template <class Number>
QVariant figure(const std::optional<Number>& value) {
    return value ? QVariant(static_cast<double>(*value)) : QVariant();
}

QString exactFigure(const std::optional<double>& value, const QString& unit = {}) {
    if (!value) return {};
    return unit.isEmpty() ? exactText(*value) : QStringLiteral("%1 %2").arg(exactText(*value), unit);
}

double elementsOf(const LayerRow& row) {
    double elements = 1;
    for (const std::int64_t size : row.shape)
        elements *= static_cast<double>(size);
    return elements;
}

QString statusText(LayerStatus status) {
    switch (status) {
        case LayerStatus::kept:
            return LayerTableModel::tr("Kept", "status: the tensor is not quantized");
        case LayerStatus::waiting:
            return LayerTableModel::tr("Waiting", "status: to be measured");
        case LayerStatus::measuring:
            return LayerTableModel::tr("Measuring…", "status");
        case LayerStatus::measured:
            return LayerTableModel::tr("Measured", "status");
        case LayerStatus::stale:
            return LayerTableModel::tr("Stale", "status: figures of an earlier scheme");
        case LayerStatus::refused:
            return LayerTableModel::tr("Refused", "status: the scheme cannot be applied");
    }
    return {};
}

QString statusExplanation(LayerStatus status) {
    switch (status) {
        case LayerStatus::kept:
            return LayerTableModel::tr("This tensor stays as it is stored.");
        case LayerStatus::waiting:
            return LayerTableModel::tr("This tensor has not been measured yet.");
        case LayerStatus::measuring:
            return LayerTableModel::tr("The figures are being computed.");
        case LayerStatus::measured:
            return LayerTableModel::tr("The figures belong to the scheme shown.");
        case LayerStatus::stale:
            return LayerTableModel::tr("The figures belong to an earlier scheme and will be replaced.");
        case LayerStatus::refused:
            return LayerTableModel::tr("The scheme cannot be applied to this tensor.");
    }
    return {};
}

bool isNumeric(int column) {
    switch (column) {
        case LayerTableModel::BitsColumn:
        case LayerTableModel::SizeColumn:
        case LayerTableModel::SqnrColumn:
        case LayerTableModel::ErrorColumn:
            return true;
        default:
            return false;
    }
}

Qt::Alignment alignment(int column) {
    if (column == LayerTableModel::BlockColumn) return Qt::AlignCenter;
    return (isNumeric(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
}

QString headerText(int column) {
    switch (column) {
        case LayerTableModel::NameColumn:
            return LayerTableModel::tr("Name");
        case LayerTableModel::RoleColumn:
            return LayerTableModel::tr("Role", "what a tensor does in its network");
        case LayerTableModel::BlockColumn:
            return LayerTableModel::tr("Block", "number of the transformer block");
        case LayerTableModel::ShapeColumn:
            return LayerTableModel::tr("Shape", "sizes of the tensor's axes");
        case LayerTableModel::DTypeColumn:
            return LayerTableModel::tr("Type", "data type as stored");
        case LayerTableModel::SchemeColumn:
            return LayerTableModel::tr("Scheme", "quantization scheme");
        case LayerTableModel::BitsColumn:
            return LayerTableModel::tr("Bits", "bits per weight");
        case LayerTableModel::SizeColumn:
            return LayerTableModel::tr("Size", "in bytes");
        case LayerTableModel::SqnrColumn:
            return LayerTableModel::tr("SQNR");
        case LayerTableModel::ErrorColumn:
            return LayerTableModel::tr("Rel. error", "relative error");
        case LayerTableModel::SensitivityColumn:
            return LayerTableModel::tr("Sensitivity");
        case LayerTableModel::StatusColumn:
            return LayerTableModel::tr("Status");
        default:
            return {};
    }
}

QString headerExplanation(int column) {
    switch (column) {
        case LayerTableModel::BitsColumn:
            return LayerTableModel::tr(
                "Bits per weight: everything stored, divided by the number of weights");
        case LayerTableModel::SizeColumn:
            return LayerTableModel::tr("Size with this scheme");
        case LayerTableModel::SqnrColumn:
            return LayerTableModel::tr(
                "Signal to quantization noise ratio: higher is better; each bit adds about 6 dB");
        case LayerTableModel::ErrorColumn:
            return LayerTableModel::tr("Relative error: length of the error over length of the weights");
        case LayerTableModel::SensitivityColumn:
            return LayerTableModel::tr(
                "What the layer adds to the error of the whole: how much it counts, times its relative error "
                "squared");
        default:
            return headerText(column);
    }
}

}  // namespace

QString naturalKey(const QString& text) {
    // Each run of digits becomes its length, as one character, and its digits without leading zeros: longer
    // numbers are greater. The length sorts where a digit would.
    QString key;
    key.reserve(text.size() + 8);
    const QString folded = text.toCaseFolded();
    for (qsizetype i = 0; i < folded.size();) {
        if (!folded[i].isDigit()) {
            key += folded[i++];
            continue;
        }
        qsizetype end = i;
        while (end < folded.size() && folded[end].isDigit())
            ++end;
        while (i + 1 < end && folded[i] == QLatin1Char('0'))
            ++i;
        key += QLatin1Char('0');
        key += QChar(static_cast<char16_t>(end - i));
        key += QStringView(folded).mid(i, end - i);
        i = end;
    }
    return key;
}

LayerTableModel::LayerTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void LayerTableModel::setRows(std::vector<LayerRow> rows) {
    beginResetModel();
    rows_ = std::move(rows);
    natural_names_.clear();
    natural_names_.reserve(rows_.size());
    row_of_.clear();
    row_of_.reserve(static_cast<qsizetype>(rows_.size()));
    for (const LayerRow& value : rows_) {
        row_of_.insert(value.name, static_cast<int>(natural_names_.size()));
        natural_names_.push_back(naturalKey(value.name));
    }
    greatest_sensitivity_ = greatestSensitivity();
    endResetModel();
}

void LayerTableModel::updateRow(int row, LayerRow value) {
    LayerRow& current = rows_.at(static_cast<std::size_t>(row));
    if (current == value) return;
    const std::optional<double> old_sensitivity = current.sensitivity;
    if (current.name != value.name) {
        row_of_.remove(current.name);
        row_of_.insert(value.name, row);
        natural_names_[static_cast<std::size_t>(row)] = naturalKey(value.name);
    }
    current = std::move(value);
    emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
    updateGreatestSensitivity(old_sensitivity.value_or(0),
                              rows_[static_cast<std::size_t>(row)].sensitivity.value_or(0));
}

// Looks at all rows only where the greatest one got smaller.
void LayerTableModel::updateGreatestSensitivity(double old_value, double new_value) {
    double greatest = std::max(greatest_sensitivity_, new_value);
    if (old_value == greatest_sensitivity_ && new_value < old_value) greatest = greatestSensitivity();
    if (greatest == greatest_sensitivity_) return;
    greatest_sensitivity_ = greatest;
    emit dataChanged(index(0, SensitivityColumn), index(rowCount() - 1, SensitivityColumn), {BarRole});
}

int LayerTableModel::rowOf(const QString& tensor_name) const {
    return row_of_.value(tensor_name, -1);
}

int LayerTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int LayerTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant LayerTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const LayerRow& value = row(index.row());
    switch (role) {
        case Qt::DisplayRole:
            return text(value, index.column());
        case Qt::ToolTipRole:
            return toolTip(value, index.column());
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(alignment(index.column()));
        case ExactTextRole:
            return exactText(value, index.column());
        case SortKeyRole:
            return sortKey(static_cast<std::size_t>(index.row()), index.column());
        case BarRole:
            if (index.column() == SensitivityColumn) return sensitivityFraction(value);
            return {};
        case LockedRole:
            return value.locked;
        case StatusRole:
            return static_cast<int>(value.status);
        default:
            return {};
    }
}

QVariant LayerTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
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

void LayerTableModel::retranslate() {
    emit headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (!rows_.empty()) emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

QString LayerTableModel::text(const LayerRow& value, int column) const {
    switch (column) {
        case NameColumn:
            return value.name;
        case RoleColumn:
            return roleText(value.role);
        case BlockColumn:
            return value.block ? QString::number(*value.block) : QString();
        case ShapeColumn:
            return shapeText(value.shape);
        case DTypeColumn:
            return value.dtype;
        case SchemeColumn:
            return QString::fromStdString(to_string(value.scheme));
        case BitsColumn:
            return value.bits ? bitsText(*value.bits) : noValueText();
        case SizeColumn:
            return value.bytes ? sizeText(*value.bytes) : noValueText();
        case SqnrColumn:
            return decibelText(value.sqnr_db);
        case ErrorColumn:
            return shareText(value.rel_error);
        case SensitivityColumn:
            return value.sensitivity ? shortNumber(*value.sensitivity, 3) : noValueText();
        case StatusColumn:
            return statusText(value.status);
        default:
            return {};
    }
}

QString LayerTableModel::toolTip(const LayerRow& value, int column) const {
    switch (column) {
        case SizeColumn:
            return value.bytes ? tr("%1 bytes").arg(integerText(*value.bytes)) : QString();
        case ShapeColumn:
            return tr("%1 weights").arg(integerText(static_cast<std::uint64_t>(elementsOf(value))));
        case BitsColumn:
            return exactFigure(value.bits, tr("bits per weight"));
        case SqnrColumn:
            return exactFigure(value.sqnr_db, tr("dB", "decibels"));
        case ErrorColumn:
        case SensitivityColumn:
            return exactText(value, column);
        case StatusColumn:
            return value.status_text.isEmpty() ? statusExplanation(value.status) : value.status_text;
        default:
            return text(value, column);
    }
}

QString LayerTableModel::exactText(const LayerRow& value, int column) const {
    switch (column) {
        case BitsColumn:
            return exactFigure(value.bits);
        case SizeColumn:
            return value.bytes ? QString::number(*value.bytes) : QString();
        case SqnrColumn:
            return exactFigure(value.sqnr_db);
        case ErrorColumn:
            return exactFigure(value.rel_error);
        case SensitivityColumn:
            return exactFigure(value.sensitivity);
        default:
            return text(value, column);
    }
}

QVariant LayerTableModel::sortKey(std::size_t row_number, int column) const {
    const LayerRow& value = rows_[row_number];
    switch (column) {
        case NameColumn:
            return natural_names_[row_number];
        case BlockColumn:
            return figure(value.block);
        case ShapeColumn:
            return elementsOf(value);
        case BitsColumn:
            return figure(value.bits);
        case SizeColumn:
            return figure(value.bytes);
        case SqnrColumn:
            return figure(value.sqnr_db);
        case ErrorColumn:
            return figure(value.rel_error);
        case SensitivityColumn:
            return figure(value.sensitivity);
        case StatusColumn:
            return static_cast<double>(value.status);
        default:
            return naturalKey(text(value, column));
    }
}

double LayerTableModel::sensitivityFraction(const LayerRow& value) const {
    if (!value.sensitivity || greatest_sensitivity_ <= 0) return 0;
    return std::clamp(*value.sensitivity / greatest_sensitivity_, 0.0, 1.0);
}

double LayerTableModel::greatestSensitivity() const {
    double greatest = 0;
    for (const LayerRow& value : rows_)
        greatest = std::max(greatest, value.sensitivity.value_or(0));
    return greatest;
}

}  // namespace halfstep
