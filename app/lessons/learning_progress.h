// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <optional>

namespace halfstep {

// How far the user has come with the lessons, kept in the settings.
class LearningProgress : public QObject {
    Q_OBJECT
  public:
    using QObject::QObject;

    std::optional<double> answer(const QString& lesson) const;  // see Lesson::Prediction
    void setAnswer(const QString& lesson, double answer);
    bool isDone(const QString& lesson) const;
    void setDone(const QString& lesson);
    QString lastLesson() const;
    void setLastLesson(const QString& lesson);
    void forget(const QString& lesson);  // its answer, and that it was done
    void forgetAll();

  signals:
    void changed();
};

}  // namespace halfstep
