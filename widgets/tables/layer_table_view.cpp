// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/tables/layer_table_view.h"

#include "widgets/style/icons.h"
#include "widgets/style/theme.h"
#include "widgets/tables/layer_columns.h"
#include "widgets/tables/layer_delegate.h"
#include "widgets/tables/layer_sort_filter.h"
#include "widgets/tables/layer_table_model.h"
#include "widgets/tables/sort_header.h"

#include <QAction>
#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelection>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <set>
#include <utility>

namespace halfstep {
namespace {

// Rows that were measured move to their place this often, not one by one under the reader's eyes.
constexpr int refresh_milliseconds = 300;

QString csvCell(QString text) {
    if (!text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) &&
        !text.contains(QLatin1Char('\n')))
        return text;
    text.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

}  // namespace

LayerTableView::LayerTableView(QWidget* parent)
    : QWidget(parent),
      model_(new LayerTableModel(this)),
      sort_filter_(new LayerSortFilter(model_, this)),
      filter_edit_(new QLineEdit(this)),
      count_label_(new QLabel(this)),
      table_(new QTableView(this)),
      menu_(new QMenu(this)),
      refresh_timer_(new QTimer(this)) {
    filter_edit_->setObjectName(QStringLiteral("layer_filter"));
    filter_edit_->setClearButtonEnabled(true);
    search_action_ =
        filter_edit_->addAction(themedIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    filter_edit_->installEventFilter(this);
    count_label_->setObjectName(QStringLiteral("layer_count"));
    setFocusProxy(table_);

    buildTable();
    buildActions();

    auto* top = new QHBoxLayout;
    top->setContentsMargins(6, 6, 6, 4);
    top->setSpacing(8);
    top->addWidget(filter_edit_, 1);
    top->addWidget(count_label_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(top);
    layout->addWidget(table_, 1);

    refresh_timer_->setSingleShot(true);
    refresh_timer_->setInterval(refresh_milliseconds);
    connect(refresh_timer_, &QTimer::timeout, this, [this] {
        sort_filter_->refresh();
        updateCountLabel();
    });
    connect(model_, &LayerTableModel::dataChanged, this, [this] {
        if (sort_filter_->dependsOnFigures() && !refresh_timer_->isActive()) refresh_timer_->start();
    });
    connect(filter_edit_, &QLineEdit::textChanged, this, &LayerTableView::applyFilter);
    retranslate();
}

void LayerTableView::buildTable() {
    table_->setObjectName(QStringLiteral("layer_table"));
    table_->setModel(sort_filter_);
    table_->setItemDelegate(new LayerDelegate(table_));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTextElideMode(Qt::ElideMiddle);
    table_->setTabKeyNavigation(false);  // Tab leaves the table
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setHorizontalHeader(new SortHeader(table_));
    table_->setSortingEnabled(true);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);

    QHeaderView* header = table_->horizontalHeader();
    header->setSectionsMovable(true);
    header->setHighlightSections(false);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    header->setMinimumSectionSize(36);
    header->setStretchLastSection(true);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this, &LayerTableView::showColumnMenu);
    columns_ = new LayerColumns(*table_, *model_);

    connect(table_, &QWidget::customContextMenuRequested, this,
            [this](const QPoint& place) { contextMenu()->popup(table_->viewport()->mapToGlobal(place)); });
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (replacing_rows_) return;
        updateActions();
        updateCountLabel();
        emit selectionChanged();
    });
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        if (!replacing_rows_) emit currentLayerChanged(currentLayer());
    });
}

int LayerTableView::widthOfColumns() const {
    return columns_->width();
}

