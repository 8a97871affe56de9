// SPDX-License-Identifier: GPL-3.0-or-later
// The Learn view in the window: with and without a model, by mouse and by keyboard, presented, remembered.
#include "app/lessons/claim_texts.h"
#include "app/lessons/claims_page.h"
#include "app/lessons/learn_view.h"
#include "app/lessons/lesson_page.h"
#include "app/lessons/presentation.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/analysis/what_if.h"
#include "tests/app/fresh_user.h"
#include "widgets/style/number_text.h"

#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>
#include <QWindow>

#include <memory>

using namespace halfstep;

class TestLearnWindow : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        QSettings().clear();
        user_.language().use("en");
        window_ = user_.shown_window();
        QVERIFY(window_);
    }

    void cleanup() { window_.reset(); }

    void without_a_model_it_is_the_only_view() {
        QTest::mouseClick(button("learn"), Qt::LeftButton);
        QVERIFY(view().isVisible());
        QCOMPARE(visibleTabs(), 1);
        QVERIFY(page().lesson().has_value());
        QVERIFY(!tool("use_layer")->isEnabled());
        QTest::mouseClick(tool("back_to_start"), Qt::LeftButton);
        QVERIFY(!view().isVisible());
        QVERIFY(button("learn")->isVisible());
    }

    void the_question_comes_first_and_is_remembered() {
        showLesson("clip-or-round");
        QVERIFY(page().isVeiled());
        QVERIFY(!page().stage()->isEnabled());
        page().texts().setNumber(60);
        QTest::mouseClick(button("answer"), Qt::LeftButton);
        QVERIFY(!page().isVeiled());
        QVERIFY(page().stage()->isEnabled());
        QVERIFY(page().texts().step() == LessonStep::explore);
        QVERIFY(view().progress().answer("clip-or-round") == 60.0);
        QVERIFY(!view().progress().isDone("clip-or-round"));
        QTest::mouseClick(button("understand"), Qt::LeftButton);
        QVERIFY(view().progress().isDone("clip-or-round"));

        window_ = std::make_unique<MainWindow>(user_.language());  // another day
        window_->show();
        window_->learn();
        QCOMPARE(page().lesson()->id, "clip-or-round");  // where it was left
        QVERIFY(!page().isVeiled());

        QTest::mouseClick(tool("reset"), Qt::LeftButton);
        QVERIFY(page().isVeiled());
        QVERIFY(!view().progress().answer("clip-or-round"));
        QVERIFY(!view().progress().isDone("clip-or-round"));
    }

    void a_choice_is_made_by_its_text() {
        showLesson("calibration");
        QVERIFY(!button("answer")->isEnabled());
        QWidget* choice = window_->findChild<QRadioButton*>("choice2")->parentWidget();
        QCoreApplication::processEvents();
        const QLabel* text = choice->findChild<QLabel*>();
        QTest::mouseClick(window_->windowHandle(), Qt::LeftButton, {},
                          text->mapTo(window_.get(), text->rect().center()));
        QVERIFY(button("answer")->isEnabled());
        QTest::mouseClick(button("answer"), Qt::LeftButton);
        QVERIFY(view().progress().answer("calibration") == 2.0);
    }

    // What was asked is what the lesson began with, whatever has been dragged since.
    void the_truth_is_that_of_the_question() {
        showLesson("clip-or-round");
        const double asked = page().stage()->figure("best_share");
        page().texts().setNumber(std::round(asked));
        QTest::mouseClick(button("answer"), Qt::LeftButton);
        page().stage()->parameters().setNumber("bits", 8);
        QVERIFY(std::abs(page().stage()->figure("best_share") - asked) > 10);
        page().setStep(LessonStep::understand);
        const QString told = page().findChild<QLabel*>("truth")->text();
        QVERIFY2(told.contains(shortNumber(asked)) && told.contains(u'✓'), qPrintable(told));
    }

    void skipping_answers_nothing() {
        showLesson("clip-or-round");
        QTest::mouseClick(tool("skip"), Qt::LeftButton);
        QVERIFY(!page().isVeiled());
        QVERIFY(!view().progress().answer("clip-or-round"));
    }

    // By hand: no Laplace weights lie beyond their maximum, so that the limit of minmax clips none.
    void dragging_moves_the_numbers_and_reset_brings_them_back() {
        showLesson("clip-or-round");
        page().setStep(LessonStep::explore);
        Stage& stage = *page().stage();
        QVERIFY(stage.figure("clipped") == 0);
        const double before = stage.figure("sqnr");
        drag("share", QPoint(-200, 0));
        QVERIFY(stage.figure("clipped") > 0);
        QVERIFY(stage.figure("sqnr") > before);

        const double share = stage.parameters().number("clip") / 100;
        const auto toy = toyTensor({.distribution = ToyDistribution::laplace}, {64, 256});
        Scheme scheme = parse_scheme("int4:tensor");
        scheme.range = Range::clip;
        scheme.clip_high = static_cast<float>(share * toy->table().abs_max());
        scheme.clip_low = -scheme.clip_high;
        const auto direct = what_if(toy->table(), scheme);
        QVERIFY(std::abs(stage.figure("sqnr") - *sqnr_db(direct->answer.sums)) < 1e-9);
        QCOMPARE(page().shownFigure("sqnr"), stage.figureText("sqnr"));

        const double dragged = stage.parameters().number("clip");
        stage.plot().plot()->setFocus();
        QTest::keyClick(stage.plot().plot(), Qt::Key_Left);
        QVERIFY(stage.parameters().number("clip") < dragged);
        page().reset();
        QVERIFY(stage.parameters().number("clip") == 100);
        QVERIFY(stage.figure("sqnr") == before);
    }

    void the_keyboard_alone_leads_through_a_lesson() {
        showLesson("clip-or-round");
        page().setFocus();
        QTest::keyClick(&page(), Qt::Key_PageDown);
        QVERIFY(page().texts().step() == LessonStep::explore);
        QTest::keyClick(&page(), Qt::Key_PageDown);
        QVERIFY(page().texts().step() == LessonStep::understand);
        QTest::keyClick(&page(), Qt::Key_PageUp);
        QVERIFY(page().texts().step() == LessonStep::explore);
        if (view().library().lessons.size() < 2) QSKIP("there is only one lesson");
        view().showLesson(0);
        QTest::keyClick(&page(), Qt::Key_Right, Qt::AltModifier);
        QCOMPARE(view().currentLesson(), 1);
        QTest::keyClick(&page(), Qt::Key_Left, Qt::AltModifier);
        QCOMPARE(view().currentLesson(), 0);
        QTest::keyClick(&page(), Qt::Key_Left, Qt::AltModifier);  // there is none before
        QCOMPARE(view().currentLesson(), 0);
    }

    void presented_it_is_large_and_ends_with_escape() {
        showLesson("clip-or-round");
        const QFont usual = QApplication::font();
        QTest::keyClick(&page(), Qt::Key_F5);
        QVERIFY(view().presentation() != nullptr);
        QVERIFY(QApplication::font().pointSizeF() > 1.4 * usual.pointSizeF());
        QVERIFY(page().texts().font().pointSizeF() > 1.4 * usual.pointSizeF());
        QVERIFY(!tool("reset")->isVisible());
        QVERIFY(page().window() == view().presentation());
        QVERIFY(QTest::qWaitForWindowActive(view().presentation()));
        keepPicture(*view().presentation(), "presentation-question");
        QTest::keyClick(view().presentation(), Qt::Key_PageDown);
        QVERIFY(page().texts().step() == LessonStep::explore);
        keepPicture(*view().presentation(), "presentation");
        QTest::keyClick(view().presentation(), Qt::Key_Escape);
        QVERIFY(view().presentation() == nullptr);
        QTRY_VERIFY(QApplication::font() == usual);
        QVERIFY(page().window() == window_.get());
        QVERIFY(page().texts().font().pointSizeF() == usual.pointSizeF());
        QVERIFY(tool("reset")->isVisible());
    }

    void closing_the_window_ends_the_presentation() {
        showLesson("clip-or-round");
        const QFont usual = QApplication::font();
        view().present();
        window_.reset();
        QVERIFY(QApplication::font() == usual);
        init();
    }

    void a_layer_of_the_model_takes_the_place_of_the_toy() {
        if (FileController::samplePath().isEmpty()) QSKIP("the sample is missing");
        window_->files().openSample();
        QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled() && window_->document().isOpen(), 30'000);
        auto* editor = window_->findChild<QDockWidget*>("scheme");
        QVERIFY(editor->isVisible());
        showLesson("clip-or-round");
        QVERIFY(!editor->isVisible());
        page().setStep(LessonStep::explore);
        QTest::mouseClick(tool("use_layer"), Qt::LeftButton);
        const TensorFacts& facts = *window_->inspection().facts();
        Scheme scheme = parse_scheme("int4:tensor");
        const auto direct = what_if(*facts.table, scheme);
        QVERIFY(std::abs(page().stage()->figure("sqnr") - *sqnr_db(direct->answer.sums)) < 1e-9);
        QTest::mouseClick(tool("use_layer"), Qt::LeftButton);
        QVERIFY(page().stage()->layer() == nullptr);
        window_->showView(0);
        QVERIFY(editor->isVisible());
        QCOMPARE(visibleTabs(), static_cast<int>(window_->views().size()));
    }

    void claims_are_measured_one_after_another() {
        window_->learn();
        auto* lessons = view().findChild<QListWidget*>("lessons");
        lessons->setCurrentRow(lessons->count() - 1);
        ClaimsPage& claims = view().claims();
        QVERIFY(claims.isVisible());
        QTest::mouseClick(button("measure_claims"), Qt::LeftButton);
        QVERIFY(claims.isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!claims.results().empty(), 120'000);
        QTest::mouseClick(button("measure_claims"), Qt::LeftButton);  // stop
        QVERIFY(!claims.isRunning());
        const auto& [id, result] = *claims.results().begin();
        ClaimInputs inputs;
        if (!FileController::samplePath().isEmpty())
            inputs.sample = open_model(FileController::samplePath().toStdString());
        const Claim* const one[] = {find_claim(id)};
        const ClaimFinding direct = measure_claims(one, inputs).front().finding;
        QVERIFY(result.finding.verdict == direct.verdict);
        QVERIFY(result.finding.explanation == direct.explanation);
        QVERIFY(translatableClaimTexts().contains(QString::fromStdString(direct.explanation.pattern())));
        const auto* list = view().findChild<QTreeWidget*>("claims");
        int told = 0;
        for (int row = 0; row < list->topLevelItemCount(); ++row)
            told += list->topLevelItem(row)->text(0) == verdictText(direct.verdict) ? 1 : 0;
        QVERIFY(told >= 1);
        view().showLesson(0);
        QVERIFY(!claims.isVisible());
    }

    void translators_are_given_what_the_claims_say() {
        const QStringList texts = translatableClaimTexts();
        for (const Claim* claim : all_claims()) {
            QVERIFY2(texts.contains(QString::fromUtf8(claim->statement.data(),
                                                      static_cast<qsizetype>(claim->statement.size()))),
                     std::string(claim->id).c_str());
            QVERIFY2(texts.contains(
                         QString::fromUtf8(claim->where.data(), static_cast<qsizetype>(claim->where.size()))),
                     std::string(claim->id).c_str());
            QVERIFY2(texts.contains(QString::fromUtf8(claim->measured.data(),
                                                      static_cast<qsizetype>(claim->measured.size()))),
                     std::string(claim->id).c_str());
        }
    }

    void findings_are_told_in_the_language_of_the_window() {
        const Sentence gain("From {} to {} bits, {}: {:+.2f} dB.", 2, 3, "min-max, student", 0.237);
        const Sentence weight("Under {} the Gaussian weight {:.4f} becomes {:.4f}: {:.1f} half steps.",
                              "int4:tensor:pct99", -4.59487, -2.58352, 10.94);
        QCOMPARE(sentenceText(gain), QString("From 2 to 3 bits, min-max, student: +0.24 dB."));
        QCOMPARE(
            sentenceText(weight),
            QString("Under int4:tensor:pct99 the Gaussian weight −4.5949 becomes −2.5835: 10.9 half steps."));
        user_.language().use("de");
        const QString german = sentenceText(gain);
        const QString german_weight = sentenceText(weight);
        user_.language().use("en");
        QCOMPARE(german, QString("Von 2 auf 3 Bit, min-max, Student: +0,24 dB."));
        QCOMPARE(german_weight,
                 QString("Unter int4:tensor:pct99 wird das normalverteilte Gewicht −4,5949 zu −2,5835: 10,9 "
                         "halbe Stufen."));
    }

    void the_language_changes_while_it_is_open() {
        showLesson("clip-or-round");
        page().setStep(LessonStep::explore);
        page().stage()->parameters().setNumber("clip", 50);
        user_.language().use("de");
        const auto* list = view().findChild<QListWidget*>("lessons");
        QTRY_VERIFY(list->item(view().currentLesson())->text().contains("Abschneiden"));
        QVERIFY(page().stage()->parameters().number("clip") == 50);
        QVERIFY(page().texts().step() == LessonStep::explore);
    }

  private:
    LearnView& view() { return window_->learnView(); }
    LessonPage& page() { return view().page(); }
    QPushButton* button(const char* name) { return window_->findChild<QPushButton*>(name); }
    QToolButton* tool(const char* name) {
        auto* found = window_->findChild<QToolButton*>(name);
        return found != nullptr ? found : page().findChild<QToolButton*>(name);
    }

    int visibleTabs() {
        auto* tabs = window_->findChild<QTabWidget*>("views");
        int visible = 0;
        for (int i = 0; i < tabs->count(); ++i)
            visible += tabs->isTabVisible(i) ? 1 : 0;
        return visible;
    }

    void showLesson(const QString& id) {
        window_->learn();
        const auto& lessons = view().library().lessons;
        const auto found = std::ranges::find(lessons, id, &Lesson::id);
        QVERIFY(found != lessons.end());
        view().showLesson(static_cast<int>(found - lessons.begin()));
        QCoreApplication::processEvents();
    }

    void drag(const QString& handle, const QPoint& by) {
        ScenePlot& plot = page().stage()->plot();
        plot.plot()->replot();
        const QPoint from = plot.handlePosition(handle).toPoint();
        QTest::mousePress(plot.plot(), Qt::LeftButton, {}, from);
        QTest::mouseMove(plot.plot(), from + by / 2);
        QTest::mouseMove(plot.plot(), from + by);
        QTest::mouseRelease(plot.plot(), Qt::LeftButton, {}, from + by);
    }

    static void keepPicture(QWidget& widget, const QString& name) {
        const QString folder = qEnvironmentVariable("HALFSTEP_GALLERY");
        if (folder.isEmpty()) return;
        QDir().mkpath(folder);
        QCoreApplication::processEvents();
        widget.resize(1920, 1080);
        QCoreApplication::processEvents();
        widget.grab().save(QDir(folder).filePath(name + ".png"));
    }

    testing::FreshUser user_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestLearnWindow)
#include "test_learn_window.moc"
