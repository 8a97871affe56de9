// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/main_menu.h"

#include "app/lessons/learn_view.h"
#include "app/settings/language.h"
#include "app/settings/recent_files.h"
#include "app/views/view.h"
#include "app/window/dock_layout.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/exports/export_target.h"
#include "widgets/plots/plot_view.h"
#include "widgets/style/theme.h"
#include "widgets/tables/layer_table_view.h"

#include <QActionGroup>
#include <QApplication>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>

#include <functional>
#include <utility>

namespace halfstep {
namespace {

constexpr auto theme_key = "theme";

// What the engine says about its export targets, repeated here for the translators.
// NOLINTBEGIN(bugprone-suspicious-missing-comma): long texts are in pieces
[[maybe_unused]] constexpr const char* target_texts[] = {
    QT_TRANSLATE_NOOP("halfstep::MainMenu", "the quantized model itself, as a GGUF file that llama.cpp runs"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "a file for llama-quantize --tensor-type-file, and the command that uses it"),
    QT_TRANSLATE_NOOP(
        "halfstep::MainMenu",
        "the quantized model itself as ONNX: an ONNX model with its weights in DequantizeLinear nodes"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "\"quantization_config\" to merge into config.json (compressed-tensors, vLLM): a group "
                      "for each scheme"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "a recipe (YAML) with which llm-compressor quantizes the model for vLLM"),
    QT_TRANSLATE_NOOP(
        "halfstep::MainMenu",
        "\"quantization_config\" to merge into config.json (GPTQModel, vLLM): one setting, and what differs"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "\"quantization_config\" to merge into config.json (AutoAWQ, vLLM): one setting, and "
                      "what is left out"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "\"quantization_config\" to merge into config.json (Transformers): NF4 or int8, and "
                      "what is left out"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "\"quantization_config\" to merge into config.json (Transformers): a setting for each "
                      "kind of module"),
    QT_TRANSLATE_NOOP(
        "halfstep::MainMenu",
        "\"quantization_config\" to merge into config.json (Transformers): torchao's FqnToConfig"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "the layer_config of AutoRound, which quantizes the model: a setting for each module"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "a recipe (YAML) with which NVIDIA's Model Optimizer quantizes the model's weights"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "\"quantization\" to merge into config.json (mlx-lm): one setting, and what differs"),
    QT_TRANSLATE_NOOP(
        "halfstep::MainMenu",
        "a measurement file that leaves exllamav2's convert.py no choice, and the command for it"),
    QT_TRANSLATE_NOOP(
        "halfstep::MainMenu",
        "TensorQuantOverrides for ONNX Runtime's static quantization: type and axis of each weight"),
    QT_TRANSLATE_NOOP(
        "halfstep::MainMenu",
        "arguments for the calls of nncf.compress_weights() that quantize a model for OpenVINO"),
    QT_TRANSLATE_NOOP(
        "halfstep::MainMenu",
        "parameter encodings (1.0.0) for AIMET and Qualcomm's converters, with all scales and offsets"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "the plan with every tensor's scheme, size and measured error, as JSON"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu",
                      "one row for each tensor: scheme, size and measured error, as CSV"),
    QT_TRANSLATE_NOOP("halfstep::MainMenu", "a report with pictures in one file, to read or to attach"),
};
// NOLINTEND(bugprone-suspicious-missing-comma)

}  // namespace

MainMenu::MainMenu(MainWindow& window, FileController& files, RecentFiles& recent, Language& language,
                   const std::vector<QDockWidget*>& docks)
    : QObject(&window), window_(window), files_(files), recent_(recent), language_(language) {
    buildFile();
    buildEdit();
    buildView(docks);
    buildPlot();
    buildHelp();
    connect(&recent_, &RecentFiles::changed, this, &MainMenu::fillRecent);
}

QMenu* MainMenu::addMenu(QMenu* parent, const char* text) {
    QMenu* menu = parent == nullptr ? window_.menuBar()->addMenu(QString()) : parent->addMenu(QString());
    menus_.emplace_back(menu, text);
    return menu;
}

QAction* MainMenu::add(QMenu* menu, const char* text, const QKeySequence& keys, bool needs_model,
                       const std::function<void()>& run) {
    QAction* action = menu->addAction(QString());
    action->setShortcut(keys);
    connect(action, &QAction::triggered, this, run);
    entries_.push_back({action, text, needs_model});
    return action;
}

void MainMenu::buildFile() {
    QMenu* menu = addMenu(nullptr, QT_TR_NOOP("&File"));
    add(menu, QT_TR_NOOP("&Open model…"), QKeySequence::Open, false, [this] { files_.askForModel(); });
    add(menu, QT_TR_NOOP("Open model &folder…"), Qt::CTRL | Qt::SHIFT | Qt::Key_O, false,
        [this] { files_.askForFolder(); });
    recent_menu_ = addMenu(menu, QT_TR_NOOP("Open &recent"));
    fillRecent();
    add(menu, QT_TR_NOOP("&Try the sample"), {}, false, [this] { files_.openSample(); });
    add(menu, QT_TR_NOOP("Compare with ori&ginal…"), {}, true, [this] { files_.askForOriginal(); });
    add(menu, QT_TR_NOOP("&Close model"), QKeySequence::Close, true, [this] { files_.closeModel(); });
    menu->addSeparator();
    add(menu, QT_TR_NOOP("&Load plan…"), {}, true, [this] { files_.askForPlan(); });
    add(menu, QT_TR_NOOP("Take the reci&pe of a file…"), {}, true, [this] { files_.askForRecipe(); });
    add(menu, QT_TR_NOOP("Load i&mportance (imatrix)…"), {}, true, [this] { files_.askForImatrix(); });
    QAction* remove =
        add(menu, QT_TR_NOOP("Remo&ve importance"), {}, false, [this] { files_.removeImatrix(); });
    remove->setEnabled(false);
    connect(&window_.document(), &Document::importanceChanged, remove,
            [this, remove] { remove->setEnabled(window_.document().importance() != nullptr); });
    add(menu, QT_TR_NOOP("&Save plan"), QKeySequence::Save, true, [this] { files_.savePlanOrAsk(); });
    add(menu, QT_TR_NOOP("Save plan &as…"), QKeySequence::SaveAs, true, [this] { files_.savePlanAs(); });
    add(menu, QT_TR_NOOP("Save &workspace…"), {}, true, [this] { files_.askForWorkspace(); });
    QMenu* exports = addMenu(menu, QT_TR_NOOP("&Export plan"));
    entries_.push_back({exports->menuAction(), nullptr, true});
    buildExports(exports);
    menu->addSeparator();
    add(menu, QT_TR_NOOP("&Quit"), QKeySequence::Quit, false, [this] { window_.close(); });
}

void MainMenu::buildExports(QMenu* menu) {
    menu->setToolTipsVisible(true);
    TargetKind kind = export_targets().front()->kind();
    for (const auto& target : export_targets()) {
        if (target->kind() != std::exchange(kind, target->kind())) menu->addSeparator();
        const QString name = QString::fromStdString(std::string(target->name()));
        QAction* action = menu->addAction(name);
        export_actions_.emplace_back(action, std::string(target->writes()));
        connect(action, &QAction::triggered, this, [this, name] { files_.askForExport(name); });
        entries_.push_back({action, nullptr, true});
    }
}

void MainMenu::fillRecent() {
    recent_menu_->clear();
    for (const RecentFile& file : recent_.files()) {
        QAction* action = recent_menu_->addAction(file.path);
        action->setEnabled(!file.missing);
        connect(action, &QAction::triggered, this, [this, path = file.path] { files_.openModel(path); });
    }
    recent_menu_->setEnabled(!recent_menu_->isEmpty());
}

void MainMenu::buildEdit() {
    QMenu* menu = addMenu(nullptr, QT_TR_NOOP("&Edit"));
    QUndoStack& undo = window_.document().undoStack();
    QAction* back = add(menu, QT_TR_NOOP("&Undo"), QKeySequence::Undo, false, [&undo] { undo.undo(); });
    QAction* forth = add(menu, QT_TR_NOOP("&Redo"), QKeySequence::Redo, false, [&undo] { undo.redo(); });
    back->setEnabled(false);
    forth->setEnabled(false);
    connect(&undo, &QUndoStack::canUndoChanged, back, &QAction::setEnabled);
    connect(&undo, &QUndoStack::canRedoChanged, forth, &QAction::setEnabled);
    menu->addSeparator();
    add(menu, QT_TR_NOOP("Select layers of the same r&ole"), {}, true,
        [this] { window_.layers().selectSameRole(); });
    add(menu, QT_TR_NOOP("&Filter layers"), QKeySequence::Find, true, [this] {
        window_.layers().filterEdit()->setFocus(Qt::ShortcutFocusReason);
        window_.layers().filterEdit()->selectAll();
    });
}

void MainMenu::buildView(const std::vector<QDockWidget*>& docks) {
    QMenu* menu = addMenu(nullptr, QT_TR_NOOP("&View"));
    for (std::size_t i = 0; i < window_.views().size(); ++i) {
        QAction* action = menu->addAction(QString());
        action->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_1 + static_cast<int>(i))));
        connect(action, &QAction::triggered, this, [this, i] { window_.showView(static_cast<int>(i)); });
        const bool needs_model = qobject_cast<LearnView*>(window_.views()[i]) == nullptr;
        entries_.push_back({action, nullptr, needs_model});
        view_actions_.push_back(action);
    }
    menu->addSeparator();
    for (std::size_t i = 0; i < docks.size(); ++i) {
        QAction* shown = docks[i]->toggleViewAction();
        menu->addAction(shown);
        entries_.push_back({shown, nullptr, i != DockLayout::jobs});
    }
    add(menu, QT_TR_NOOP("Reset &layout"), {}, true, [this] { window_.resetLayout(); });
    menu->addSeparator();

    QMenu* themes = addMenu(menu, QT_TR_NOOP("&Theme"));
    auto* theme_group = new QActionGroup(this);
    const std::pair<ThemeMode, const char*> modes[] = {{ThemeMode::system, QT_TR_NOOP("As the &system")},
                                                       {ThemeMode::light, QT_TR_NOOP("&Light")},
                                                       {ThemeMode::dark, QT_TR_NOOP("&Dark")}};
    for (const auto& [mode, text] : modes) {
        QAction* action = add(themes, text, {}, false, [mode = mode] {
            QSettings().setValue(theme_key, static_cast<int>(mode));
            applyTheme(*qobject_cast<QApplication*>(QCoreApplication::instance()), mode);
        });
        action->setCheckable(true);
        action->setChecked(currentThemeMode() == mode);
        theme_group->addAction(action);
    }
    QMenu* languages = addMenu(menu, QT_TR_NOOP("Lan&guage"));
    auto* language_group = new QActionGroup(this);
    for (const QString& code : Language::available()) {
        QAction* action = languages->addAction(Language::nativeName(code));
        action->setCheckable(true);
        action->setData(code);
        language_actions_.push_back(action);
        language_group->addAction(action);
        connect(action, &QAction::triggered, this, [this, code] { language_.setCode(code); });
    }
}