void LayerTableView::buildActions() {
    const auto add = [this](const char* name, const QString& icon, auto slot) {
        auto* action = new QAction(this);
        action->setObjectName(QString::fromLatin1(name));
        if (!icon.isEmpty()) action->setIcon(themedIcon(icon));
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, slot);
        addAction(action);
        menu_->addAction(action);
        return action;
    };
    const auto ask = [this](ApplyScope scope) { return [this, scope] { emit applySchemeRequested(scope); }; };
    apply_selected_ = add("apply_selected", QStringLiteral("apply"), ask(ApplyScope::selected));
    apply_role_ = add("apply_role", {}, ask(ApplyScope::same_role));
    apply_ffn_ = add("apply_ffn", {}, ask(ApplyScope::all_ffn));
    apply_all_ = add("apply_all", {}, ask(ApplyScope::all));
    menu_->addSeparator();
    reset_ = add("reset", QStringLiteral("reset"), [this] { emit resetRequested(); });
    lock_ = add("lock", QStringLiteral("lock"), [this] { emit lockRequested(!allSelectedLocked()); });
    menu_->addSeparator();
    select_role_ = add("select_role", QStringLiteral("layers"), [this] { selectSameRole(); });
    menu_->addSeparator();
    copy_text_ = add("copy_text", QStringLiteral("copy"), [this] { copySelection(QLatin1Char('\t')); });
    copy_csv_ = add("copy_csv", {}, [this] { copySelection(QLatin1Char(',')); });

    lock_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_L));
    apply_selected_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
    select_role_->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A));
    copy_text_->setShortcut(QKeySequence::Copy);
    copy_csv_->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C));
    // In the filter line, Ctrl+C copies its text.
    for (QAction* action : {copy_text_, apply_selected_}) {
        removeAction(action);
        table_->addAction(action);
    }
    updateActions();
}

void LayerTableView::setRows(std::vector<LayerRow> rows) {
    std::set<QString> selected;
    for (const int layer : selectedLayers())
        selected.insert(model_->row(layer).name);
    const int former = currentLayer();
    const QString current = former >= 0 ? model_->row(former).name : QString();
    const int scrolled = table_->verticalScrollBar()->value();

    before_filter_.clear();
    replacing_rows_ = true;
    model_->setRows(std::move(rows));
    columns_->fitNames();
    std::vector<int> kept;
    for (const QString& name : selected)
        if (const int row = model_->rowOf(name); row >= 0) kept.push_back(row);
    const int row = current.isEmpty() ? -1 : model_->rowOf(current);
    if (row >= 0) table_->selectionModel()->setCurrentIndex(proxyIndex(row), QItemSelectionModel::NoUpdate);
    selectLayers(kept);
    if (!kept.empty()) table_->verticalScrollBar()->setValue(scrolled);
    replacing_rows_ = false;

    updateActions();
    updateCountLabel();
    emit currentLayerChanged(currentLayer());
    emit selectionChanged();
}

void LayerTableView::updateRow(int layer, LayerRow row) {
    model_->updateRow(layer, std::move(row));
}

QModelIndex LayerTableView::proxyIndex(int layer) const {
    return sort_filter_->mapFromSource(model_->index(layer, 0));
}

std::vector<int> LayerTableView::selectedLayers() const {
    std::vector<int> layers;
    for (const QItemSelectionRange& range : table_->selectionModel()->selection())
        for (int row = range.top(); row <= range.bottom(); ++row)
            layers.push_back(sort_filter_->mapToSource(sort_filter_->index(row, 0)).row());
    std::sort(layers.begin(), layers.end());
    layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
    return layers;
}

int LayerTableView::currentLayer() const {
    const QModelIndex current = table_->selectionModel()->currentIndex();
    return current.isValid() ? sort_filter_->mapToSource(current).row() : -1;
}

