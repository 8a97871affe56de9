// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QPair>
#include <QString>
#include <QStringList>
#include <QVariantMap>

namespace halfstep {

// The words of a lesson in one language. Where a text speaks of {name}, the figure of that name stands.
struct LessonTexts {
    QString title;
    QString summary;       // one line, for the list
    QString introduction;  // what one sees
    QString question;
    QStringList choices;  // of answers; empty: a number is asked for
    QString unit;         // of that number
    QStringList tasks;
    QStringList discovered;
    QString formula;  // rich text
    QList<QPair<QString, QString>> symbols;
};

// A lesson as its file describes it: which stage, set up how, and what is said. Files are JSON:
//   {"id": "clip-or-round", "number": 4, "stage": "clipping", "settings": {"bits": 4},
//    "prediction": {"figure": "best_share", "from": 0, "to": 100, "step": 1, "start": 100, "close": 10},
//    "texts": {"en": {"title": …, "summary": …, "introduction": …, "question": …, "unit": …, "tasks": [ … ],
//                     "discovered": [ … ], "formula": …, "symbols": [["c", "clip limit"], …]}, "de": { … }}}
// The answer to the question is a figure of the stage, found when it is asked for. A prediction by choosing
// has "ranges" in place of from and to: one [low, high] for each of the texts' "choices"; the choice is
// right whose range the figure lies in (low <= figure < high).
struct Lesson {
    struct Prediction {
        QString figure;
        QList<QPair<double, double>> ranges;  // by choosing
        double from = 0;                      // by a number
        double to = 1;
        double step = 0.1;
        double start = 0;
        double close = 0;  // an answer as near as this is right

        bool isChoice() const { return !ranges.isEmpty(); }
        bool isRight(double answer, double truth) const;
    };

    QString id;
    QString file;
    int number = 0;  // its place in the list
    QString stage;
    QVariantMap settings;  // values of the stage's parameters that differ from its own
    Prediction prediction;
    QHash<QString, LessonTexts> texts;  // by language

    // In this language, else in English, else in any.
    const LessonTexts& textsIn(const QString& language) const;
};

// Throws Error, which names `file` and what is wrong in it.
Lesson parseLesson(const QByteArray& json, const QString& file);

}  // namespace halfstep
