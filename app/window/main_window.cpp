// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_window.h"

#include "app/document/first_tensor.h"
#include "app/document/weight_inspection.h"
#include "app/lessons/learn_view.h"
#include "app/views/budget_view.h"
#include "app/views/channels_view.h"
#include "app/views/compare_view.h"
#include "app/views/error_view.h"
#include "app/views/sensitivity_view.h"
#include "app/views/weights_view.h"
#include "app/window/comparison_dialog.h"
#include "app/window/device_dialog.h"
#include "app/window/dock_layout.h"
#include "app/window/file_controller.h"
#include "app/window/inspector_binder.h"
#include "app/window/jobs_binder.h"
#include "app/window/layer_binder.h"
#include "app/window/learn_mode.h"
#include "app/window/main_menu.h"
#include "core/base/error.h"
#include "widgets/editors/scheme_editor.h"
#include "widgets/panels/budget_strip.h"
#include "widgets/panels/importance_label.h"
#include "widgets/panels/inspector_panel.h"
#include "widgets/panels/issues_panel.h"
#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/live_numbers_panel.h"
#include "widgets/panels/start_page.h"
#include "widgets/style/icons.h"
#include "widgets/tables/layer_table_view.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLocale>
#include <QMimeData>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolBar>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halfstep {
namespace {

constexpr int edit_pause_ms = 800;

QString scopeText(const QList<int>& tensors, const Document& document) {
    if (tensors.size() == 1) return QString::fromStdString(document.tensor(tensors.front()).name);
    return MainWindow::tr("%n layer(s)", nullptr, static_cast<int>(tensors.size()));
}

}  // namespace

MainWindow::MainWindow(Language& language, QWidget* parent)
    : QMainWindow(parent), language_(language), initial_scheme_(parse_scheme("int8")) {
    setObjectName("MainWindow");
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    resize(1280, 800);
    buildParts();
    buildViews();
    buildDocks();
    menu_ = new MainMenu(*this, *files_, recent_, language_, docks_->docks());
    connectDocument();
    connectEditing();
    connectParts();
    connectInspector();
    docks_->start();
    retranslate();
    modelChanged();
}

MainWindow::~MainWindow() {
    delete pages_;  // views stop their jobs: before the runner of these is gone
}

void MainWindow::buildParts() {
    measures_ = new MeasureService(document_, jobs_, this);
    inspection_ = new Inspection(document_, jobs_, *measures_, this);
    weight_ = new WeightInspection(document_, *inspection_, jobs_, this);
    files_ = new FileController(document_, jobs_, recent_, *this);

    pages_ = new QStackedWidget(this);
    start_page_ = new StartPage;
    pages_->addWidget(start_page_);
    start_page_->setSampleAvailable(!FileController::samplePath().isEmpty());
    start_page_->setRecentFiles(recent_.files());

    layers_ = new LayerTableView;
    binder_ = new LayerBinder(document_, *layers_, this);
    editor_ = new SchemeEditor;
    numbers_ = new LiveNumbersPanel;
    budget_ = new BudgetStrip;
    importance_ = new ImportanceLabel;
    issues_ = new IssuesPanel;
    inspector_ = new InspectorPanel;
    job_list_ = new JobsPanel;
}

void MainWindow::buildViews() {
    tabs_ = new QTabWidget;
    tabs_->setObjectName("views");
    tabs_->setDocumentMode(true);
    tabs_->setUsesScrollButtons(false);  // no view is ever out of sight
    tabs_->setElideMode(Qt::ElideRight);
    views_ = {new WeightsView(document_, *inspection_),
              new ErrorView(document_, *inspection_),
              new ChannelsView(document_, *inspection_, jobs_),
              new SensitivityView(document_, *inspection_, *measures_, jobs_),
              new BudgetView(document_, *inspection_, *measures_, jobs_),
              new CompareView(document_, *inspection_, *measures_, jobs_)};
    learn_view_ = new LearnView(document_, *inspection_, jobs_);
    views_.push_back(learn_view_);
    for (View* view : views_)
        tabs_->addTab(view, view->title());
    pages_->addWidget(tabs_);
    setCentralWidget(pages_);
    learn_ = new LearnMode(document_, *pages_, *tabs_, *learn_view_);
    costs_ = addToolBar(QString());
    costs_->setObjectName("costs");
    costs_->setMovable(false);
    costs_->addWidget(budget_);
    importance_shown_ = costs_->addWidget(importance_);
    importance_shown_->setVisible(false);
    addToolBar(Qt::BottomToolBarArea, costs_);
    connect(tabs_, &QTabWidget::currentChanged, this, [this](int current) {
        for (std::size_t i = 0; i < views_.size(); ++i)
            views_[i]->setActive(static_cast<int>(i) == current);
    });
    views_.front()->setActive(true);
}

