// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/widget_samples.h"
#include "widgets/panels/budget_strip.h"
#include "widgets/panels/explain.h"
#include "widgets/panels/issues_panel.h"
#include "widgets/panels/jobs_panel.h"
#include "widgets/panels/live_numbers_panel.h"
#include "widgets/panels/start_page.h"
#include "widgets/plots/number_text.h"
#include "widgets/style/icons.h"
#include "widgets/style/number_text.h"
#include "widgets/tables/layer_table_model.h"
#include "widgets/tables/layer_table_view.h"

#include <QApplication>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QListView>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QTranslator>
#include <QTreeWidget>
#include <QUrl>

#include <cmath>
#include <limits>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

QString text(QWidget& panel, const char* name) {
    auto* label = panel.findChild<QLabel*>(QLatin1String(name));
    return label != nullptr ? label->text() : QStringLiteral("no label %1").arg(QLatin1String(name));
}

ExplainFacts facts(const char* scheme, double rel_error) {
    return {sampleMeasurement(scheme, rel_error, 0), {}, {}, {}, {}};
}

// Translates everything, visibly.
class Marker : public QTranslator {
  public:
    QString translate(const char* /*context*/, const char* source, const char* /*comment*/,
                      int /*n*/) const override {
        return QStringLiteral("«") + QString::fromUtf8(source);
    }
    bool isEmpty() const override { return false; }
};

// What of a widget's own texts a translator has not marked. Names, notation and figures are not translated.
QStringList untranslated(QWidget& widget) {
    QStringList left;
    const auto check = [&](const QString& shown) {
        static const QRegularExpression words(QStringLiteral("[A-Za-z]{3,}"));
        if (shown.contains(words) && !shown.contains(QStringLiteral("«"))) left << shown;
    };
    const QList<QWidget*> children = widget.findChildren<QWidget*>();
    for (QWidget* child : children) {
        if (auto* label = qobject_cast<QLabel*>(child)) check(label->text());
        auto* button = qobject_cast<QAbstractButton*>(child);
        if (button != nullptr && !button->objectName().startsWith(QStringLiteral("preset_")))
            check(button->text());
        check(child->toolTip());
        check(child->accessibleName());
    }
    return left;
}

QToolButton* jobButton(JobsPanel& panel, int id) {
    auto* job = panel.findChild<QWidget*>(QStringLiteral("job_%1").arg(id));
    return job != nullptr ? job->findChild<QToolButton*>(QStringLiteral("job_button")) : nullptr;
}

}  // namespace

