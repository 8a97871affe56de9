// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/file_controller.h"

#include "core/allocation/recipe.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "core/model_files/tensor_matching.h"
#include "core/store/workspace.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QWidget>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

namespace halfstep {
namespace {

constexpr auto open_lane = "open";
constexpr auto read_lane = "recipe";
constexpr auto imatrix_lane = "imatrix";
constexpr auto compare_lane = "compare-models";
constexpr auto write_lane = "write";

std::filesystem::path nativePath(const QString& path) {
    return {QFile::encodeName(path).toStdString()};
}

// A plan file, or the plan that a workspace holds.
Plan planOf(const std::filesystem::path& file) {
    if (!is_workspace(file)) return load_plan(file);
    std::optional<Plan> plan = load_workspace(file).plan;
    if (!plan)
        throw Error("the workspace holds no plan", {file.string(), {}, {}}, "Save a plan into it first");
    return *std::move(plan);
}

}  // namespace

FileController::FileController(Document& document, JobRunner& jobs, RecentFiles& recent, QWidget& window)
    : QObject(&window), document_(document), jobs_(jobs), recent_(recent), window_(window) {}

QString FileController::samplePath() {
    const QDir program(QCoreApplication::applicationDirPath());
    const QString name = QStringLiteral(HALFSTEP_SAMPLE);
    for (const QString& folder :
         {program.filePath("../share/halfstep/samples"), QStringLiteral(HALFSTEP_SAMPLES)}) {
        const QFileInfo candidate(QDir(folder).filePath(name));
        if (candidate.isDir()) return candidate.canonicalFilePath();
    }
    return {};
}

void FileController::tell(const QString& message) {
    emit failed(message);
    show(QMessageBox::Warning, message);
}

void FileController::show(QMessageBox::Icon icon, const QString& message) {
    auto* box = new QMessageBox(icon, QStringLiteral("Halfstep"), message, QMessageBox::Ok, &window_);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextInteractionFlags(Qt::TextSelectableByMouse);
    box->open();
}

void FileController::openModel(const QString& path) {
    if (!mayDiscard()) return;
    jobs_.start<std::shared_ptr<const Model>>(
        {open_lane, tr("Opening %1").arg(QFileInfo(path).fileName())},
        [file = nativePath(path)](const JobContext& job) { return open_model(file, job); },
        [this, path](std::shared_ptr<const Model> model) {
            recent_.add(path, QString::fromStdString(model->architecture()), model->parameters());
            document_.setModel(std::move(model), parse_scheme("int8"));
            emit opened(path);
        },
        [this](const QString& message) { tell(message); });
}

void FileController::openSample() {
    openModel(samplePath());
}

void FileController::closeModel() {
    if (!mayDiscard()) return;
    jobs_.cancelAll();
    document_.close();
}

void FileController::usePlan(const Plan& plan, const QString& text) {
    std::vector<Issue> problems = check_plan(*document_.model(), plan);
    std::erase_if(problems, [](const Issue& issue) { return issue.severity == Severity::note; });
    document_.applyPlan(plan, text);
    if (!problems.empty()) tell(listOf(problems));
}

void FileController::loadPlan(const QString& path) {
    try {
        usePlan(planOf(nativePath(path)), tr("load %1").arg(QFileInfo(path).fileName()));
        if (path.endsWith(".json")) document_.setPlanPath(path);
    } catch (const Error& error) {
        tell(QString::fromUtf8(error.what()));
    }
}

void FileController::takeRecipe(const QString& path) {
    const QString name = QFileInfo(path).fileName();
    jobs_.start<Plan>(
        {read_lane, tr("Reading the recipe of %1").arg(name)},
        [model = document_.model(), file = nativePath(path)](const JobContext& job) {
            const auto source = open_model(file, job);
            if (match_tensors(*model, *source).both.empty())
                throw Error("has no tensor in common with the open model", {file.string(), {}, {}},
                            "Choose a quantized file of the same model");
            return recipe_for(*model, *source);
        },
        [this, name, model = document_.model()](const Plan& plan) {
            if (document_.model() == model) usePlan(plan, tr("take the recipe of %1").arg(name));
        },
        [this](const QString& message) { tell(message); });
}

void FileController::compareWith(const QString& path) {
    const QString name = QFileInfo(path).fileName();
    jobs_.start<ModelComparison>(
        {compare_lane, tr("Comparing with %1").arg(name)},
        [model = document_.model(), file = nativePath(path)](const JobContext& job) {
            return compare_models(*model, *open_model(file, job), job);
        },
        [this, name](const ModelComparison& comparison) { emit compared(comparison, name); },
        [this](const QString& message) { tell(message); });
}

// One a line, the first few of them.
QString FileController::listOf(const std::vector<Issue>& issues) {
    constexpr std::size_t most = 8;
    QStringList lines;
    for (std::size_t i = 0; i < std::min(issues.size(), most); ++i)
        lines.append(QString::fromStdString((issues[i].tensor.empty() ? "" : issues[i].tensor + ": ") +
                                            issues[i].message));
    if (issues.size() > most)
        lines.append(tr("… and %n more", nullptr, static_cast<int>(issues.size() - most)));
    return lines.join('\n');
}

void FileController::write(const QString& what, const QString& path,
                           std::function<void(const JobContext&)> work, std::function<void()> done) {
    jobs_.start<bool>(
        {QString(write_lane) + path, tr("Writing %1: %2").arg(what, QFileInfo(path).fileName())},
        [work = std::move(work)](const JobContext& job) {
            work(job);
            return true;
        },
        [this, path, done = std::move(done)](bool) {
            if (done) done();
            emit written(path);
        },
        [this](const QString& message) { tell(message); });
}

void FileController::savePlan(const QString& path) {
    const int saved_state = document_.undoStack().index();
    write(
        tr("plan"), path,
        [plan = document_.plan(), file = nativePath(path)](const JobContext&) { save_plan(plan, file); },
        [this, path, saved_state] {
            if (document_.undoStack().index() == saved_state) document_.undoStack().setClean();
            document_.setPlanPath(path);
        });
}

void FileController::saveWorkspace(const QString& path) {
    Workspace workspace = describe_model(*document_.model());
    workspace.statistics.resize(static_cast<std::size_t>(document_.tensorCount()));
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor)
        if (const TensorStatistics* known = document_.statistics(tensor))
            workspace.statistics[static_cast<std::size_t>(tensor)] = *known;
    workspace.measurements = document_.allMeasurements();
    workspace.plan = document_.plan();
    write(tr("workspace"), path,
          [workspace = std::move(workspace), file = nativePath(path)](const JobContext&) {
              save_workspace(workspace, file);
          });
}

