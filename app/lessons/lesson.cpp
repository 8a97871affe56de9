// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/lesson.h"

#include "core/base/error.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr qsizetype most_bytes = 1 << 20;
constexpr int last_number = 9999;
constexpr double most_steps = 100'000;

class LessonReader {
  public:
    explicit LessonReader(const QString& file) : file_(file) {}

    [[noreturn]] void refuse(const QString& problem) const {
        throw Error(QStringLiteral("%1: %2").arg(file_, problem).toStdString());
    }

    QString text(const QJsonObject& object, const char* key, const QString& where, bool needed = true) const {
        const QJsonValue value = object[QLatin1String(key)];
        if (value.isUndefined() && !needed) return {};
        if (!value.isString() || (needed && value.toString().trimmed().isEmpty()))
            refuse(QStringLiteral("\"%1\" of %2 has to be a text").arg(QLatin1String(key), where));
        checkMarkup(value.toString(), where);
        return value.toString();
    }

    QStringList list(const QJsonObject& object, const char* key, const QString& where, bool needed) const {
        const QJsonValue value = object[QLatin1String(key)];
        if (value.isUndefined() && !needed) return {};
        QStringList texts;
        for (const auto& one : value.toArray()) {
            texts << one.toString();
            checkMarkup(texts.back(), where);
        }
        if (!value.isArray() || texts.isEmpty() || texts.contains(QString()))
            refuse(QStringLiteral("\"%1\" of %2 has to be a list of texts").arg(QLatin1String(key), where));
        return texts;
    }

    // Marks of type and nothing else: no pictures, links or files.
    void checkMarkup(const QString& text, const QString& where) const {
        static const QRegularExpression tag(QStringLiteral("<([^>]*)>?"));
        static const QRegularExpression known(QStringLiteral("^(/?(b|i|u|sub|sup)|br/?)$"));
        for (auto tags = tag.globalMatch(text); tags.hasNext();)
            if (const QString name = tags.next().captured(1); !known.match(name).hasMatch())
                refuse(
                    QStringLiteral("%1: \"<%2>\" is none of <b> <i> <u> <sub> <sup> <br>; write &lt; for <")
                        .arg(where, name.left(20)));
    }

    double number(const QJsonObject& object, const char* key, double otherwise) const {
        const QJsonValue value = object[QLatin1String(key)];
        if (value.isUndefined()) return otherwise;
        if (!value.isDouble())
            refuse(QStringLiteral("\"%1\" of the prediction has to be a number").arg(QLatin1String(key)));
        return value.toDouble();
    }

    LessonTexts texts(const QJsonObject& object, const QString& language,
                      const Lesson::Prediction& prediction) const {
        const QString where = QStringLiteral("the texts in \"%1\"").arg(language);
        LessonTexts texts;
        texts.title = text(object, "title", where);
        texts.summary = text(object, "summary", where);
        texts.introduction = text(object, "introduction", where);
        texts.question = text(object, "question", where);
        texts.choices = list(object, "choices", where, prediction.isChoice());
        texts.unit = text(object, "unit", where, false);
        texts.tasks = list(object, "tasks", where, true);
        texts.discovered = list(object, "discovered", where, true);
        texts.formula = text(object, "formula", where, false);
        for (const auto& pair : object[QLatin1String("symbols")].toArray()) {
            if (pair.toArray().size() != 2)
                refuse(QStringLiteral("each of \"symbols\" in \"%1\" is a symbol and its meaning")
                           .arg(language));
            texts.symbols.append({pair[0].toString(), pair[1].toString()});
            checkMarkup(pair[0].toString() + pair[1].toString(), where);
        }
        if (texts.choices.size() != prediction.ranges.size())
            refuse(QStringLiteral("there are %1 \"choices\" in \"%2\", but %3 \"ranges\" in the prediction")
                       .arg(texts.choices.size())
                       .arg(language)
                       .arg(prediction.ranges.size()));
        return texts;
    }

    Lesson::Prediction prediction(const QJsonObject& object) const {
        Lesson::Prediction prediction;
        prediction.figure = text(object, "figure", QStringLiteral("the prediction"));
        for (const auto& range : object[QLatin1String("ranges")].toArray()) {
            if (range.toArray().size() != 2 || !range[0].isDouble() || !range[1].isDouble())
                refuse(QStringLiteral("each of \"ranges\" is a lower and an upper limit"));
            prediction.ranges.append({range[0].toDouble(), range[1].toDouble()});
        }
        prediction.from = number(object, "from", 0);
        prediction.to = number(object, "to", 1);
        prediction.step = number(object, "step", (prediction.to - prediction.from) / 100);
        prediction.start = number(object, "start", prediction.from);
        prediction.close = number(object, "close", prediction.step);
        const double steps = (prediction.to - prediction.from) / prediction.step;
        if (!(prediction.from < prediction.to) || !(steps >= 1 && steps <= most_steps))
            refuse(
                QStringLiteral("the prediction needs \"from\" below \"to\", and 1 to 100,000 steps between"));
        return prediction;
    }

  private:
    QString file_;
};

QJsonObject objectIn(const QByteArray& json, const LessonReader& reader) {
    if (json.size() > most_bytes) reader.refuse(QStringLiteral("a lesson has at most 1 MiB"));
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (document.isObject()) return document.object();
    reader.refuse(error.error == QJsonParseError::NoError
                      ? QStringLiteral("a lesson is a JSON object")
                      : QStringLiteral("at byte %1: %2").arg(error.offset).arg(error.errorString()));
}

}  // namespace

bool Lesson::Prediction::isRight(double answer, double truth) const {
    if (!isChoice()) return std::abs(answer - truth) <= close;
    const auto chosen = static_cast<qsizetype>(answer);
    return chosen >= 0 && chosen < ranges.size() && truth >= ranges[chosen].first &&
           truth < ranges[chosen].second;
}

const LessonTexts& Lesson::textsIn(const QString& language) const {
    for (const QString& code : {language, QStringLiteral("en")})
        if (const auto found = texts.find(code); found != texts.end()) return *found;
    return *texts.begin();
}

Lesson parseLesson(const QByteArray& json, const QString& file) {
    const LessonReader reader(file);
    const QJsonObject object = objectIn(json, reader);
    const QString where = QStringLiteral("the lesson");
    Lesson lesson;
    lesson.file = file;
    lesson.id = reader.text(object, "id", where);
    static const QRegularExpression plain(QStringLiteral("^[a-z0-9-]{1,64}$"));
    if (!plain.match(lesson.id).hasMatch())
        reader.refuse(QStringLiteral("\"id\" has small letters, digits and hyphens, at most 64"));
    lesson.stage = reader.text(object, "stage", where);
    lesson.number = std::clamp(object[QLatin1String("number")].toInt(last_number), 0, last_number);
    lesson.settings = object[QLatin1String("settings")].toObject().toVariantMap();
    lesson.prediction = reader.prediction(object[QLatin1String("prediction")].toObject());
    const QJsonObject texts = object[QLatin1String("texts")].toObject();
    for (const QString& language : texts.keys())
        lesson.texts.insert(language, reader.texts(texts[language].toObject(), language, lesson.prediction));
    if (lesson.texts.isEmpty()) reader.refuse(QStringLiteral("there are no \"texts\""));
    return lesson;
}

}  // namespace halfstep
