// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QMenu>
#include <QObject>

#include <string>
#include <utility>
#include <vector>

class QDockWidget;

namespace halfstep {

class MainWindow;
class FileController;
class RecentFiles;
class Language;

// The menu bar and its actions, every one with a key where it is used often.
class MainMenu : public QObject {
    Q_OBJECT
  public:
    MainMenu(MainWindow& window, FileController& files, RecentFiles& recent, Language& language,
             const std::vector<QDockWidget*>& docks);

    void retranslate();
    void setModelOpen(bool open);

  private:
    struct Entry {
        QAction* action;
        const char* text;  // source text, translated in retranslate()
        bool needs_model;
    };
    QAction* add(QMenu* menu, const char* text, const QKeySequence& keys, bool needs_model,
                 const std::function<void()>& run);
    QMenu* addMenu(QMenu* parent, const char* text);
    void buildFile();
    void buildEdit();
    void buildView(const std::vector<QDockWidget*>& docks);
    void buildPlot();
    void buildHelp();
    void buildExports(QMenu* menu);
    void fillRecent();
    void exportPlot(int format);
    void about();

    MainWindow& window_;
    FileController& files_;
    RecentFiles& recent_;
    Language& language_;
    std::vector<Entry> entries_;
    std::vector<std::pair<QMenu*, const char*>> menus_;
    QMenu* recent_menu_ = nullptr;
    std::vector<QAction*> view_actions_;
    std::vector<std::pair<QAction*, std::string>> export_actions_;  // and what they write
    std::vector<QAction*> language_actions_;                        // their data: the code
};

}  // namespace halfstep