void FileController::exportTo(const QString& target, const QString& path) {
    const ExportTarget& exporter = find_export_target(target.toStdString());
    const auto issues = std::make_shared<std::vector<Issue>>();
    write(
        target, path,
        [&exporter, issues, model = document_.model(), plan = document_.plan(),
         measurements = document_.allMeasurements(), importance = document_.importance(),
         file = nativePath(path)](const JobContext& job) {
            exporter.export_plan({*model, plan, file, measurements, job,
                                  [&](const Issue& issue) { issues->push_back(issue); }, importance.get()});
        },
        [this, issues, path] {
            if (!issues->empty())
                show(QMessageBox::Information,
                     tr("%1 was written. What is not as planned, or has to be known:")
                             .arg(QFileInfo(path).fileName()) +
                         "\n\n" + listOf(*issues));
        });
}

void FileController::loadImatrix(const QString& path) {
    const QString name = QFileInfo(path).fileName();
    jobs_.start<std::shared_ptr<const Importance>>(
        {imatrix_lane, tr("Reading %1").arg(name)},
        [model = document_.model(), file = nativePath(path)](const JobContext& job) {
            return load_importance(file, *model, job);
        },
        [this, name, model = document_.model()](std::shared_ptr<const Importance> importance) {
            if (document_.model() == model)
                document_.useImportance(std::move(importance), tr("load importance %1").arg(name));
        },
        [this](const QString& message) { tell(message); });
}

void FileController::removeImatrix() {
    if (document_.importance()) document_.useImportance(nullptr, tr("remove importance"));
}

void FileController::askForImatrix() {
    const QString path = QFileDialog::getOpenFileName(
        &window_, tr("Load importance"), {}, tr("Importance matrices (*.gguf *.dat);;All files (*)"));
    if (!path.isEmpty()) loadImatrix(path);
}

