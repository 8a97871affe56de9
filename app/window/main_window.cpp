// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_window.h"

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
#include "app/window/file_controller.h"
#include "app/window/inspector_binder.h"
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
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
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

constexpr int scheme_width = 330;
constexpr int least_center = 400;
constexpr int roomy_center = 960;
constexpr auto geometry_key = "window/geometry";
constexpr auto layout_key = "window/layout";
constexpr auto table_key = "window/layers";
constexpr int layout_version = 2;
constexpr int edit_pause_ms = 800;

// Scrolls up and down only: as wide as what it holds needs.
class ColumnScroll : public QScrollArea {
  public:
    ColumnScroll() {
        setWidgetResizable(true);
        setFrameShape(QFrame::NoFrame);
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    }
    QSize minimumSizeHint() const override {
        const int width = widget() != nullptr ? widget()->minimumSizeHint().width() : 0;
        return {width + verticalScrollBar()->sizeHint().width(), 120};
    }
    QSize sizeHint() const override { return minimumSizeHint(); }
};

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
    menu_ = new MainMenu(*this, *files_, recent_, language_, docks_);
    connectDocument();
    connectEditing();
    connectJobs();
    connectInspector();
    default_layout_ = saveState(layout_version);
    retranslate();
    modelChanged();

    const QSettings settings;
    restoreGeometry(settings.value(geometry_key).toByteArray());
    layout_restored_ = restoreState(settings.value(layout_key).toByteArray(), layout_version);
    layers_->restoreState(settings.value(table_key).toByteArray());
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

// The table gets what its deciding columns need, and in a wide window all that the centre can spare; the
// scheme as little as it can do with.
void MainWindow::shareWidth() {
    const int spare = width() - scheme_width;
    const int wanted = std::max(std::min(width() * 32 / 100, spare - least_center), spare - roomy_center);
    const int layers = std::clamp(wanted, 240, std::max(240, layers_->widthOfColumns()));
    resizeDocks({docks_[0], docks_[1]}, {layers, scheme_width}, Qt::Horizontal);
    resizeDocks({docks_[2], docks_[3]}, {150, 150}, Qt::Vertical);
}

QDockWidget* MainWindow::addDock(const char* name, QWidget* content, Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(this);
    dock->setObjectName(name);
    dock->setWidget(content);
    addDockWidget(area, dock);
    docks_.push_back(dock);
    connect(dock->toggleViewAction(), &QAction::triggered, dock, [dock](bool on) {
        if (on) dock->raise();  // above the one that it shares its place with
    });
    return dock;
}

void MainWindow::buildDocks() {
    auto* editing = new QWidget;
    auto* column = new QVBoxLayout(editing);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(editor_);
    column->addWidget(numbers_, 1);
    auto* scroll = new ColumnScroll;
    scroll->setWidget(editing);

    addDock("layers", layers_, Qt::LeftDockWidgetArea);
    learn_->setEditorDock(addDock("scheme", scroll, Qt::RightDockWidgetArea));
    QDockWidget* issues = addDock("issues", issues_, Qt::BottomDockWidgetArea);
    QDockWidget* jobs = addDock("jobs", job_list_, Qt::BottomDockWidgetArea);
    tabifyDockWidget(issues, jobs);
    QDockWidget* inspector = addDock("inspector", inspector_, Qt::BottomDockWidgetArea);
    tabifyDockWidget(jobs, inspector);
    // The inspector needs the width of the layers too; beside it the scheme keeps its height.
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    issues->hide();
    jobs->hide();
    inspector->hide();
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

void MainWindow::connectJobs() {
    connect(&jobs_, &JobRunner::jobStarted, this, [this](quint64 id, const QString& title) {
        if (title.isEmpty()) return;
        job_titles_.insert(id, title);
        job_list_->setJob({id, title, JobState::running, 0.0, {}});
    });
    connect(&jobs_, &JobRunner::jobProgress, this, [this](quint64 id, double fraction) {
        if (job_titles_.contains(id))
            job_list_->setJob({id, job_titles_.value(id), JobState::running, fraction, {}});
    });
    connect(&jobs_, &JobRunner::jobEnded, this,
            [this](quint64 id, JobOutcome outcome, const QString& message) {
                const QString title = job_titles_.take(id);
                if (title.isEmpty()) return;
                const JobState state = outcome == JobOutcome::failed     ? JobState::failed
                                       : outcome == JobOutcome::finished ? JobState::finished
                                                                         : JobState::cancelled;
                job_list_->setJob({id, title, state, std::nullopt, message});
            });
    connect(job_list_, &JobsPanel::cancelRequested, &jobs_, &JobRunner::cancel);
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
    auto* binder = new InspectorBinder(*weight_, *inspector_, *docks_[4], this);
    for (View* view : views_)
        if (auto* channels = qobject_cast<ChannelsView*>(view)) binder->joinMap(*channels);
}

void MainWindow::modelChanged() {
    const bool open = document_.isOpen();
    problems_shown_ = false;
    for (QDockWidget* dock : docks_)
        if (dock->objectName() == "layers" || dock->objectName() == "scheme") dock->setVisible(open);
    costs_->setVisible(open);
    // Once the table has its rows: its names tell how wide it wants to be.
    if (open && !std::exchange(layout_restored_, true))
        QMetaObject::invokeMethod(this, &MainWindow::shareWidth, Qt::QueuedConnection);
    menu_->setModelOpen(open);
    updateTitle();
    showBudget();
    if (!open) {
        numbers_->clear();
        return;
    }
    measureStatistics();
    // The first quantizable tensor of a block says more than an embedding: that is where people look first.
    int first = -1;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor) {
        const TensorInfo& info = document_.tensor(tensor);
        if (!info.quantizable) continue;
        if (first < 0 || info.block) first = tensor;
        if (info.block) break;
    }
    if (first >= 0) layers_->setCurrentLayer(first);
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
    if (document_.isOpen() && issues_->problemCount() > 0 && !std::exchange(problems_shown_, true)) {
        docks_[2]->show();
        docks_[2]->raise();
    }
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
    restoreState(default_layout_, layout_version);
    for (QDockWidget* dock : docks_) {
        const bool needs_model = dock->objectName() == "layers" || dock->objectName() == "scheme";
        dock->setVisible(needs_model && document_.isOpen());
    }
    costs_->setVisible(document_.isOpen());
    shareWidth();
}

void MainWindow::retranslate() {
    setLocale(QLocale());
    start_page_->setRecentFiles(recent_.files());
    for (std::size_t i = 0; i < views_.size(); ++i)
        tabs_->setTabText(static_cast<int>(i), views_[i]->title());
    const QStringList titles{tr("Layers"), tr("Quantization"), tr("Issues"), tr("Jobs"), tr("Inspector")};
    for (std::size_t i = 0; i < docks_.size(); ++i)
        docks_[i]->setWindowTitle(titles[static_cast<qsizetype>(i)]);
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
    QSettings settings;
    settings.setValue(geometry_key, saveGeometry());
    if (document_.isOpen()) {  // without a model the docks are hidden, which is not the user's wish
        settings.setValue(layout_key, saveState(layout_version));
        settings.setValue(table_key, layers_->saveState());
    }
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
