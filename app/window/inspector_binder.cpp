// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/inspector_binder.h"

#include "app/document/weight_inspection.h"
#include "app/views/channels_view.h"
#include "widgets/panels/inspector_panel.h"

#include <QAction>
#include <QDockWidget>
#include <QMainWindow>

namespace halfstep {
namespace {

constexpr int wanted_height = 320;

}  // namespace

InspectorBinder::InspectorBinder(WeightInspection& weight, InspectorPanel& panel, QDockWidget& dock,
                                 QObject* parent)
    : QObject(parent), weight_(weight), panel_(panel), dock_(dock) {
    connect(&dock_, &QDockWidget::visibilityChanged, &weight_, &WeightInspection::setActive);
    dock_.toggleViewAction()->setShortcut(Qt::CTRL | Qt::Key_I);
    connect(dock_.toggleViewAction(), &QAction::triggered, this, [this](bool on) {
        if (on) show();
    });
    connect(&weight_, &WeightInspection::traced, &panel_, &InspectorPanel::setTrace);
    connect(&weight_, &WeightInspection::failed, &panel_, &InspectorPanel::setProblem);
    connect(&weight_, &WeightInspection::tensorChanged, this, &InspectorBinder::showTensor);
    connect(&panel_, &InspectorPanel::placeChosen, &weight_, [this](quint64 row, quint64 input) {
        weight_.setPlace({row, input});
    });
    connect(&panel_, &InspectorPanel::largestErrorRequested, &weight_, &WeightInspection::setLargestError);
    connect(&panel_, &InspectorPanel::largestWeightRequested, &weight_, &WeightInspection::setLargestWeight);
}

void InspectorBinder::joinMap(ChannelsView& channels) {
    connect(&channels, &ChannelsView::weightsChosen, this, [this](MatrixPlace first, MatrixShape extent) {
        show();
        weight_.setLargestIn(first, extent);
    });
    connect(&weight_, &WeightInspection::traced, &channels,
            [&channels](const WeightTrace& trace) { channels.showChannel(trace.place.row); });
}

void InspectorBinder::show() {
    dock_.show();
    dock_.raise();
    auto* window = qobject_cast<QMainWindow*>(dock_.parentWidget());
    if (window != nullptr && !dock_.isFloating() && dock_.height() < wanted_height)
        window->resizeDocks({&dock_}, {wanted_height}, Qt::Vertical);
}

void InspectorBinder::showTensor() {
    if (const auto shape = weight_.shape())
        panel_.setShape(*shape);
    else
        panel_.clear();
}

}  // namespace halfstep