class TestPanels : public QObject {
    Q_OBJECT
  private slots:
    void figures_are_written_for_people_data() {
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no bytes") << sizeText(0) << "0 byte(s)";
        QTest::newRow("bytes") << sizeText(999) << "999 byte(s)";
        QTest::newRow("kilobytes") << sizeText(1000) << "1.00 kB";
        QTest::newRow("just below a megabyte") << sizeText(999'499) << "999 kB";
        QTest::newRow("rounds up to a megabyte") << sizeText(999'500) << "1.00 MB";
        QTest::newRow("gigabytes") << sizeText(16'060'556'000) << "16.1 GB";
        QTest::newRow("greatest") << sizeText(std::numeric_limits<std::uint64_t>::max()) << "18.4 EB";
        QTest::newRow("decibels") << decibelText(31.44) << "31.4 dB";
        QTest::newRow("no decibels") << decibelText(std::nullopt) << "–";
        QTest::newRow("percent") << shareText(0.0052) << "0.520 %";
        QTest::newRow("all") << shareText(1.0) << "100 %";
        QTest::newRow("nothing") << shareText(0.0) << "0 %";
        QTest::newRow("one in a hundred thousand") << shareText(7.63e-6) << "0.000763 %";
        QTest::newRow("almost nothing") << shareText(1e-9) << "1.0·10⁻⁷ %";
        QTest::newRow("bits") << bitsText(4.25) << "4.25";
        QTest::newRow("whole bits") << bitsText(8) << "8";
        QTest::newRow("small") << shortNumber(0.0123456) << "0.01235";
        QTest::newRow("as in plots") << shortNumber(0.00092934) << "0.0009293";
        QTest::newRow("smaller") << shortNumber(1.2345e-5) << "1.23·10⁻⁵";
        QTest::newRow("negative") << shortNumber(-2.5) << "−2.5";
        QTest::newRow("huge") << shortNumber(-4e12) << "−4.00·10¹²";
        QTest::newRow("a power") << valueText(1e-9) << "10⁻⁹";
        QTest::newRow("exact") << exactText(0.1) << "0.1";
    }

    void figures_are_written_for_people() {
        QFETCH(QString, written);
        QFETCH(QString, expected);
        QCOMPARE(written, expected);
    }

    void german_figures_have_german_points() {
        QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
        const QStringList written{shortNumber(0.5), bitsText(4.25), sizeText(1'500), integerText(1'234'567),
                                  exactText(0.5)};
        QLocale::setDefault(QLocale::c());
        QCOMPARE(written, QStringList({"0,5", "4,25", "1,50 kB", "1.234.567", "0.5"}));
    }

    void rounding_is_named_with_the_measured_gain() {
        ExplainFacts known = facts("int4", 0.1);  // 20 dB
        known.clipping_share = 0.03;
        known.sqnr_one_more_bit = 26.2;
        QCOMPARE(
            explain(known),
            QStringLiteral(
                "Rounding, not clipping, causes 97 % of the error; one more bit would gain about 6 dB."));
    }

    void the_gain_is_estimated_from_the_steps_where_it_was_not_measured() {
        ExplainFacts known = facts("int2", 0.2);
        known.clipping_share = 0;
        // sym: 1 step on each side becomes 3; 20·log10(3) = 9.5.
        QCOMPARE(
            explain(known),
            QStringLiteral(
                "All of the error is rounding, nothing is clipped; one more bit would gain about 10 dB."));
        known.measurement.scheme = parse_scheme("int2:asym");  // 3 steps become 7: 7.4 dB
        QVERIFY(explain(known).endsWith(QStringLiteral("about 7 dB.")));
    }

    void more_bits_are_not_promised_while_the_cost_of_clipping_is_unknown() {
        ExplainFacts known = facts("int8:tensor:clip0.5", 0.1);
        known.measurement.sums.clipped = 1;
        QVERIFY(!explain(known).contains(QStringLiteral("one more bit")));
        known.measurement.sums.clipped = 0;
        QVERIFY(explain(known).contains(QStringLiteral("one more bit")));
    }

    void clipping_is_named_where_it_is_most_of_the_error() {
        ExplainFacts known = facts("int8:tensor:clip0.5", 0.1);
        known.clipping_share = 0.8;
        QVERIFY(
            explain(known).startsWith(QStringLiteral("Clipping, not rounding, causes 80 % of the error")));
        known.clipping_share = 0.9999;  // not all of it
        QVERIFY(explain(known).contains(QStringLiteral("99 %")));
    }

    void an_earlier_quantization_is_named() {
        ExplainFacts known = facts("int4", 0.1);
        known.quantized_as = QStringLiteral("q4_K");
        QVERIFY(explain(known).endsWith(
            QStringLiteral("The weights are stored in q4_K: what that lost comes on top.")));
        known.measurement.sums.error_squared = 0;
        QVERIFY(!explain(known).contains(QStringLiteral("q4_K")));
        known.measurement.scheme = Scheme{};
        QCOMPARE(explain(known),
                 QStringLiteral("The tensor stays as it is stored, in q4_K, so nothing more is lost."));
    }

    void outliers_are_named_where_one_scale_has_to_hold_them() {
        TensorStatistics statistics;
        statistics.std = 0.02;
        statistics.abs_max = 0.8;
        ExplainFacts known = facts("int4:tensor", 0.2);
        known.statistics = statistics;
        QVERIFY(explain(known).contains(QStringLiteral("40 times the standard deviation")));
        known.measurement.scheme = parse_scheme("int4:tensor:mse");
        QVERIFY(!explain(known).contains(QStringLiteral("standard deviation")));
        known.measurement.scheme = parse_scheme("int4:g64");
        QVERIFY(!explain(known).contains(QStringLiteral("standard deviation")));
        known = facts("int8:tensor", 0.005);  // outliers that do no harm
        known.statistics = statistics;
        QVERIFY(!explain(known).contains(QStringLiteral("standard deviation")));
    }

    void small_and_large_errors_are_put_in_words() {
        QCOMPARE(
            explain(facts("int8", 0.005)),
            QStringLiteral("The error is 0.500 % of the weights' own size, and it is barely noticeable."));
        QVERIFY(explain(facts("int2", 0.5)).startsWith(QStringLiteral("Too coarse: a tenth or more")));
        QVERIFY(!explain(facts("int2", 0.3)).startsWith(QStringLiteral("Too coarse")));
        QCOMPARE(explain(facts("q4_0", 0.05)),
                 QStringLiteral("The error is 5.00 % of the weights' own size."));
    }

    void special_cases_have_their_own_sentence() {
        QCOMPARE(explain(facts("keep", 0)),
                 QStringLiteral("The tensor stays as it is stored, so nothing is lost."));
        QCOMPARE(explain(facts("int8", 0)),
                 QStringLiteral("Every weight comes back exactly: nothing is lost."));
        ExplainFacts known = facts("int8", 0);
        known.measurement.sums.value_squared = 0;
        QVERIFY(explain(known).startsWith(QStringLiteral("All weights are zero")));
        known.measurement.sums = {};
        QVERIFY(explain(known).startsWith(QStringLiteral("There is no finite weight")));
        known.measurement.refused = "a row has 100 weights";
        QVERIFY(explain(known).endsWith(QStringLiteral("a row has 100 weights")));
    }

    void numbers_of_another_tensor_do_not_stay() {
        LiveNumbersPanel panel;
        LiveNumbers numbers;
        numbers.tensor = QStringLiteral("w");
        numbers.facts.measurement = sampleMeasurement("int4:tensor", 0.1, 0.25);
        panel.setNumbers(numbers);
        panel.clear(QStringLiteral("v"));
        QCOMPARE(panel.tensor(), QStringLiteral("v"));
        QCOMPARE(text(panel, "live_tensor"), QStringLiteral("v"));
        QCOMPARE(text(panel, "live_sqnr"), QStringLiteral("–"));
        panel.clear();
        QCOMPARE(text(panel, "live_tensor"), QStringLiteral("No layer is selected"));
    }

    void live_numbers_show_values_and_trends() {
        LiveNumbersPanel panel;
        LiveNumbers numbers;
        numbers.tensor = QStringLiteral("w");
        numbers.facts.measurement = sampleMeasurement("int4:tensor", 0.1, 0.25);
        numbers.committed = sampleMeasurement("int8:tensor", 0.01, 0);
        panel.setNumbers(numbers);
        QCOMPARE(text(panel, "live_sqnr"), QStringLiteral("20.0 dB"));
        QCOMPARE(text(panel, "live_rel_error"), QStringLiteral("10.0 %"));
        QCOMPARE(text(panel, "live_mse"), QStringLiteral("0.01"));
        QCOMPARE(text(panel, "live_max_error"), QStringLiteral("0.4"));
        QCOMPARE(text(panel, "live_clipped"), QStringLiteral("25.0 %"));
        QCOMPARE(text(panel, "live_scale"), QStringLiteral("0.0123"));
        QCOMPARE(text(panel, "live_zero_point"), QStringLiteral("–"));
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("live_scale"))->isVisibleTo(&panel));
        QVERIFY(!panel.findChild<QLabel*>(QStringLiteral("live_zero_point"))->isVisibleTo(&panel));
        QCOMPARE(text(panel, "trend_sqnr"), QStringLiteral("▼ −20.0 dB"));
        QCOMPARE(text(panel, "trend_rel_error"), QStringLiteral("▲ ×10"));
        QCOMPARE(text(panel, "trend_bits_per_weight"), QStringLiteral("▼ −4"));
        QCOMPARE(text(panel, "trend_scale"), QString());
        const auto worth = [&](const char* name) {
            return panel.findChild<QLabel*>(QLatin1String(name))->property("worth").toInt();
        };
        QCOMPARE(worth("trend_sqnr"), -1);
        QCOMPARE(worth("trend_bits_per_weight"), 1);
        QCOMPARE(worth("trend_clipped"), 0);
        const auto* sqnr = panel.findChild<QLabel*>(QStringLiteral("live_sqnr"));
        QVERIFY(std::abs(sqnr->toolTip().toDouble() - 20.0) < 1e-9);
        QCOMPARE(sqnr->accessibleName(), QStringLiteral("SQNR: 20.0 dB"));
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("trend_sqnr"))
                    ->toolTip()
                    .startsWith(QStringLiteral("Worse")));
        panel.clear();
        QCOMPARE(text(panel, "live_sqnr"), QStringLiteral("–"));
        QCOMPARE(text(panel, "trend_sqnr"), QString());
    }

