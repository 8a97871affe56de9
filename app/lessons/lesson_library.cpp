// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/lesson_library.h"

#include "app/lessons/stage_factory.h"
#include "core/base/error.h"

#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>

namespace halfstep {
namespace {

constexpr qint64 most_bytes = 1 << 20;
constexpr qsizetype most_files = 500;

void put(std::vector<Lesson>& lessons, const Lesson& lesson) {
    const auto known = std::ranges::find(lessons, lesson.id, &Lesson::id);
    if (known == lessons.end())
        lessons.push_back(lesson);
    else
        *known = lesson;
}

// Throws Error.
Lesson readLesson(const QString& path) {
    const QFileInfo info(path);
    QFile file(path);
    if (!info.isFile() || !file.open(QIODevice::ReadOnly))
        throw Error(QStringLiteral("%1: cannot be read: %2").arg(path, file.errorString()).toStdString());
    Lesson lesson = parseLesson(file.read(most_bytes + 1), info.fileName());
    if (!stageNames().contains(lesson.stage))
        throw Error(QStringLiteral("%1: there is no stage \"%2\"; there are %3")
                        .arg(info.fileName(), lesson.stage, stageNames().join(QStringLiteral(", ")))
                        .toStdString());
    return lesson;
}

}  // namespace

QDir LessonLibrary::ownFolder() {
    return QDir(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                QStringLiteral("/halfstep/lessons"));
}

LessonLibrary LessonLibrary::load(const QDir& own) {
    LessonLibrary library;
    for (const QDir& folder : {QDir(QStringLiteral(":/lessons")), own}) {
        const QStringList names = folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
        for (const QString& name : names.first(std::min(names.size(), most_files))) {
            try {
                put(library.lessons, readLesson(folder.filePath(name)));
            } catch (const Error& error) {
                library.problems << QString::fromUtf8(error.what());
            }
        }
    }
    std::ranges::stable_sort(library.lessons, {}, &Lesson::number);
    return library;
}

}  // namespace halfstep
