// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/lesson.h"

#include <QDir>

#include <vector>

namespace halfstep {

// The lessons that come with Halfstep, and those that a teacher has put into a folder. One of the folder with
// the id of another takes its place.
struct LessonLibrary {
    std::vector<Lesson> lessons;  // in the order of their numbers
    QStringList problems;         // files that are no lessons, and why

    static LessonLibrary load(const QDir& own = ownFolder());
    static QDir ownFolder();  // it need not exist
};

}  // namespace halfstep
