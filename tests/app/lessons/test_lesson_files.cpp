// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons are data: what files are refused and why, and whether the bundled ones are whole in every language.
#include "app/lessons/lesson_library.h"
#include "app/lessons/stage_factory.h"
#include "app/settings/language.h"
#include "tests/support/temporary_folder.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include <cmath>
#include <set>

using namespace halfstep;

namespace {

QJsonObject smallTexts() {
    return {{"title", "T"},
            {"summary", "S"},
            {"introduction", "I"},
            {"question", "Q"},
            {"tasks", QJsonArray{"a"}},
            {"unit", "%"},
            {"discovered", QJsonArray{"b"}}};
}

QJsonObject smallLesson() {
    return {{"id", "small"},
            {"number", 99},
            {"stage", "clipping"},
            {"settings", QJsonObject{{"bits", 3}}},
            {"prediction", QJsonObject{{"figure", "best_share"}, {"from", 0}, {"to", 100}}},
            {"texts", QJsonObject{{"en", smallTexts()}}}};
}

QJsonObject with(QJsonObject object, const QString& key, const QJsonValue& value) {
    object[key] = value;
    return object;
}

QByteArray bytesOf(const QJsonObject& object) {
    return QJsonDocument(object).toJson();
}

void write(const std::filesystem::path& path, const QByteArray& bytes) {
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

// The {names} that the texts of a lesson speak of.
std::set<QString> namesIn(const QStringList& texts) {
    static const QRegularExpression named(QStringLiteral("\\{([^{}]*)\\}"));
    std::set<QString> names;
    for (const QString& text : texts)
        for (auto matches = named.globalMatch(text); matches.hasNext();)
            names.insert(matches.next().captured(1));
    return names;
}

}  // namespace

class TestLessonFiles : public QObject {
    Q_OBJECT
  private slots:
    void a_small_one_is_read() {
        const Lesson lesson = parseLesson(bytesOf(smallLesson()), "small.json");
        QCOMPARE(lesson.id, "small");
        QCOMPARE(lesson.number, 99);
        QCOMPARE(lesson.settings.value("bits").toInt(), 3);
        QVERIFY(!lesson.prediction.isChoice());
        QVERIFY(lesson.prediction.step == 1);
        QCOMPARE(lesson.textsIn("de").title, "T");  // English where there is no German
        QVERIFY(lesson.prediction.isRight(40, 41));
        QVERIFY(!lesson.prediction.isRight(40, 41.5));
    }

    void a_choice_is_right_where_the_figure_lies_in_its_range() {
        QJsonObject texts = smallTexts();
        texts["choices"] = QJsonArray{"little", "much"};
        QJsonObject lesson = with(smallLesson(), "texts", QJsonObject{{"en", texts}});
        lesson["prediction"] =
            QJsonObject{{"figure", "x"}, {"ranges", QJsonArray{QJsonArray{0, 50}, QJsonArray{50, 101}}}};
        const Lesson read = parseLesson(bytesOf(lesson), "choice.json");
        QVERIFY(read.prediction.isRight(0, 49.9));
        QVERIFY(!read.prediction.isRight(0, 50));
        QVERIFY(read.prediction.isRight(1, 50));
        QVERIFY(!read.prediction.isRight(2, 50));
        QVERIFY(!read.prediction.isRight(-1, 50));
    }