void MainWindow::buildDocks() {
    auto* editing = new QWidget;
    auto* column = new QVBoxLayout(editing);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(editor_);
    column->addWidget(numbers_, 1);
    docks_ = new DockLayout(*this, *layers_, editing, issues_, job_list_, inspector_);
    learn_->setEditorDock(docks_->dock(DockLayout::scheme));
}

void MainWindow::connectDocument() {
    connect(&document_, &Document::modelChanged, this, &MainWindow::modelChanged);
    connect(&document_, &Document::schemesChanged, this, [this](const QList<int>& tensors) {
        showBudget();
        for (const int tensor : layers_->selectedLayers())
            if (tensors.contains(tensor)) return showTargets();
    });
    connect(&budget_soon_, &PacedTimer::due, this, &MainWindow::showBudget);
    connect(&document_, &Document::measurementAdded, &budget_soon_, &PacedTimer::news);
    connect(&document_, &Document::issuesChanged, this, &MainWindow::showIssues);
    connect(&document_, &Document::importanceChanged, this, &MainWindow::showImportance);
    connect(importance_, &ImportanceLabel::removeRequested, files_, &FileController::removeImatrix);
    connect(&document_, &Document::modifiedChanged, this, &MainWindow::updateTitle);
    connect(&document_, &Document::planPathChanged, this, &MainWindow::updateTitle);
    QUndoStack& undo = document_.undoStack();
    const auto show_undo = [this, &undo] {
        budget_->setUndo(undo.canUndo(), undo.undoText());
        budget_->setRedo(undo.canRedo(), undo.redoText());
    };
    connect(&undo, &QUndoStack::indexChanged, this, show_undo);
    connect(&undo, &QUndoStack::canUndoChanged, this, show_undo);
    connect(budget_, &BudgetStrip::undoRequested, &undo, &QUndoStack::undo);
    connect(budget_, &BudgetStrip::redoRequested, &undo, &QUndoStack::redo);
}

void MainWindow::connectEditing() {
    connect(layers_, &LayerTableView::currentLayerChanged, inspection_, &Inspection::setTensor);
    connect(layers_, &LayerTableView::selectionChanged, this, &MainWindow::selectionChanged);
    connect(layers_, &LayerTableView::applySchemeRequested, this,
            [this](ApplyScope scope) { applyScheme(scope, editor_->scheme()); });
    connect(layers_, &LayerTableView::resetRequested, this,
            [this] { applyScheme(ApplyScope::selected, initial_scheme_); });
    connect(editor_, &SchemeEditor::schemeEdited, this, &MainWindow::editScheme);
    connect(editor_, &SchemeEditor::applyRequested, this,
            [this](ApplyScope scope, const Scheme& scheme) { applyScheme(scope, scheme); });
    connect(inspection_, &Inspection::numbersChanged, this, &MainWindow::showNumbers);
    connect(inspection_, &Inspection::schemeMoved, this, [this] {
        if (inspection_->isPreview()) editor_->setScheme(inspection_->scheme());
    });
    connect(inspection_, &Inspection::loaded, this, [this] {
        const MomentTable& table = *inspection_->facts()->table;
        editor_->setClipStart(static_cast<float>(table.min()), static_cast<float>(table.max()));
    });
    connect(issues_, &IssuesPanel::jumpToTensor, layers_, &LayerTableView::jumpTo);
    connect(layers_, &LayerTableView::lockRequested, this, &MainWindow::lockSelected);
    for (View* view : views_) {
        if (auto* sensitivity = qobject_cast<SensitivityView*>(view))
            connect(sensitivity, &SensitivityView::tensorChosen, layers_, &LayerTableView::setCurrentLayer);
        if (auto* budget = qobject_cast<BudgetView*>(view)) connectBudget(*budget);
    }
}

void MainWindow::connectBudget(BudgetView& budget) {
    connect(&budget, &BudgetView::tensorChosen, layers_, &LayerTableView::setCurrentLayer);
    connect(&budget, &BudgetView::failed, files_, &FileController::tell);
    connect(&budget, &BudgetView::sensitivityFileRequested, this, [this, &budget] {
        const QString path = files_->askForSensitivities();
        if (!path.isEmpty()) budget.planner().loadSensitivities(path);
    });
    connect(&budget, &BudgetView::devicesRequested, this, [this, &budget] {
        DeviceDialog dialog(budget.devices(), this);
        if (dialog.exec() != QDialog::Accepted) return;
        try {
            save_own_devices(dialog.ownDevices());
        } catch (const Error& error) {
            files_->tell(QString::fromUtf8(error.what()));
        }
        budget.devicesChanged();
    });
}

