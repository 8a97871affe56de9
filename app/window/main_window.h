// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/inspection.h"
#include "app/document/measure_service.h"
#include "app/jobs/job_runner.h"
#include "app/jobs/paced_timer.h"
#include "app/settings/language.h"
#include "app/settings/recent_files.h"
#include "core/analysis/model_comparison.h"
#include "widgets/editors/apply_scope.h"

#include <QElapsedTimer>
#include <QMainWindow>

#include <vector>

class QStackedWidget;
class QTabWidget;
class QToolBar;

namespace halfstep {

class BudgetStrip;
class BudgetView;
class DockLayout;
class FileController;
class ImportanceLabel;
class InspectorPanel;
class IssuesPanel;
class JobsPanel;
class LayerBinder;
class LayerTableView;
class LearnMode;
class LearnView;
class LiveNumbersPanel;
class MainMenu;
class SchemeEditor;
class StartPage;
class View;
class WeightInspection;

// The window: layer table on the left, views in the centre, scheme editor and live numbers on the right,
// costs below. It holds the parts together; what they show comes from the document and the inspection.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    explicit MainWindow(Language& language, QWidget* parent = nullptr);
    ~MainWindow() override;

    FileController& files() { return *files_; }
    Document& document() { return document_; }
    Inspection& inspection() { return *inspection_; }
    JobRunner& jobs() { return jobs_; }
    const std::vector<View*>& views() const { return views_; }
    void showView(int index);
    View* currentView() const;
    void learn();  // shows the lessons, with or without a model
    LearnView& learnView() { return *learn_view_; }
    LayerTableView& layers() { return *layers_; }
    SchemeEditor& editor() { return *editor_; }
    InspectorPanel& inspector() { return *inspector_; }

    // Nothing is being read, measured or laid out.
    bool isSettled() const;

    void resetLayout();
    void applyScheme(ApplyScope scope, const Scheme& scheme, int gesture = 0);

  protected:
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void buildParts();
    void buildViews();
    void buildDocks();
    void connectDocument();
    void connectEditing();
    void connectBudget(BudgetView& budget);
    void connectParts();
    void connectInspector();
    void retranslate();
    void lockSelected(bool lock);
    void modelChanged();
    void selectionChanged();
    void showTargets();
    void editScheme(const Scheme& scheme);
    void showNumbers();
    void showBudget();
    void showIssues();
    void showImportance();
    void showComparison(const ModelComparison& comparison, const QString& original);
    void updateTitle();
    void measureStatistics();

    Language& language_;
    Document document_;
    JobRunner jobs_;  // after the document: its threads are gone before the document is
    RecentFiles recent_;
    MeasureService* measures_;
    Inspection* inspection_;
    WeightInspection* weight_;
    FileController* files_;
    LayerBinder* binder_;
    MainMenu* menu_;

    QStackedWidget* pages_;
    StartPage* start_page_;
    QTabWidget* tabs_;
    std::vector<View*> views_;
    LearnView* learn_view_;
    LearnMode* learn_;
    LayerTableView* layers_;
    SchemeEditor* editor_;
    LiveNumbersPanel* numbers_;
    BudgetStrip* budget_;
    ImportanceLabel* importance_;
    QAction* importance_shown_;  // of the label in its tool bar
    IssuesPanel* issues_;
    InspectorPanel* inspector_;
    JobsPanel* job_list_;
    DockLayout* docks_;
    QToolBar* costs_;
    bool problems_shown_ = false;  // of the open model, in the issues panel
    QElapsedTimer last_edit_;
    int edit_gesture_ = 0;
    PacedTimer budget_soon_{std::chrono::milliseconds(60)};  // figures come one by one
    Scheme initial_scheme_;
};

}  // namespace halfstep
