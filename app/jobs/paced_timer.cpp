// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/jobs/paced_timer.h"

#include <QElapsedTimer>

#include <algorithm>

namespace halfstep {
namespace {

constexpr int pauses_per_work = 8;
constexpr std::chrono::milliseconds longest_pause{5000};

}  // namespace

PacedTimer::PacedTimer(std::chrono::milliseconds shortest_pause, QObject* parent)
    : QObject(parent), shortest_pause_(shortest_pause), pause_(shortest_pause) {
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &PacedTimer::work);
}

void PacedTimer::news() {
    if (!timer_.isActive()) timer_.start(pause_);
}

void PacedTimer::soon() {
    timer_.start(shortest_pause_);
}

void PacedTimer::work() {
    QElapsedTimer taken;
    taken.start();
    emit due();
    pause_ = std::clamp(std::chrono::milliseconds(pauses_per_work * taken.elapsed()), shortest_pause_,
                        std::max(shortest_pause_, longest_pause));
}

}  // namespace halfstep