void MainWindow::lockSelected(bool lock) {
    const std::vector<int> selected = layers_->selectedLayers();
    const QList<int> tensors(selected.begin(), selected.end());
    document_.setLocked(tensors, lock,
                        (lock ? tr("lock %1") : tr("unlock %1")).arg(scopeText(tensors, document_)));
}

void MainWindow::connectParts() {
    new JobsBinder(jobs_, *job_list_, this);
    connect(files_, &FileController::compared, this, &MainWindow::showComparison);
    connect(start_page_, &StartPage::openRequested, files_, &FileController::askForModel);
    connect(start_page_, &StartPage::openFileRequested, files_, &FileController::openModel);
    connect(start_page_, &StartPage::sampleRequested, files_, &FileController::openSample);
    connect(start_page_, &StartPage::learnRequested, this, &MainWindow::learn);
    connect(start_page_, &StartPage::removeRecentRequested, &recent_, &RecentFiles::remove);
    connect(start_page_, &StartPage::clearRecentRequested, &recent_, &RecentFiles::clear);
    connect(&recent_, &RecentFiles::changed, this, [this] { start_page_->setRecentFiles(recent_.files()); });
}

void MainWindow::connectInspector() {
    auto* binder = new InspectorBinder(*weight_, *inspector_, *docks_->dock(DockLayout::inspector), this);
    for (View* view : views_)
        if (auto* channels = qobject_cast<ChannelsView*>(view)) binder->joinMap(*channels);
}

void MainWindow::modelChanged() {
    const bool open = document_.isOpen();
    problems_shown_ = false;
    docks_->setModelOpen(open);
    costs_->setVisible(open);
    menu_->setModelOpen(open);
    updateTitle();
    showBudget();
    if (!open) {
        numbers_->clear();
        return;
    }
    measureStatistics();
    if (const int first = firstTensor(document_.model()->tensors()); first >= 0)
        layers_->setCurrentLayer(first);
}

void MainWindow::measureStatistics() {
    const std::shared_ptr<const Model> model = document_.model();
    jobs_.start<std::vector<std::optional<TensorStatistics>>>(
        {"statistics", tr("Statistics of all tensors")},
        [model](const JobContext& job) { return compute_all_statistics(*model, job); },
        [this, model](std::vector<std::optional<TensorStatistics>> statistics) {
            if (document_.model() == model) document_.setStatistics(std::move(statistics));
        });
}

void MainWindow::selectionChanged() {
    last_edit_.invalidate();
    showTargets();
}

void MainWindow::showTargets() {
    std::vector<SchemeTarget> targets;
    const int current = layers_->currentLayer();
    const auto add = [this, &targets](int tensor) {
        const TensorInfo& info = document_.tensor(tensor);
        if (!info.measurable()) return;
        const MatrixShape shape = matrix_shape(info);
        targets.push_back({QString::fromStdString(info.name), info.role, document_.scheme(tensor),
                           shape.channels, shape.inputs, info.dtype});
    };
    const std::vector<int> selected = layers_->selectedLayers();
    if (current >= 0 && std::find(selected.begin(), selected.end(), current) != selected.end()) add(current);
    for (const int tensor : selected)
        if (tensor != current) add(tensor);
    editor_->setTargets(std::move(targets));
}

void MainWindow::applyScheme(ApplyScope scope, const Scheme& scheme, int gesture) {
    const QList<int> tensors = binder_->tensorsOf(scope);
    if (tensors.isEmpty()) return;
    document_.applyScheme(
        tensors, scheme,
        tr("%1 for %2").arg(QString::fromStdString(to_string(scheme)), scopeText(tensors, document_)),
        gesture);
}

// The editor's changes take effect as they are made. Those that follow each other at once (a slider, a
// notation being typed) are one step of undo.
void MainWindow::editScheme(const Scheme& scheme) {
    if (!last_edit_.isValid() || last_edit_.elapsed() > edit_pause_ms) ++edit_gesture_;
    last_edit_.start();
    applyScheme(ApplyScope::selected, scheme, edit_gesture_);
}

void MainWindow::showNumbers() {
    if (const auto numbers = inspection_->numbers())
        numbers_->setNumbers(*numbers);
    else if (inspection_->tensor() < 0)
        numbers_->clear();
    else if (const QString name = QString::fromStdString(inspection_->info()->name);
             numbers_->tensor() != name)
        numbers_->clear(name);  // those of the same tensor stay until the new ones are there
}