    void bad_ones_are_refused_with_the_reason_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("reason");
        const QJsonObject good = smallLesson();
        const QJsonObject texts = smallTexts();
        const auto in_english = [&good](const QJsonObject& words) {
            return bytesOf(with(good, "texts", QJsonObject{{"en", words}}));
        };
        const auto predicting = [&good](const QJsonObject& prediction) {
            return bytesOf(with(good, "prediction", prediction));
        };
        QTest::newRow("empty") << QByteArray() << "at byte 0";
        QTest::newRow("cut off") << bytesOf(good).chopped(4) << "at byte";
        QTest::newRow("a list") << QByteArray("[]") << "a lesson is a JSON object";
        QTest::newRow("no id") << bytesOf(with(good, "id", QJsonValue::Undefined))
                               << "\"id\" of the lesson has to be a text";
        QTest::newRow("id with a path") << bytesOf(with(good, "id", "../x")) << "\"id\" has small letters";
        QTest::newRow("stage is a number") << bytesOf(with(good, "stage", 4)) << "\"stage\" of the lesson";
        QTest::newRow("no texts") << bytesOf(with(good, "texts", QJsonObject())) << "there are no \"texts\"";
        QTest::newRow("no title") << in_english(with(texts, "title", " "))
                                  << "\"title\" of the texts in \"en\"";
        QTest::newRow("tasks are a text")
            << in_english(with(texts, "tasks", "a")) << "\"tasks\" of the texts in \"en\" has to be a list";
        QTest::newRow("a task is a number")
            << in_english(with(texts, "tasks", QJsonArray{1})) << "\"tasks\" of the texts";
        QTest::newRow("choices without ranges") << in_english(with(texts, "choices", QJsonArray{"a"}))
                                                << "there are 1 \"choices\" in \"en\", but 0 \"ranges\"";
        QTest::newRow("symbol without meaning")
            << in_english(with(texts, "symbols", QJsonArray{QJsonArray{"s"}}))
            << "each of \"symbols\" in \"en\"";
        QTest::newRow("a picture") << in_english(with(texts, "introduction", "<img src='/etc/passwd'>"))
                                   << "is none of <b> <i>";
        QTest::newRow("a link") << in_english(with(texts, "tasks", QJsonArray{"<a href='x'>y</a>"}))
                                << "is none of <b> <i>";
        QTest::newRow("an attribute")
            << in_english(with(texts, "formula", "<b style='x'>y</b>")) << "is none of <b> <i>";
        QTest::newRow("a bare sign") << in_english(with(texts, "question", "a < b")) << "write &lt; for <";
        QTest::newRow("no figure") << predicting({{"from", 0}, {"to", 1}}) << "\"figure\" of the prediction";
        QTest::newRow("from above to")
            << predicting({{"figure", "x"}, {"from", 2}, {"to", 1}}) << "\"from\" below \"to\"";
        QTest::newRow("no step") << predicting({{"figure", "x"}, {"step", 0}}) << "1 to 100,000 steps";
        QTest::newRow("too many steps")
            << predicting({{"figure", "x"}, {"step", 1e-9}}) << "1 to 100,000 steps";
        QTest::newRow("step is a text") << predicting({{"figure", "x"}, {"step", "1"}})
                                        << "\"step\" of the prediction has to be a number";
        QTest::newRow("half a range")
            << predicting({{"figure", "x"}, {"ranges", QJsonArray{QJsonArray{1}}}}) << "each of \"ranges\"";
        QTest::newRow("too large") << QByteArray(2 << 20, ' ') << "at most 1 MiB";
    }

    void bad_ones_are_refused_with_the_reason() {
        QFETCH(QByteArray, json);
        QFETCH(QString, reason);
        const QString message =
            QString::fromStdString(testing::error_of([&json] { parseLesson(json, "bad.json"); }));
        QVERIFY2(message.startsWith("bad.json: ") && message.contains(reason), qPrintable(message));
        QVERIFY2(!message.contains('\n'), qPrintable(message));
    }