void LayerTableView::setCurrentLayer(int layer) {
    if (layer < 0 || layer >= model_->rowCount()) return;
    if (!proxyIndex(layer).isValid()) filter_edit_->clear();
    const QModelIndex index = proxyIndex(layer);
    table_->selectionModel()->setCurrentIndex(
        index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    table_->scrollTo(index, QAbstractItemView::EnsureVisible);
}

void LayerTableView::selectLayers(const std::vector<int>& layers) {
    std::vector<int> shown;
    for (const int layer : layers)
        if (const QModelIndex index = proxyIndex(layer); index.isValid()) shown.push_back(index.row());
    std::sort(shown.begin(), shown.end());
    // Few ranges instead of many rows: a selection of thousands stays quick.
    QItemSelection selection;
    for (std::size_t first = 0; first < shown.size();) {
        std::size_t last = first;
        while (last + 1 < shown.size() && shown[last + 1] <= shown[last] + 1)
            ++last;
        selection.select(sort_filter_->index(shown[first], 0),
                         sort_filter_->index(shown[last], LayerTableModel::ColumnCount - 1));
        first = last + 1;
    }
    if (!shown.empty() && !table_->currentIndex().isValid())
        table_->selectionModel()->setCurrentIndex(sort_filter_->index(shown.front(), 0),
                                                  QItemSelectionModel::NoUpdate);
    table_->selectionModel()->select(selection,
                                     QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void LayerTableView::selectSameRole() {
    std::set<Role> roles;
    for (const int layer : selectedLayers())
        roles.insert(model_->row(layer).role);
    std::vector<int> layers;
    for (int layer = 0; layer < model_->rowCount(); ++layer)
        if (roles.contains(model_->row(layer).role)) layers.push_back(layer);
    selectLayers(layers);
}

bool LayerTableView::jumpTo(const QString& tensor_name) {
    const int layer = model_->rowOf(tensor_name);
    if (layer < 0) return false;
    setCurrentLayer(layer);
    table_->setFocus(Qt::OtherFocusReason);
    return true;
}

void LayerTableView::setFilter(const QString& text) {
    filter_edit_->setText(text);
}

QString LayerTableView::filter() const {
    return filter_edit_->text();
}

// What is being typed hides for a moment what the whole word shows again.
void LayerTableView::selectWhatIsShownAgain() {
    std::vector<int> shown = selectedLayers();
    const bool none_selected = shown.empty();
    if (none_selected)
        std::copy_if(before_filter_.begin(), before_filter_.end(), std::back_inserter(shown),
                     [this](int layer) { return proxyIndex(layer).isValid(); });
    if (shown.empty()) return;
    if (none_selected || !table_->selectionModel()->currentIndex().isValid())
        table_->selectionModel()->setCurrentIndex(proxyIndex(shown.front()), QItemSelectionModel::NoUpdate);
    if (none_selected) selectLayers(shown);
}

void LayerTableView::applyFilter() {
    if (const std::vector<int> selected = selectedLayers(); !selected.empty()) before_filter_ = selected;
    sort_filter_->setFilterText(filter_edit_->text());
    selectWhatIsShownAgain();
    const QString problem = sort_filter_->filter().problem();
    filter_edit_->setToolTip(problem.isEmpty() ? filterHelp() : problem);
    search_action_->setIcon(
        themedIcon(problem.isEmpty() ? QStringLiteral("search") : QStringLiteral("warning")));
    updateCountLabel();
}

QByteArray LayerTableView::saveState() const {
    return table_->horizontalHeader()->saveState();
}

bool LayerTableView::restoreState(const QByteArray& state) {
    const bool restored = table_->horizontalHeader()->restoreState(state);
    columns_->takeWidths();
    return restored;
}

QString LayerTableView::selectionAsText(QChar separator) const {
    const bool csv = separator == QLatin1Char(',');
    const auto line = [&](auto cell) {
        QStringList cells;
        for (int column = 0; column < LayerTableModel::ColumnCount; ++column)
            if (!table_->isColumnHidden(column)) cells << (csv ? csvCell(cell(column)) : cell(column));
        return cells.join(separator) + QLatin1Char('\n');
    };
    QString text = line(
        [&](int column) { return model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(); });
    for (int row = 0; row < sort_filter_->rowCount(); ++row) {
        if (!table_->selectionModel()->isRowSelected(row)) continue;
        text += line([&](int column) {
            return sort_filter_->index(row, column)
                .data(csv ? int{LayerTableModel::ExactTextRole} : int{Qt::DisplayRole})
                .toString();
        });
    }
    return text;
}

QMenu* LayerTableView::contextMenu() {
    updateActions();
    return menu_;
}

void LayerTableView::showColumnMenu(const QPoint& place) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = 1; column < LayerTableModel::ColumnCount; ++column) {
        QAction* action =
            menu->addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!table_->isColumnHidden(column));
        connect(action, &QAction::toggled, table_,
                [this, column](bool shown) { table_->setColumnHidden(column, !shown); });
    }
    menu->popup(table_->horizontalHeader()->mapToGlobal(place));
}