void MainMenu::buildPlot() {
    QMenu* menu = addMenu(nullptr, QT_TR_NOOP("&Plot"));
    add(menu, QT_TR_NOOP("Export as &PNG…"), Qt::CTRL | Qt::Key_E, true,
        [this] { exportPlot(static_cast<int>(PlotFormat::png)); });
    add(menu, QT_TR_NOOP("Export as &SVG…"), {}, true,
        [this] { exportPlot(static_cast<int>(PlotFormat::svg)); });
    add(menu, QT_TR_NOOP("Export as P&DF…"), {}, true,
        [this] { exportPlot(static_cast<int>(PlotFormat::pdf)); });
    add(menu, QT_TR_NOOP("Export figures as &CSV…"), {}, true,
        [this] { exportPlot(static_cast<int>(PlotFormat::csv)); });
    menu->addSeparator();
    add(menu, QT_TR_NOOP("Show &everything"), Qt::CTRL | Qt::Key_0, true, [this] {
        if (PlotView* plot = window_.currentView()->plot()) plot->resetZoom();
    });
    const auto export_as = [this](PlotFormat format) { exportPlot(static_cast<int>(format)); };
    for (const View* view : window_.views())
        if (view->plot() != nullptr) connect(view->plot(), &PlotView::exportRequested, this, export_as);
    connect(&window_.learnView(), &LearnView::exportRequested, this, export_as);
}