void MainWindow::showBudget() {
    if (!document_.isOpen()) {
        budget_->clear();
        return;
    }
    const PlanCost cost = plan_cost(*document_.model(), document_.plan());
    BudgetNumbers numbers;
    numbers.bytes_before = document_.model()->bytes();
    numbers.bytes_after = cost.bytes;
    numbers.bits_per_weight = cost.bits_per_weight;
    double squared = 0;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor) {
        if (document_.scheme(tensor).family == Family::keep) continue;
        ++numbers.quantized;
        const Measurement* measured = document_.currentMeasurement(tensor);
        if (measured == nullptr || !measured->refused.empty()) continue;
        ++numbers.measured;
        if (const auto error = rel_error(measured->sums)) squared += *error * *error;
    }
    if (numbers.measured > 0) numbers.mean_rel_error = std::sqrt(squared / numbers.measured);
    budget_->setNumbers(numbers);
}

void MainWindow::showIssues() {
    const QList<Issue> issues = document_.issues();
    issues_->setIssues({issues.begin(), issues.end()});
    // Once for each model: who closes the panel has seen it.
    if (document_.isOpen() && issues_->problemCount() > 0 && !std::exchange(problems_shown_, true))
        docks_->bringUp(DockLayout::issues);
}

void MainWindow::showImportance() {
    const std::shared_ptr<const Importance>& importance = document_.importance();
    importance_shown_->setVisible(importance != nullptr);
    if (!importance) return;
    int known = 0;
    int quantizable = 0;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor) {
        if (!document_.tensor(tensor).quantizable) continue;
        ++quantizable;
        if (document_.importance(tensor) != nullptr) ++known;
    }
    const Imatrix& imatrix = importance->imatrix();
    importance_->setImportance(
        {QString::fromStdString(importance->name()), known, quantizable,
         imatrix.datasets.empty() ? QString() : QString::fromStdString(imatrix.datasets.front())});
}

void MainWindow::showComparison(const ModelComparison& comparison, const QString& original) {
    if (!document_.isOpen()) return;
    const QString name = QString::fromStdString(document_.model()->path().filename().string());
    auto* dialog = new ComparisonDialog(comparison, name, original, this);
    connect(dialog, &ComparisonDialog::tensorChosen, layers_, &LayerTableView::jumpTo);
    connect(dialog, &ComparisonDialog::exportRequested, this, [this, dialog] {
        files_->askAndWrite(QStringLiteral("comparison.csv"), QStringLiteral("CSV (*.csv)"),
                            [dialog] { return dialog->csv(); });
    });
    dialog->show();
}

void MainWindow::updateTitle() {
    if (!document_.isOpen()) {
        setWindowTitle(QStringLiteral("Halfstep"));
        setWindowModified(false);
        return;
    }
    setWindowTitle(QString::fromStdString(document_.model()->path().filename().string()) +
                   QStringLiteral("[*] – Halfstep"));
    setWindowModified(document_.isModified());
}

void MainWindow::showView(int index) {
    if (views_[static_cast<std::size_t>(index)] == learn_view_)
        learn_->enter();
    else
        tabs_->setCurrentIndex(index);
}

void MainWindow::learn() {
    learn_->enter();
}

View* MainWindow::currentView() const {
    return views_[static_cast<std::size_t>(tabs_->currentIndex())];
}

bool MainWindow::isSettled() const {
    return jobs_.isIdle() && !measures_->isMeasuring() && !budget_soon_.isActive() &&
           ((!document_.isOpen() && !learn_->isActive()) || currentView()->isSettled());
}

void MainWindow::resetLayout() {
    docks_->reset();
    costs_->setVisible(document_.isOpen());
}

void MainWindow::retranslate() {
    setLocale(QLocale());
    start_page_->setRecentFiles(recent_.files());
    for (std::size_t i = 0; i < views_.size(); ++i)
        tabs_->setTabText(static_cast<int>(i), views_[i]->title());
    docks_->retranslate();
    menu_->retranslate();
    learn_->retranslate();
    updateTitle();
}

void MainWindow::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        showIssues();
    }
    QMainWindow::changeEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!files_->mayDiscard()) {
        event->ignore();
        return;
    }
    learn_view_->endPresentation();
    learn_->restoreDock();
    docks_->save();
    jobs_.cancelAll();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    files_->openModel(event->mimeData()->urls().front().toLocalFile());
}

}  // namespace halfstep