void LayerTableView::copySelection(QChar separator) {
    QGuiApplication::clipboard()->setText(selectionAsText(separator));
}

bool LayerTableView::allSelectedLocked() const {
    const std::vector<int> selected = selectedLayers();
    return !selected.empty() &&
           std::ranges::all_of(selected, [this](int layer) { return model_->row(layer).locked; });
}

void LayerTableView::updateActions() {
    const bool any = table_->selectionModel()->hasSelection();
    for (QAction* action : {apply_selected_, apply_role_, reset_, lock_, select_role_, copy_text_, copy_csv_})
        action->setEnabled(any);
    lock_->setText(allSelectedLocked() ? tr("Un&lock selected layers")
                                       : tr("&Lock selected layers at their schemes"));
    for (QAction* action : {apply_ffn_, apply_all_})
        action->setEnabled(model_->rowCount() > 0);
}

void LayerTableView::updateCountLabel() {
    const int all = model_->rowCount();
    const int shown = sort_filter_->rowCount();
    const auto selected = static_cast<int>(selectedLayers().size());
    if (selected > 1) {
        count_label_->setText(tr("%n selected", "layers", selected));
    } else if (shown < all) {
        count_label_->setText(tr("%1 of %n tensor(s)", nullptr, all).arg(shown));
    } else {
        count_label_->setText(tr("%n tensor(s)", nullptr, all));
    }
}

QString LayerTableView::filterHelp() {
    return tr(
        "<p>Words are looked for in name, role and scheme; all have to match.</p>"
        "<p><b>role:</b>ffn_down&nbsp; <b>block:</b>3-5&nbsp; <b>scheme:</b>int4&nbsp; "
        "<b>dtype:</b>bf16&nbsp; "
        "<b>status:</b>refused<br><b>bits</b>&lt;5&nbsp; <b>sqnr</b>&lt;20&nbsp; <b>error</b>&gt;1%&nbsp; "
        "<b>size</b>&gt;10MB<br>A leading minus excludes: -role:norm</p>",
        "keep the words before the colon, they are typed as they are");
}

void LayerTableView::retranslate() {
    filter_edit_->setPlaceholderText(
        tr("Filter layers: text, role:ffn_down, bits<5 …", "keep role:ffn_down and bits<5"));
    filter_edit_->setAccessibleName(tr("Filter of the layer table"));
    table_->setAccessibleName(tr("Layers"));
    apply_selected_->setText(tr("Apply scheme to &selected layers"));
    apply_role_->setText(tr("Apply scheme to all of the same &role"));
    apply_ffn_->setText(tr("Apply scheme to all &feed-forward layers"));
    apply_all_->setText(tr("Apply scheme to &all layers"));
    reset_->setText(tr("R&eset selected layers"));
    lock_->setText(allSelectedLocked() ? tr("Un&lock selected layers")
                                       : tr("&Lock selected layers at their schemes"));
    select_role_->setText(tr("Select all of the sa&me role"));
    copy_text_->setText(tr("&Copy"));
    copy_csv_->setText(tr("Copy as CS&V"));
    model_->retranslate();
    applyFilter();
}

void LayerTableView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::FontChange) columns_->fit();
}

bool LayerTableView::eventFilter(QObject* watched, QEvent* event) {
    if (watched == filter_edit_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape && !filter_edit_->text().isEmpty()) {
            filter_edit_->clear();
            return true;
        }
        if (key == Qt::Key_Down || key == Qt::Key_Return || key == Qt::Key_Enter) {
            table_->setFocus(Qt::TabFocusReason);
            if (!table_->currentIndex().isValid() && sort_filter_->rowCount() > 0)
                table_->setCurrentIndex(sort_filter_->index(0, 0));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace halfstep