    void the_budget_is_summed_up() {
        BudgetStrip strip;
        strip.setNumbers({1'000'000, 250'000, 4.25, 0.05, 3, 10});
        QCOMPARE(text(strip, "budget_size"), QStringLiteral("1.00 MB → 250 kB  (−75 %)"));
        QCOMPARE(text(strip, "budget_bits"), QStringLiteral("4.25"));
        QCOMPARE(text(strip, "budget_error"), QStringLiteral("5.00 %"));
        QVERIFY(text(strip, "budget_progress").startsWith(QStringLiteral("3 of 10")));
        strip.setNumbers({1'000'000, 1'500'000, 32, {}, 10, 10});
        QCOMPARE(text(strip, "budget_size"), QStringLiteral("1.00 MB → 1.50 MB  (+50 %)"));
        QCOMPARE(text(strip, "budget_error"), QStringLiteral("–"));
        QVERIFY(text(strip, "budget_progress").isEmpty());
        strip.clear();
        QCOMPARE(text(strip, "budget_size"), QStringLiteral("–"));
    }

    void undo_and_redo_say_what_they_do() {
        BudgetStrip strip;
        auto* undo = strip.findChild<QToolButton*>(QStringLiteral("undo"));
        auto* redo = strip.findChild<QToolButton*>(QStringLiteral("redo"));
        QVERIFY(!undo->isEnabled());
        strip.setUndo(true, QStringLiteral("int4 for 3 layers"));
        QSignalSpy undone(&strip, &BudgetStrip::undoRequested);
        QSignalSpy redone(&strip, &BudgetStrip::redoRequested);
        QCOMPARE(undo->toolTip(), QStringLiteral("Undo: int4 for 3 layers"));
        QTest::mouseClick(undo, Qt::LeftButton);
        QTest::keyClick(undo, Qt::Key_Space);
        QTest::mouseClick(redo, Qt::LeftButton);
        QCOMPARE(undone.size(), 2);
        QCOMPARE(redone.size(), 0);
        QCOMPARE(undo->accessibleName(), QStringLiteral("Undo"));
    }

    void issues_are_listed_worst_first_and_lead_to_the_tensor() {
        IssuesPanel panel;
        panel.setIssues({{Severity::note, "", "a note"},
                         {Severity::warning, "w1", "first warning"},
                         {Severity::error, "w2", "an error"},
                         {Severity::warning, "w3", "second warning"}});
        panel.resize(600, 200);
        panel.show();
        auto* list = panel.findChild<QTreeWidget*>();
        QStringList messages;
        for (int i = 0; i < list->topLevelItemCount(); ++i)
            messages << list->topLevelItem(i)->text(0);
        QCOMPARE(messages, QStringList({"an error", "first warning", "second warning", "a note"}));
        QCOMPARE(panel.issueCount(), 4);
        QCOMPARE(panel.problemCount(), 3);
        QCOMPARE(list->topLevelItem(0)->data(0, Qt::AccessibleTextRole).toString(),
                 QStringLiteral("Error: an error"));
        QVERIFY(!list->topLevelItem(0)->icon(0).isNull());

        QSignalSpy jumped(&panel, &IssuesPanel::jumpToTensor);
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Home);
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(jumped.last().first().toString(), QStringLiteral("w2"));
        const QPoint second = list->visualItemRect(list->topLevelItem(1)).center();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, second);
        QTest::mouseDClick(list->viewport(), Qt::LeftButton, {}, second);
        QCOMPARE(jumped.last().first().toString(), QStringLiteral("w1"));
        QTest::keyClick(list, Qt::Key_End);
        QTest::keyClick(list, Qt::Key_Return);  // of the whole model: nowhere to go
        QCOMPARE(jumped.size(), 2);
        panel.setIssues({});
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("issues_empty"))->isVisible());
    }

    void long_issues_take_as_many_lines_as_they_need() {
        IssuesPanel panel;
        panel.setIssues({{Severity::error, "w", "short"},
                         {Severity::error, "w", std::string(60, 'x') + " " + std::string(60, 'x')}});
        panel.resize(700, 200);
        panel.show();
        auto* list = panel.findChild<QTreeWidget*>();
        const auto height = [list](int row) {
            return list->visualItemRect(list->topLevelItem(row)).height();
        };
        QTRY_VERIFY(height(1) >= 2 * panel.fontMetrics().height());
        QVERIFY(height(0) < 2 * panel.fontMetrics().height());
        panel.resize(1600, 200);
        QTRY_COMPARE(height(1), height(0));
    }

    void jobs_run_are_cancelled_and_leave() {
        JobsPanel panel;
        panel.setLinger(50);
        panel.show();
        QSignalSpy counts(&panel, &JobsPanel::runningCountChanged);
        QSignalSpy cancelled(&panel, &JobsPanel::cancelRequested);
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("jobs_empty"))->isVisible());
        panel.setJob({7, QStringLiteral("Measure"), JobState::running, 0.25, {}});
        panel.setJob({8, QStringLiteral("Open"), JobState::running, {}, {}});
        QCOMPARE(panel.runningCount(), 2);
        auto* job = panel.findChild<QWidget*>(QStringLiteral("job_7"));
        QCOMPARE(text(*job, "job_state"), QStringLiteral("25 %"));
        QCOMPARE(job->findChild<QProgressBar*>()->value(), 250);
        QTest::mouseClick(jobButton(panel, 7), Qt::LeftButton);
        QCOMPARE(cancelled.first().first().toULongLong(), 7ULL);
        QCOMPARE(panel.runningCount(), 2);  // whether it stops is not for the panel to say
        panel.setJob({7, QStringLiteral("Measure"), JobState::cancelling, 0.25, {}});
        QVERIFY(!jobButton(panel, 7)->isEnabled());
        panel.setJob({7, QStringLiteral("Measure"), JobState::cancelled, {}, {}});
        panel.setJob({8, QStringLiteral("Open"), JobState::failed, {}, QStringLiteral("no such file")});
        QCOMPARE(panel.runningCount(), 0);
        QCOMPARE(counts.last().first().toInt(), 0);
        QTRY_VERIFY(jobButton(panel, 7) == nullptr);
        // A failed job waits to be read.
        QCOMPARE(text(*panel.findChild<QWidget*>(QStringLiteral("job_8")), "job_message"),
                 QStringLiteral("no such file"));
        QTest::mouseClick(jobButton(panel, 8), Qt::LeftButton);
        QCOMPARE(cancelled.size(), 1);
        QTRY_VERIFY(jobButton(panel, 8) == nullptr);
        QVERIFY(panel.findChild<QLabel*>(QStringLiteral("jobs_empty"))->isVisible());
    }

    void the_start_page_opens_samples_files_and_what_is_dropped() {
        StartPage page;
        page.resize(900, 700);
        page.setRecentFiles(
            {{QStringLiteral("/models/a.gguf"), {}, false}, {QStringLiteral("/gone/b"), {}, true}});
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
        QSignalSpy opened(&page, &StartPage::openFileRequested);
        QSignalSpy removed(&page, &StartPage::removeRecentRequested);
        QSignalSpy cleared(&page, &StartPage::clearRecentRequested);
        QSignalSpy dialog(&page, &StartPage::openRequested);
        QSignalSpy sample(&page, &StartPage::sampleRequested);
        QTest::mouseClick(page.findChild<QPushButton*>(QStringLiteral("try_sample")), Qt::LeftButton);
        QTest::keyClick(page.findChild<QPushButton*>(QStringLiteral("open_model")), Qt::Key_Space);
        QTest::mouseClick(page.findChild<QToolButton*>(QStringLiteral("clear_recent")), Qt::LeftButton);
        QCOMPARE(sample.size(), 1);
        QCOMPARE(dialog.size(), 1);
        QCOMPARE(cleared.size(), 1);

        auto* list = page.findChild<QListView*>(QStringLiteral("recent_files"));
        const QRect first = list->visualRect(list->model()->index(0, 0));
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, first.center());
        QCOMPARE(opened.last().first().toString(), QStringLiteral("/models/a.gguf"));
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          QPoint(first.right() - 14, first.center().y()));
        QCOMPARE(removed.last().first().toString(), QStringLiteral("/models/a.gguf"));
        list->setFocus();
        QTest::keyClick(list, Qt::Key_Down);
        QTest::keyClick(list, Qt::Key_Return);
        QCOMPARE(opened.last().first().toString(), QStringLiteral("/gone/b"));
        QTest::keyClick(list, Qt::Key_Delete);
        QCOMPARE(removed.last().first().toString(), QStringLiteral("/gone/b"));

        QMimeData data;
        data.setUrls({QUrl(QStringLiteral("https://example.org/x")),
                      QUrl::fromLocalFile(QStringLiteral("/m/c d.gguf"))});
        QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&page, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&page, &drop);
        QCOMPARE(opened.last().first().toString(), QStringLiteral("/m/c d.gguf"));
        QMimeData words;
        words.setText(QStringLiteral("only words"));
        QDragEnterEvent refused(QPoint(10, 10), Qt::CopyAction, &words, Qt::LeftButton, Qt::NoModifier);
        refused.ignore();
        QCoreApplication::sendEvent(&page, &refused);
        QVERIFY(!refused.isAccepted());
    }

    void the_start_page_is_reached_by_tab() {
        StartPage page;
        page.setRecentFiles({{QStringLiteral("/models/a.gguf"), {}, false}});
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
        page.findChild<QPushButton*>(QStringLiteral("try_sample"))->setFocus();
        QStringList reached;
        for (int i = 0; i < 5; ++i) {
            reached << QApplication::focusWidget()->objectName();
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        }
        QCOMPARE(reached, QStringList({"try_sample", "open_model", "learn", "recent_files", "clear_recent"}));
        page.setSampleAvailable(false, QStringLiteral("it was not installed"));
        auto* sample = page.findChild<QPushButton*>(QStringLiteral("try_sample"));
        QVERIFY(!sample->isEnabled());
        QCOMPARE(sample->toolTip(), QStringLiteral("it was not installed"));
    }

    void a_change_of_language_reaches_every_text() {
        LayerTableView table;
        table.setRows(sampleLayers(1));
        SchemeEditor editor;
        editor.setTargets({sampleTarget("w", Role::dense, "int4:asym:g64:clip-1..1", 64, 64)});
        LiveNumbersPanel numbers;
        LiveNumbers shown;
        shown.tensor = QStringLiteral("w");
        shown.facts.measurement = sampleMeasurement("int4:asym:tensor", 0.1, 0.25);
        numbers.setNumbers(shown);
        BudgetStrip budget;
        budget.setNumbers({1000, 500, 4, 0.1, 1, 2});
        IssuesPanel issues;
        issues.setIssues({{Severity::error, "w", "12"}});
        JobsPanel jobs;
        jobs.setJob({1, QStringLiteral("1"), JobState::running, {}, {}});
        StartPage start;
        start.setRecentFiles({{QStringLiteral("/1"), {}, false}});
        Marker marker;
        QCoreApplication::installTranslator(&marker);
        for (QWidget* widget :
             std::initializer_list<QWidget*>{&table, &editor, &numbers, &budget, &issues, &jobs, &start}) {
            QEvent change(QEvent::LanguageChange);
            QCoreApplication::sendEvent(widget, &change);
            const QList<QWidget*> children = widget->findChildren<QWidget*>();
            for (QWidget* child : children)
                QCoreApplication::sendEvent(child, &change);
            QStringList left = untranslated(*widget);
            left.removeAll(QStringLiteral("Halfstep"));
            QVERIFY2(left.isEmpty(), qPrintable(left.join(QLatin1Char('|'))));
        }
        QVERIFY(table.model()
                    ->headerData(0, Qt::Horizontal, Qt::DisplayRole)
                    .toString()
                    .startsWith(QStringLiteral("«")));
        QCoreApplication::removeTranslator(&marker);
    }

    void icons_take_the_color_of_the_palette() {
        QVERIFY(themedIcon(QStringLiteral("no such icon")).isNull());
        const QIcon undo = themedIcon(QStringLiteral("undo"));
        const auto lightest = [](const QImage& image) {
            int found = -1;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    if (image.pixelColor(x, y).alpha() == 255)
                        found = std::max(found, image.pixelColor(x, y).lightness());
            return found;
        };
        QPalette palette = QApplication::palette();
        const QPalette former = palette;
        palette.setColor(QPalette::ButtonText, Qt::black);
        QApplication::setPalette(palette);
        QCOMPARE(lightest(undo.pixmap(32, 32).toImage()), 0);
        palette.setColor(QPalette::ButtonText, Qt::white);
        QApplication::setPalette(palette);
        QCOMPARE(lightest(undo.pixmap(32, 32).toImage()), 255);
        QApplication::setPalette(former);
        QCOMPARE(tintedPixmap(QStringLiteral("close"), Qt::red, 16, 2.0).size(), QSize(32, 32));
        QVERIFY(applicationIcon().availableSizes().contains(QSize(16, 16)));
    }
};

QTEST_MAIN(TestPanels)
#include "test_panels.moc"
