// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>

#include <vector>

class QDockWidget;
class QMainWindow;
class QWidget;

namespace halfstep {

class LayerTableView;

// Where the parts stand around the views, and what the user makes of that, which is kept from one start to
// the next.
class DockLayout : public QObject {
    Q_OBJECT
  public:
    enum Dock { layers, scheme, issues, jobs, inspector };

    // `editing`: what the dock of the scheme holds. The window takes over all parts.
    DockLayout(QMainWindow& window, LayerTableView& table, QWidget* editing, QWidget* issue_list,
               QWidget* job_list, QWidget* weights);

    QDockWidget* dock(Dock which) const { return docks_[which]; }
    const std::vector<QDockWidget*>& docks() const { return docks_; }
    void bringUp(Dock which);

    // After everything else stands in the window, which becomes what reset() gives back.
    void start();
    // Without a model there are no docks; with the next one they come back as they were.
    void setModelOpen(bool open);
    void reset();
    void save() const;

    void retranslate();

  private:
    QDockWidget* add(const char* name, QWidget* content, Qt::DockWidgetArea area);
    void shareWidth();
    void hideAll();

    QMainWindow& window_;
    LayerTableView& table_;
    std::vector<QDockWidget*> docks_;
    QByteArray default_state_;
    QByteArray state_;  // with the last model; empty where there was none yet
    bool open_ = false;
};

}  // namespace halfstep
