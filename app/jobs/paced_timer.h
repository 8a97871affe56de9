// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <chrono>

namespace halfstep {

// Shows news that come one by one not more often than the window can bear: what is connected to due()
// directly is timed, and the next news wait for some times as long.
class PacedTimer : public QObject {
    Q_OBJECT
  public:
    explicit PacedTimer(std::chrono::milliseconds shortest_pause, QObject* parent = nullptr);

    void news();  // due after a pause; where it is due already, that is left as it is
    void soon();  // due after the shortest pause, counted anew: for what the user did

    bool isActive() const { return timer_.isActive(); }
    std::chrono::milliseconds pause() const { return pause_; }
    void forgetPace() { pause_ = shortest_pause_; }  // another model may be quicker

  signals:
    void due();

  private:
    void work();

    std::chrono::milliseconds shortest_pause_;
    std::chrono::milliseconds pause_;
    QTimer timer_;
};

}  // namespace halfstep
