// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/jobs/job_runner.h"
#include "app/settings/recent_files.h"
#include "core/analysis/model_comparison.h"

#include <QMessageBox>
#include <QObject>
#include <QString>

#include <functional>
#include <vector>

class QWidget;

namespace halfstep {

// Everything that reads or writes files for the user: models, plans, workspaces, exports. Reading and writing
// happen on jobs; a failure leaves what is open as it was and is told in one sentence.
class FileController : public QObject {
    Q_OBJECT
  public:
    FileController(Document& document, JobRunner& jobs, RecentFiles& recent, QWidget& window);

    // The bundled sample, looked for beside the program and in the source tree; empty where it is not found.
    static QString samplePath();

    void openModel(const QString& path);
    void openSample();
    void closeModel();
    void loadPlan(const QString& path);
    // Plans for the open model what another file stores the same tensors in: one step of undo.
    void takeRecipe(const QString& path);
    // Measures with the importance matrix of a file from then on, or without any: each one step of undo.
    void loadImatrix(const QString& path);
    void removeImatrix();
    // Holds the open model against the one it was made from; compared() has the result.
    void compareWith(const QString& path);
    void savePlan(const QString& path);
    void saveWorkspace(const QString& path);
    void exportTo(const QString& target, const QString& path);

    // With dialogs.
    void askForModel();
    void askForFolder();
    void askForPlan();
    void askForRecipe();
    void askForOriginal();
    void askForImatrix();
    QString askForSensitivities();  // empty where the user gave up
    bool savePlanOrAsk();           // false where the user gave up
    bool savePlanAs();
    void askForWorkspace();
    void askForExport(const QString& target);
    // Stores bytes (of a plot, or a table) under a name the user chooses; "weights.svg" is the name proposed.
    void askAndWrite(const QString& proposed_name, const QString& filter,
                     const std::function<QByteArray()>& bytes);
    // Asks what to do with unsaved changes; false where the user wants to stay.
    bool mayDiscard();
    void tell(const QString& message);  // in a box, and by failed()

  signals:
    void opened(const QString& path);
    void compared(const halfstep::ModelComparison& comparison, const QString& original);
    void failed(const QString& message);  // was also shown, unless dialogs are off
    void written(const QString& path);

  private:
    void write(const QString& what, const QString& path, std::function<void(const JobContext&)> work,
               std::function<void()> done = {});
    void usePlan(const Plan& plan, const QString& text);
    QString askForModelFile(const QString& title);
    void show(QMessageBox::Icon icon, const QString& message);
    static QString listOf(const std::vector<Issue>& issues);
    QString proposedPath(const QString& suffix) const;

    Document& document_;
    JobRunner& jobs_;
    RecentFiles& recent_;
    QWidget& window_;
};

}  // namespace halfstep