void MainMenu::exportPlot(int format) {
    const auto kind = static_cast<PlotFormat>(format);
    const PlotView* plot = window_.currentView()->plot();
    if (plot == nullptr || !plot->hasData()) return;
    const QString suffix = fileSuffix(kind);
    files_.askAndWrite(plot->fileStem() + "." + suffix, QString("%1 (*.%2)").arg(suffix.toUpper(), suffix),
                       [plot, kind] { return plot->exportAs(kind); });
}

void MainMenu::buildHelp() {
    QMenu* menu = addMenu(nullptr, QT_TR_NOOP("&Help"));
    add(menu, QT_TR_NOOP("&About Halfstep"), {}, false, [this] { about(); });
}

void MainMenu::about() {
    auto* box = new QMessageBox(&window_);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("About Halfstep"));
    box->setText(QStringLiteral("<b>Halfstep %1</b>").arg(QStringLiteral(HALFSTEP_VERSION)));
    box->setInformativeText(
        tr("Shows what quantization does to every layer of a neural network, and carries the decision to the "
           "runtime "
           "that will serve it.<br><br>Free software under the GNU General Public License, version 3 or "
           "later. Uses "
           "Qt, QCustomPlot, HDF5 and {fmt}."));
    box->open();
}

void MainMenu::retranslate() {
    for (const auto& [menu, text] : menus_)
        menu->setTitle(tr(text));
    for (const Entry& entry : entries_)
        if (entry.text != nullptr) entry.action->setText(tr(entry.text));
    for (std::size_t i = 0; i < view_actions_.size(); ++i)
        view_actions_[i]->setText(window_.views()[i]->title());
    for (const auto& [action, writes] : export_actions_)
        action->setToolTip(tr(writes.c_str()));
    for (QAction* action : language_actions_)
        action->setChecked(action->data().toString() == language_.shownCode());
}

void MainMenu::setModelOpen(bool open) {
    for (const Entry& entry : entries_)
        if (entry.needs_model) entry.action->setEnabled(open);
}

}  // namespace halfstep
