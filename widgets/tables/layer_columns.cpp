// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_columns.h"

#include "widgets/style/role_text.h"
#include "widgets/style/tensor_name.h"

#include <QEvent>
#include <QFontMetrics>
#include <QHeaderView>
#include <QScrollBar>
#include <QTableView>

#include <algorithm>

namespace halfstep {
namespace {

constexpr int margins = 16;  // of a cell
constexpr int name = LayerTableModel::NameColumn;
// A column of names is not to take the place of all others.
constexpr qsizetype longest_shown = 60;

int longestRole(const QFontMetrics& metrics) {
    int longest = 0;
    for (int role = 0; role <= static_cast<int>(Role::other); ++role)
        longest = std::max(longest, metrics.horizontalAdvance(roleText(static_cast<Role>(role))));
    return longest;
}

}  // namespace

LayerColumns::LayerColumns(QTableView& table, const LayerTableModel& model)
    : QObject(&table), table_(table), model_(model) {
    order();
    fit();
    table_.viewport()->installEventFilter(this);
}

// What decides comes first, so that it is seen in a narrow dock too.
void LayerColumns::order() {
    static constexpr std::array order{
        LayerTableModel::NameColumn,  LayerTableModel::SchemeColumn, LayerTableModel::BitsColumn,
        LayerTableModel::SqnrColumn,  LayerTableModel::ErrorColumn,  LayerTableModel::SensitivityColumn,
        LayerTableModel::SizeColumn,  LayerTableModel::RoleColumn,   LayerTableModel::ShapeColumn,
        LayerTableModel::BlockColumn, LayerTableModel::DTypeColumn,  LayerTableModel::StatusColumn};
    QHeaderView* header = table_.horizontalHeader();
    for (std::size_t i = 0; i < order.size(); ++i)
        header->moveSection(header->visualIndex(order[i]), static_cast<int>(i));
}

void LayerColumns::fit() {
    // Wide enough for these texts; the name gets what a name usually needs. Words: the longest one of the
    // language.
    static constexpr std::array<const char*, LayerTableModel::ColumnCount> samples{
        "layers.10.self_attn.q_proj",
        "",
        "Block",
        "32000 × 4096",
        "bf16",
        "int4:g128_",
        "16.125",
        "999.99 MB",
        "88.8 dB",
        "Rel. error",
        "0.000000000000000000",
        "Measuring…__"};
    const QFontMetrics metrics(table_.font());
    for (int column = 0; column < LayerTableModel::ColumnCount; ++column) {
        const auto place = static_cast<std::size_t>(column);
        const QString sample = QString::fromUtf8(samples[place]);
        const QString title = model_.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        int text = std::max(metrics.horizontalAdvance(sample), metrics.horizontalAdvance(title) + 14);
        if (column == LayerTableModel::RoleColumn) text = std::max(text, longestRole(metrics));
        least_[place] = text + margins;
        table_.setColumnWidth(column, least_[place]);
    }
    table_.verticalHeader()->setDefaultSectionSize(metrics.height() + 8);
    takeWidths();
    fitNames();
}

void LayerColumns::takeWidths() {
    given_ = table_.columnWidth(name);
}

void LayerColumns::fitNames() {
    QString longest;
    for (int row = 0; row < model_.rowCount(); ++row) {
        const QString shown = shortTensorName(model_.row(row).name);
        if (shown.size() > longest.size()) longest = shown;
    }
    const QFontMetrics metrics(table_.font());
    longest_name_ = metrics.horizontalAdvance(longest.left(longest_shown)) + margins;
    shareSpareWidth();
}

int LayerColumns::others() const {
    const QHeaderView* header = table_.horizontalHeader();
    const int stretched = header->logicalIndex(header->count() - 1);
    int width = 0;
    for (int column = 0; column < header->count(); ++column)
        if (column != name && !table_.isColumnHidden(column))
            width +=
                column == stretched ? least_[static_cast<std::size_t>(column)] : table_.columnWidth(column);
    return width;
}

int LayerColumns::width() const {
    return others() + std::max(least_[name], longest_name_) + table_.verticalScrollBar()->sizeHint().width();
}

void LayerColumns::shareSpareWidth() {
    if (table_.isColumnHidden(name) || table_.columnWidth(name) != given_) return;
    const int spare = table_.viewport()->width() - others();
    table_.setColumnWidth(name, std::clamp(spare, least_[name], std::max(least_[name], longest_name_)));
    takeWidths();
}

bool LayerColumns::eventFilter(QObject* watched, QEvent* event) {
    if (watched == table_.viewport() && event->type() == QEvent::Resize) shareSpareWidth();
    return QObject::eventFilter(watched, event);
}

}  // namespace halfstep