    void a_teacher_adds_one() {
        const testing::TemporaryFolder folder;
        write(folder.path("mine.json"), bytesOf(smallLesson()));
        write(folder.path("other.json"),
              bytesOf(with(with(smallLesson(), "id", "clip-or-round"), "number", 2)));
        write(folder.path("broken.json"), "{");
        write(folder.path("stage.json"), bytesOf(with(smallLesson(), "stage", "magic")));
        const LessonLibrary plain = LessonLibrary::load(QDir("/nowhere"));
        const LessonLibrary library =
            LessonLibrary::load(QDir(QString::fromStdString(folder.path().string())));
        QVERIFY(plain.problems.isEmpty());
        QCOMPARE(library.lessons.size(),
                 plain.lessons.size() + 1);  // the other one takes a bundled one's place
        QCOMPARE(library.lessons.back().id, "small");
        QCOMPARE(library.problems.size(), 2);
        QVERIFY(library.problems[0].startsWith("broken.json: at byte 1"));
        QVERIFY2(library.problems[1].contains("there is no stage \"magic\"; there are "),
                 qPrintable(library.problems[1]));
    }

    void the_bundled_ones_are_whole_in_every_language() {
        const LessonLibrary library = LessonLibrary::load(QDir("/nowhere"));
        QVERIFY2(library.problems.isEmpty(), qPrintable(library.problems.join('\n')));
        QVERIFY(!library.lessons.empty());
        std::set<int> numbers;
        for (const Lesson& lesson : library.lessons) {
            QVERIFY2(numbers.insert(lesson.number).second, qPrintable(lesson.id));
            const LessonTexts& english = lesson.texts["en"];
            for (const QString& language : Language::available()) {
                const QString where = lesson.id + " in " + language;
                QVERIFY2(lesson.texts.contains(language), qPrintable(where));
                const LessonTexts& texts = lesson.texts[language];
                QCOMPARE(texts.tasks.size(), english.tasks.size());
                QCOMPARE(texts.discovered.size(), english.discovered.size());
                QCOMPARE(texts.choices.size(), english.choices.size());
                QCOMPARE(texts.symbols.size(), english.symbols.size());
                QCOMPARE(texts.formula.isEmpty(), english.formula.isEmpty());
                QVERIFY2(namesIn(texts.discovered) == namesIn(english.discovered), qPrintable(where));
            }
        }
    }

    // What texts and predictions speak of is there, and settings are parameters.
    void the_bundled_ones_agree_with_their_stages() {
        JobRunner jobs;
        for (const Lesson& lesson : LessonLibrary::load(QDir("/nowhere")).lessons) {
            const auto stage = makeStage(lesson.stage, jobs);
            QVERIFY2(stage != nullptr, qPrintable(lesson.stage));
            stage->resize(800, 600);
            stage->start(lesson.settings);
            QTRY_VERIFY_WITH_TIMEOUT(stage->isSettled(), 60'000);
            for (auto setting = lesson.settings.begin(); setting != lesson.settings.end(); ++setting)
                QVERIFY2(stage->parameters().values().value(setting.key()) == setting.value(),
                         qPrintable(lesson.id + ": " + setting.key()));
            QVERIFY2(std::isfinite(stage->figure(lesson.prediction.figure)),
                     qPrintable(lesson.id + ": " + lesson.prediction.figure));
            for (const QString& name : namesIn(lesson.texts["en"].discovered))
                QVERIFY2(!stage->figureText(name).isEmpty(), qPrintable(lesson.id + ": " + name));
        }
    }

    // Exactly one of the choices is right, however the lesson begins.
    void one_choice_is_right() {
        JobRunner jobs;
        for (const Lesson& lesson : LessonLibrary::load(QDir("/nowhere")).lessons) {
            if (!lesson.prediction.isChoice()) continue;
            const auto stage = makeStage(lesson.stage, jobs);
            stage->start(lesson.settings);
            QTRY_VERIFY_WITH_TIMEOUT(stage->isSettled(), 60'000);
            int right = 0;
            for (qsizetype i = 0; i < lesson.prediction.ranges.size(); ++i)
                right +=
                    lesson.prediction.isRight(static_cast<double>(i), stage->figure(lesson.prediction.figure))
                        ? 1
                        : 0;
            QVERIFY2(right == 1, qPrintable(lesson.id));
        }
    }
};

QTEST_MAIN(TestLessonFiles)
#include "test_lesson_files.moc"
