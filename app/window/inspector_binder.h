// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QDockWidget;

namespace halfstep {

class ChannelsView;
class InspectorPanel;
class WeightInspection;

// Joins the inspector to the weight that is looked into, and to the map of channels, which chooses one by a
// click and follows it. The weight is traced only while the dock is in front.
class InspectorBinder : public QObject {
    Q_OBJECT
  public:
    InspectorBinder(WeightInspection& weight, InspectorPanel& panel, QDockWidget& dock,
                    QObject* parent = nullptr);

    void joinMap(ChannelsView& channels);
    void show();  // the dock, in front and with room

  private:
    void showTensor();

    WeightInspection& weight_;
    InspectorPanel& panel_;
    QDockWidget& dock_;
};

}  // namespace halfstep
