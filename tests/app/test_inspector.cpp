// SPDX-License-Identifier: GPL-3.0-or-later
// The inspector in the window: a weight chosen by a click, by typing and by the buttons, followed through
// schemes and languages. Pictures of it go to $HALFSTEP_GALLERY, where that is set.
#include "app/views/view.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/analysis/trace_text.h"
#include "tests/app/fresh_user.h"
#include "tests/support/test_data.h"
#include "widgets/panels/inspector_panel.h"
#include "widgets/panels/trace_speech.h"
#include "widgets/plots/plot_view.h"
#include "widgets/style/theme.h"
#include "widgets/tables/layer_table_view.h"

#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QDockWidget>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <qcustomplot.h>

#include <memory>

using namespace halfstep;

class TestInspector : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        window_ = user_.shown_window();
        QVERIFY(window_);
        open(QString::fromStdString(testing::project_path("resources/samples/tidewater").string()));
    }

    void cleanupTestCase() { window_.reset(); }

    // It costs nothing while it is closed, and opens by a click on the map.
    void a_click_on_the_map_shows_a_weight() {
        QVERIFY(!dock()->isVisible());
        QVERIFY(window_->inspector().text().isEmpty());
        window_->showView(2);
        settle();
        auto* plot = window_->views()[2]->plot()->findChild<QCustomPlot*>();
        QVERIFY(plot != nullptr);
        const QCPAxisRect* map = plot->axisRects().back();
        for (const QCPAxisRect* rect : plot->axisRects())
            if (rect->top() > map->top()) map = rect;
        const QPoint point(map->left() + map->width() / 3, map->top() + map->height() / 4);
        const double channel = std::floor(map->axis(QCPAxis::atBottom)->pixelToCoord(point.x()) + 0.5);
        const double input = std::floor(map->axis(QCPAxis::atLeft)->pixelToCoord(point.y()));
        QTest::mouseClick(plot, Qt::LeftButton, {}, point);
        QTRY_VERIFY(dock()->isVisible() && !window_->inspector().text().isEmpty());
        settle();
        const MatrixPlace place = window_->inspector().place();
        QCOMPARE(static_cast<double>(place.row), channel);
        QVERIFY(std::fabs(static_cast<double>(place.input) - input) <= 2);  // the largest of its cell
    }

    void schemes_are_followed_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation :
             {"int4:g32", "q4_K", "fp8_e4m3", "nf4", "int8:asym", "q5_0", "kmeans4", "log4", "keep", "bf16"})
            QTest::newRow(notation) << notation;
    }

    void schemes_are_followed() {
        QFETCH(QString, notation);
        const int tensor = window_->layers().currentLayer();
        window_->document().applyScheme({tensor}, parse_scheme(notation.toStdString()), notation);
        settle();
        const QString text = window_->inspector().text();
        const QString tensor_name = QString::fromStdString(window_->document().tensor(tensor).name);
        QVERIFY2(text.startsWith(tensor_name), qPrintable(text));
        if (notation != "keep") QVERIFY2(text.contains("Quantized (" + notation + ")"), qPrintable(text));
        QString name = notation;
        keepPictures(name.replace(':', '-'));
    }

    void rows_and_columns_can_be_typed_and_stepped_through() {
        auto* row = window_->inspector().findChild<QSpinBox*>("inspector_row");
        auto* column = window_->inspector().findChild<QSpinBox*>("inspector_column");
        row->setFocus();
        row->selectAll();
        QTest::keyClicks(row, "2");
        QTest::keyClick(row, Qt::Key_Return);
        column->selectAll();
        QTest::keyClicks(column, "0");
        QTest::keyClick(column, Qt::Key_Return);
        settle();
        QVERIFY(window_->inspector().text().contains("[2,0]"));
        QTest::keyClick(window_->inspector().findChild<QWidget*>("inspector_back"), Qt::Key_Space);
        settle();
        QVERIFY(window_->inspector().text().contains(QString("[1,%1]").arg(column->maximum())));
        QTest::keyClick(window_->inspector().findChild<QWidget*>("inspector_forth"), Qt::Key_Space);
        settle();
        QVERIFY(window_->inspector().text().contains("[2,0]"));
    }

    void the_weight_with_the_largest_error_is_found() {
        const int tensor = window_->layers().currentLayer();
        window_->document().applyScheme({tensor}, parse_scheme("int4"), "int4");
        settle();
        click("inspector_largest_error");
        settle();
        const QString error = window_->inspector().text().section("error", -1).section('=', 1).trimmed();
        const double worst = window_->document().currentMeasurement(tensor)->sums.max_abs_error;
        QVERIFY2(std::fabs(std::fabs(error.section('\n', 0, 0).toDouble()) - worst) < 1e-6 * worst,
                 qPrintable(error));
        click("inspector_copy");
        QCOMPARE(QApplication::clipboard()->text(), window_->inspector().text());
    }

    void the_largest_weight_is_found() {
        click("inspector_largest_weight");
        settle();
        const int tensor = window_->layers().currentLayer();
        const float largest = static_cast<float>(window_->document().statistics(tensor)->abs_max);
        QVERIFY(window_->inspector().text().contains(
            QString::fromStdString(number_text({static_cast<double>(largest), NumberKind::float32}))));
    }

    void a_scheme_that_does_not_fit_says_why() {
        for (int tensor = 0; tensor < window_->document().tensorCount(); ++tensor) {
            const TensorInfo& info = window_->document().tensor(tensor);
            if (info.quantizable) continue;
            window_->layers().setCurrentLayer(tensor);
            settle();
            QVERIFY(window_->inspector().text().contains("[0,0]"));
            break;
        }
    }

    // Every word has its German, and numbers their comma.
    void it_speaks_german() {
        const TraceWording english;
        user_.language().use("de");
        QCoreApplication::processEvents();
        const TraceSpeech german;
        const QStringList same{"code",  "index", "tensor", "block",     "bytes",  "level",
                               "codes", "byte",  "bit",    "1 / scale", "minimum"};
        const auto differs = [&same](const std::string& a, const std::string& b) {
            return a != b || same.contains(QString::fromStdString(a));
        };
        for (int i = 0; i <= static_cast<int>(StepLabel::error); ++i) {
            const auto label = static_cast<StepLabel>(i);
            QVERIFY2(differs(english.step(label), german.step(label)), english.step(label).c_str());
        }
        for (int i = 0; i <= static_cast<int>(TraceNote::not_laid_out); ++i) {
            const auto note = static_cast<TraceNote>(i);
            QVERIFY2(differs(english.note(note), german.note(note)), english.note(note).c_str());
        }
        for (int i = 0; i <= static_cast<int>(BitRole::index); ++i) {
            const auto role = static_cast<BitRole>(i);
            QVERIFY2(differs(english.role(role), german.role(role)), english.role(role).c_str());
        }
        settle();
        QVERIFY(window_->inspector().text().contains(QString::fromStdString(german.weights()).left(4)) ||
                window_->inspector().text().contains(','));
        keepPictures("german");
        user_.language().use("en");
        QCoreApplication::processEvents();
    }

    void without_a_model_there_is_nothing_to_see() {
        window_->document().undoStack().setClean();
        window_->files().closeModel();
        QVERIFY(window_->inspector().text().isEmpty());
    }

  private:
    QDockWidget* dock() const { return window_->findChild<QDockWidget*>("inspector"); }

    void open(const QString& file) {
        QSignalSpy opened(&window_->files(), &FileController::opened);
        window_->files().openModel(file);
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, 20'000);
        settle();
    }

    void click(const char* button) {
        QTest::mouseClick(window_->inspector().findChild<QWidget*>(button), Qt::LeftButton);
    }

    void settle() { QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 60'000); }

    void keepPictures(const QString& name) {
        const QString folder = qEnvironmentVariable("HALFSTEP_GALLERY");
        if (folder.isEmpty()) return;
        for (const bool dark : {false, true}) {
            applyTheme(*qApp, dark ? ThemeMode::dark : ThemeMode::light);
            QTest::qWait(200);
            window_->grab().save(
                QDir(folder).filePath("inspector-" + name + (dark ? "-dark.png" : "-light.png")));
        }
        applyTheme(*qApp, ThemeMode::light);
    }

    testing::FreshUser user_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestInspector)
#include "test_inspector.moc"
