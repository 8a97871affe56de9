// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/stage.h"

#include <QStringList>

#include <memory>

namespace halfstep {

// The stages by the names that lesson files call them.
QStringList stageNames();
std::unique_ptr<Stage> makeStage(const QString& name,
                                 JobRunner& jobs);  // null where there is none of that name

}  // namespace halfstep
