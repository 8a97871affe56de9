// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/comparison_dialog.h"

#include "widgets/style/number_text.h"
#include "widgets/tables/comparison_table_model.h"
#include "widgets/tables/figure_sort.h"
#include "widgets/tables/sort_header.h"

#include <QDialogButtonBox>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

constexpr int widest_name = 320;
constexpr int narrowest_note = 130;

}  // namespace

ComparisonDialog::ComparisonDialog(const ModelComparison& comparison, QString model, QString original,
                                   QWidget* parent)
    : QDialog(parent),
      comparison_(comparison),
      model_name_(std::move(model)),
      original_name_(std::move(original)),
      model_(new ComparisonTableModel(comparison, this)),
      summary_(new QLabel),
      table_(new QTableView),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Close)) {
    setObjectName("comparison");
    setAttribute(Qt::WA_DeleteOnClose);
    summary_->setObjectName("comparison_summary");
    summary_->setTextFormat(Qt::PlainText);
    summary_->setWordWrap(true);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    export_ = buttons_->addButton(QString(), QDialogButtonBox::ActionRole);
    buildTable();
    auto* column = new QVBoxLayout(this);
    column->addWidget(summary_);
    column->addWidget(table_, 1);
    column->addWidget(buttons_);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(export_, &QPushButton::clicked, this, &ComparisonDialog::exportRequested);
    retranslate();
    fitColumns();
    buttons_->button(QDialogButtonBox::Close)->setDefault(true);
    table_->setFocus();
}

void ComparisonDialog::buildTable() {
    auto* sorted = new FigureSort(this);
    sorted->setSourceModel(model_);
    table_->setObjectName("comparison_table");
    table_->setModel(sorted);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setTabKeyNavigation(false);  // Tab leaves the table
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setHorizontalHeader(new SortHeader(table_));
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setStretchLastSection(true);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(table_->fontMetrics().height() + 8);
    table_->setSortingEnabled(true);
    table_->sortByColumn(ComparisonTableModel::ErrorColumn, Qt::DescendingOrder);
    connect(table_, &QTableView::activated, this, [this](const QModelIndex& index) {
        emit tensorChosen(index.siblingAtColumn(ComparisonTableModel::NameColumn).data().toString());
    });
}

void ComparisonDialog::fitColumns() {
    table_->resizeColumnsToContents();
    QHeaderView* header = table_->horizontalHeader();
    header->resizeSection(ComparisonTableModel::NameColumn,
                          std::min(header->sectionSize(ComparisonTableModel::NameColumn), widest_name));
    int width = narrowest_note;
    for (int column = 0; column < ComparisonTableModel::NoteColumn; ++column)
        width += header->sectionSize(column);
    const int margins = 2 * (fontMetrics().height() + 16);
    resize(std::clamp(width + margins, 640, 1200), 560);
}

QByteArray ComparisonDialog::csv() const {
    return toCsv(model_->table());
}

QString ComparisonDialog::summary() const {
    QStringList lines{tr("%1, compared with %2").arg(model_name_, original_name_)};
    const auto compared = std::count_if(comparison_.tensors.begin(), comparison_.tensors.end(),
                                        [](const ComparedTensor& tensor) { return tensor.refused.empty(); });
    QStringList facts{tr("%n tensor(s) compared", nullptr, static_cast<int>(compared))};
    if (comparison_.elements > 0) {
        facts << tr("%1 bits per weight").arg(bitsText(comparison_.bits_per_weight()))
              << tr("relative error %1").arg(shareText(rel_error(comparison_.sums)));
        if (const auto decibel = sqnr_db(comparison_.sums)) facts << tr("SQNR %1").arg(decibelText(decibel));
    }
    lines << facts.join(QStringLiteral(" · "));
    return lines.join(u'\n');
}

void ComparisonDialog::retranslate() {
    setWindowTitle(tr("Comparison with the original"));
    summary_->setText(summary());
    export_->setText(tr("Export as &CSV…"));
    buttons_->button(QDialogButtonBox::Close)->setText(tr("Clo&se"));
    table_->setAccessibleName(tr("Compared tensors"));
    model_->retranslate();
}

void ComparisonDialog::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) retranslate();
    QDialog::changeEvent(event);
}

}  // namespace halfstep
