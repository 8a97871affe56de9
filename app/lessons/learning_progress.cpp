// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/learning_progress.h"

#include <QSettings>

namespace halfstep {
namespace {

constexpr auto group = "learn";
constexpr auto last_key = "learn/last";

QString answerKey(const QString& lesson) {
    return QStringLiteral("learn/answers/") + lesson;
}

QString doneKey(const QString& lesson) {
    return QStringLiteral("learn/done/") + lesson;
}

}  // namespace

std::optional<double> LearningProgress::answer(const QString& lesson) const {
    bool number = false;
    const double answer = QSettings().value(answerKey(lesson)).toDouble(&number);
    return number ? std::optional(answer) : std::nullopt;
}

void LearningProgress::setAnswer(const QString& lesson, double answer) {
    QSettings().setValue(answerKey(lesson), answer);
    emit changed();
}

bool LearningProgress::isDone(const QString& lesson) const {
    return QSettings().value(doneKey(lesson), false).toBool();
}

void LearningProgress::setDone(const QString& lesson) {
    if (isDone(lesson)) return;
    QSettings().setValue(doneKey(lesson), true);
    emit changed();
}

QString LearningProgress::lastLesson() const {
    return QSettings().value(last_key).toString();
}

void LearningProgress::setLastLesson(const QString& lesson) {
    QSettings().setValue(last_key, lesson);
}

void LearningProgress::forget(const QString& lesson) {
    QSettings settings;
    settings.remove(answerKey(lesson));
    settings.remove(doneKey(lesson));
    emit changed();
}

void LearningProgress::forgetAll() {
    QSettings().remove(group);
    emit changed();
}

}  // namespace halfstep