QString FileController::askForSensitivities() {
    return QFileDialog::getOpenFileName(&window_, tr("Load sensitivities"), {},
                                        tr("Sensitivities (*.json *.csv *.gguf *.dat);;All files (*)"));
}

QString FileController::proposedPath(const QString& suffix) const {
    const QFileInfo model(QString::fromStdString(document_.model()->path().string()));
    return QDir::current().filePath(model.completeBaseName() + suffix);
}

QString FileController::askForModelFile(const QString& title) {
    return QFileDialog::getOpenFileName(
        &window_, title, {},
        tr("Models (*.safetensors *.gguf *.onnx *.pt *.pth *.ckpt *.bin "
           "*.keras *.h5 *.hdf5 *.npz *.npy *.index.json *.weights.json);;All files (*)"));
}

void FileController::askForModel() {
    const QString path = askForModelFile(tr("Open a model"));
    if (!path.isEmpty()) openModel(path);
}

void FileController::askForRecipe() {
    const QString path = askForModelFile(tr("Take the recipe of a quantized file"));
    if (!path.isEmpty()) takeRecipe(path);
}

void FileController::askForOriginal() {
    const QString path = askForModelFile(tr("Compare with the original"));
    if (!path.isEmpty()) compareWith(path);
}

void FileController::askForFolder() {
    const QString path = QFileDialog::getExistingDirectory(&window_, tr("Open a model folder"));
    if (!path.isEmpty()) openModel(path);
}

void FileController::askForPlan() {
    const QString path = QFileDialog::getOpenFileName(
        &window_, tr("Load a plan"), {}, tr("Plans and workspaces (*.json *.h5);;All files (*)"));
    if (!path.isEmpty()) loadPlan(path);
}

bool FileController::savePlanOrAsk() {
    if (document_.planPath().isEmpty()) return savePlanAs();
    savePlan(document_.planPath());
    return true;
}

bool FileController::savePlanAs() {
    const QString path = QFileDialog::getSaveFileName(&window_, tr("Save the plan"),
                                                      proposedPath(".plan.json"), tr("Plans (*.json)"));
    if (path.isEmpty()) return false;
    savePlan(path);
    return true;
}

void FileController::askForWorkspace() {
    const QString path = QFileDialog::getSaveFileName(
        &window_, tr("Save the workspace"), proposedPath(".workspace.h5"), tr("HDF5 workspaces (*.h5)"));
    if (!path.isEmpty()) saveWorkspace(path);
}

void FileController::askForExport(const QString& target) {
    const QString suffix =
        QString::fromStdString(std::string(find_export_target(target.toStdString()).file_ending()));
    const QString path =
        QFileDialog::getSaveFileName(&window_, tr("Export to %1").arg(target), proposedPath(suffix));
    if (!path.isEmpty()) exportTo(target, path);
}

void FileController::askAndWrite(const QString& proposed_name, const QString& filter,
                                 const std::function<QByteArray()>& bytes) {
    const QString path =
        QFileDialog::getSaveFileName(&window_, tr("Export"), QDir::current().filePath(proposed_name), filter);
    if (path.isEmpty()) return;
    write(tr("file"), path, [content = bytes(), file = nativePath(path)](const JobContext&) {
        AtomicFile out(file, static_cast<std::uint64_t>(content.size()));
        out.write(std::as_bytes(std::span(content.constData(), static_cast<std::size_t>(content.size()))));
        out.commit();
    });
}

bool FileController::mayDiscard() {
    if (!document_.isModified()) return true;
    const auto answer = QMessageBox::question(
        &window_, QStringLiteral("Halfstep"),
        tr("The plan for %1 has changes that are not saved.")
            .arg(QString::fromStdString(document_.model()->path().filename().string())),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Save);
    if (answer == QMessageBox::Cancel) return false;
    if (answer == QMessageBox::Discard) return true;
    QString path = document_.planPath();
    if (path.isEmpty())
        path = QFileDialog::getSaveFileName(&window_, tr("Save the plan"), proposedPath(".plan.json"),
                                            tr("Plans (*.json)"));
    if (path.isEmpty()) return false;
    try {  // at once, not as a job: what comes next must not overtake it
        save_plan(document_.plan(), nativePath(path));
        document_.undoStack().setClean();
        return true;
    } catch (const Error& error) {
        tell(QString::fromUtf8(error.what()));
        return false;
    }
}

}  // namespace halfstep
