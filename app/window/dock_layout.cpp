// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/dock_layout.h"

#include "widgets/tables/layer_table_view.h"

#include <QAction>
#include <QDockWidget>
#include <QMainWindow>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>

#include <algorithm>

namespace halfstep {
namespace {

constexpr int scheme_width = 330;
constexpr int least_center = 400;
constexpr int roomy_center = 960;
constexpr auto geometry_key = "window/geometry";
constexpr auto layout_key = "window/layout";
constexpr auto table_key = "window/layers";
constexpr int layout_version = 2;

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

}  // namespace

DockLayout::DockLayout(QMainWindow& window, LayerTableView& table, QWidget* editing, QWidget* issue_list,
                       QWidget* job_list, QWidget* weights)
    : QObject(&window), window_(window), table_(table) {
    auto* scroll = new ColumnScroll;
    scroll->setWidget(editing);
    add("layers", &table, Qt::LeftDockWidgetArea);
    add("scheme", scroll, Qt::RightDockWidgetArea);
    add("issues", issue_list, Qt::BottomDockWidgetArea);
    add("jobs", job_list, Qt::BottomDockWidgetArea);
    add("inspector", weights, Qt::BottomDockWidgetArea);
    window_.tabifyDockWidget(dock(issues), dock(jobs));
    window_.tabifyDockWidget(dock(jobs), dock(inspector));
    // The inspector needs the width of the layers too; beside it the scheme keeps its height.
    window_.setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    window_.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    for (const Dock which : {issues, jobs, inspector})
        dock(which)->hide();
}

QDockWidget* DockLayout::add(const char* name, QWidget* content, Qt::DockWidgetArea area) {
    auto* dock = new QDockWidget(&window_);
    dock->setObjectName(name);
    dock->setWidget(content);
    window_.addDockWidget(area, dock);
    docks_.push_back(dock);
    connect(dock->toggleViewAction(), &QAction::triggered, dock, [dock](bool on) {
        if (on) dock->raise();  // above the one that it shares its place with
    });
    return dock;
}

void DockLayout::bringUp(Dock which) {
    dock(which)->show();
    dock(which)->raise();
}

// The table gets what its deciding columns need, and in a wide window all that the centre can spare; the
// scheme as little as it can do with.
void DockLayout::shareWidth() {
    const int width = window_.width();
    const int spare = width - scheme_width;
    const int wanted = std::max(std::min(width * 32 / 100, spare - least_center), spare - roomy_center);
    const int table = std::clamp(wanted, 240, std::max(240, table_.widthOfColumns()));
    window_.resizeDocks({dock(layers), dock(scheme)}, {table, scheme_width}, Qt::Horizontal);
    window_.resizeDocks({dock(issues), dock(jobs)}, {150, 150}, Qt::Vertical);
}

void DockLayout::start() {
    default_state_ = window_.saveState(layout_version);
    const QSettings settings;
    window_.restoreGeometry(settings.value(geometry_key).toByteArray());
    state_ = settings.value(layout_key).toByteArray();
    if (!window_.restoreState(state_, layout_version)) state_.clear();
    table_.restoreState(settings.value(table_key).toByteArray());
    hideAll();
}

void DockLayout::hideAll() {
    for (QDockWidget* dock : docks_)
        dock->hide();
}

void DockLayout::setModelOpen(bool open) {
    if (open == open_) return;
    open_ = open;
    if (!open) {
        state_ = window_.saveState(layout_version);
        hideAll();
    } else if (!window_.restoreState(state_, layout_version)) {
        dock(layers)->show();
        dock(scheme)->show();
        // Once the table has its rows: its names tell how wide it wants to be.
        QMetaObject::invokeMethod(this, &DockLayout::shareWidth, Qt::QueuedConnection);
    }
}

void DockLayout::reset() {
    window_.restoreState(default_state_, layout_version);
    for (const Dock which : {layers, scheme})
        dock(which)->setVisible(open_);
    for (const Dock which : {issues, jobs, inspector})
        dock(which)->hide();
    shareWidth();
}

void DockLayout::save() const {
    QSettings settings;
    settings.setValue(geometry_key, window_.saveGeometry());
    if (!open_) return;  // without a model the docks are hidden, which is not the user's wish
    settings.setValue(layout_key, window_.saveState(layout_version));
    settings.setValue(table_key, table_.saveState());
}

void DockLayout::retranslate() {
    dock(layers)->setWindowTitle(tr("Layers"));
    dock(scheme)->setWindowTitle(tr("Quantization"));
    dock(issues)->setWindowTitle(tr("Issues"));
    dock(jobs)->setWindowTitle(tr("Jobs"));
    dock(inspector)->setWindowTitle(tr("Inspector"));
}

}  // namespace halfstep
