// SPDX-License-Identifier: GPL-3.0-or-later
// The main job, done by hand: open the sample, find the worst layer, drag its clip limit, choose coarser
// schemes, take it all back and do it again, save the plan, export it.
#include "app/views/weights_view.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/quantize/measure.h"
#include "tests/app/fresh_user.h"
#include "tests/support/safetensors_builder.h"
#include "widgets/editors/apply_scope.h"
#include "widgets/editors/scheme_editor.h"
#include "widgets/plots/histogram_plot.h"
#include "widgets/tables/layer_table_model.h"
#include "widgets/tables/layer_table_view.h"

#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QFile>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>

using namespace halfstep;

class TestMainJob : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (FileController::samplePath().isEmpty()) QSKIP("the bundled sample is not there");
        window_ = user_.shown_window();
        QVERIFY(window_);
    }

    void cleanupTestCase() { window_.reset(); }

    void try_the_sample() {
        auto* button = window_->findChild<QAbstractButton*>("try_sample");
        QVERIFY(button != nullptr && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(window_->document().isOpen(), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 60'000);
        for (int tensor = 0; tensor < window_->document().tensorCount(); ++tensor) {
            if (!window_->document().tensor(tensor).quantizable) continue;
            QVERIFY(window_->document().currentMeasurement(tensor) != nullptr);
            QCOMPARE(notation(tensor), QString("int8"));
        }
    }

    void sort_by_error() {
        QTableView* table = window_->layers().table();
        QHeaderView* header = table->horizontalHeader();
        const int column = LayerTableModel::ErrorColumn;
        table->scrollTo(table->model()->index(0, column));
        const QPoint place(header->sectionViewportPosition(column) + header->sectionSize(column) / 2,
                           header->height() / 2);
        const auto best_first = [&] {
            return header->sortIndicatorSection() == column &&
                   header->sortIndicatorOrder() == Qt::DescendingOrder;
        };
        for (int click = 0; click < 3 && !best_first(); ++click)
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, place);
        QVERIFY(best_first());
        double former = std::numeric_limits<double>::infinity();
        for (int row = 0; row < table->model()->rowCount(); ++row) {
            const QVariant key = table->model()->index(row, column).data(LayerTableModel::SortKeyRole);
            if (!key.isValid()) continue;
            QVERIFY(key.toDouble() <= former);
            former = key.toDouble();
        }
    }

    void choose_an_ffn_layer_by_the_filter() {
        window_->layers().filterEdit()->setFocus();
        QTest::keyClicks(window_->layers().filterEdit(), "role:ffn_down block:1");
        QTableView* table = window_->layers().table();
        QTRY_COMPARE(table->model()->rowCount(), 1);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(table->model()->index(0, LayerTableModel::NameColumn)).center());
        tensor_ = window_->layers().currentLayer();
        QVERIFY(tensor_ >= 0);
        QCOMPARE(window_->document().tensor(tensor_).role, Role::ffn_down);
        QTRY_VERIFY(window_->inspection().facts() != nullptr);
        window_->layers().setFilter({});
        QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 20'000);
    }

    void drag_the_clip_handle() {
        // One scale for the whole tensor, so that the figures come from the moment table while the hand
        // moves.
        chooseText("scheme_granularity", static_cast<int>(Granularity::tensor));
        QTRY_COMPARE(notation(tensor_), QString("int8:tensor"));
        QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 20'000);

        auto* view = qobject_cast<WeightsView*>(window_->currentView());
        QVERIFY(view != nullptr);
        HistogramPlot* plot = view->histogram();
        const QPointF grip = plot->handlePosition(HistogramPlot::Handle::high);
        const double before = plot->overlay()->clip_high;
        QWidget* surface = plot->plot();
        QTest::mousePress(surface, Qt::LeftButton, {}, grip.toPoint());
        const int steps_before = window_->document().undoStack().count();
        for (int step = 1; step <= 10; ++step) {
            QTest::mouseMove(surface, grip.toPoint() - QPoint(6 * step, 0));
            QVERIFY(window_->inspection().isPreview());
            // In the same frame: no event loop ran since the mouse moved.
            const auto numbers = window_->inspection().numbers();
            QVERIFY(numbers.has_value());
            QCOMPARE(numbers->facts.measurement.scheme, window_->inspection().scheme());
            QVERIFY(numbers->facts.measurement.sums.error_squared > 0);
        }
        QCOMPARE(window_->document().undoStack().count(), steps_before);
        const LiveNumbers dragged = *window_->inspection().numbers();
        QTest::mouseRelease(surface, Qt::LeftButton, {}, grip.toPoint() - QPoint(60, 0));
        QCOMPARE(window_->document().undoStack().count(), steps_before + 1);
        QVERIFY(plot->overlay()->clip_high < before * 0.95);
        QVERIFY(notation(tensor_).startsWith("int8:tensor:clip"));

        // What the hand saw is what the streaming kernels measure.
        QTRY_VERIFY_WITH_TIMEOUT(window_->document().currentMeasurement(tensor_) != nullptr, 10'000);
        const Measurement* measured = window_->document().currentMeasurement(tensor_);
        QCOMPARE(dragged.facts.measurement.scheme, measured->scheme);
        const double live = dragged.facts.measurement.sums.error_squared;
        QVERIFY(std::fabs(live - measured->sums.error_squared) <= 1e-6 * live);
        QCOMPARE(dragged.facts.measurement.sums.clipped, measured->sums.clipped);
    }

    void switch_to_int4_in_groups_of_64() {
        auto* bits = window_->findChild<QSpinBox*>("scheme_bits");
        QVERIFY(bits != nullptr);
        bits->setFocus();
        bits->selectAll();
        QTest::keyClicks(bits, "4");
        QTest::keyClick(bits, Qt::Key_Tab);
        QTRY_VERIFY(notation(tensor_).startsWith("int4:tensor:clip"));
        chooseText("scheme_range", static_cast<int>(Range::minmax));
        chooseText("scheme_granularity", static_cast<int>(Granularity::group));
        auto* group = window_->findChild<QComboBox*>("scheme_group_size");
        group->setFocus();
        group->lineEdit()->selectAll();
        QTest::keyClicks(group->lineEdit(), "64");
        QTest::keyClick(group->lineEdit(), Qt::Key_Return);
        QTRY_COMPARE(notation(tensor_), QString("int4:g64"));
    }

    void apply_to_all_ffn_layers() {
        auto* action = window_->findChild<QAction*>("apply_ffn");
        QVERIFY(action != nullptr);
        steps_before_apply_ = window_->document().undoStack().count();
        action->trigger();
        QCOMPARE(window_->document().undoStack().count(), steps_before_apply_ + 1);
        QCOMPARE(countOf("int4:g64"), ffnCount());
        QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 60'000);
        plan_ = window_->document().plan();
    }

    void undo_and_redo() {
        auto* undo = window_->findChild<QToolButton*>("undo");
        auto* redo = window_->findChild<QToolButton*>("redo");
        QTest::mouseClick(undo, Qt::LeftButton);
        QCOMPARE(countOf("int4:g64"), 1);
        QTest::mouseClick(redo, Qt::LeftButton);
        QVERIFY(window_->document().plan() == plan_);
        while (window_->document().undoStack().canUndo())
            QTest::mouseClick(undo, Qt::LeftButton);
        QCOMPARE(countOf("int4:g64"), 0);
        QVERIFY(!window_->document().isModified());
        while (window_->document().undoStack().canRedo())
            QTest::mouseClick(redo, Qt::LeftButton);
        QVERIFY(window_->document().plan() == plan_);
    }

    void save_the_plan() {
        const QString path = user_.file("plan with spaces ä.json");
        QSignalSpy written(&window_->files(), &FileController::written);
        window_->files().savePlan(path);
        QVERIFY(written.wait(5000));
        QVERIFY(load_plan(path.toStdString()) == plan_);
        QVERIFY(!window_->document().isModified());
    }

    void export_for_llama_cpp() {
        // llama.cpp has no int4 in groups: the export is refused by name, and nothing is written.
        const QString path = user_.file("types.txt");
        QSignalSpy failed(&window_->files(), &FileController::failed);
        window_->files().exportTo("llama.cpp", path);
        QVERIFY(failed.wait(5000));
        QVERIFY2(failed.front().front().toString().contains("int4"),
                 qPrintable(failed.front().front().toString()));
        QVERIFY(!QFile::exists(path));
        closeMessages();

        window_->applyScheme(ApplyScope::all, parse_scheme("q8_0"));
        window_->applyScheme(ApplyScope::all_ffn, parse_scheme("q4_0"));
        QSignalSpy written(&window_->files(), &FileController::written);
        window_->files().exportTo("llama.cpp", path);
        QVERIFY(written.wait(5000));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("=q4_0"));
        QVERIFY(text.contains("=q8_0"));
    }

    void the_quantized_model_itself() {
        const QString path = user_.file("quantized.gguf");
        QSignalSpy written(&window_->files(), &FileController::written);
        window_->files().exportTo("gguf", path);
        QVERIFY(written.wait(20'000));
        const auto model = open_model(path.toStdString());
        QCOMPARE(model->architecture(), std::string("llama"));
        QCOMPARE(model->find("blk.0.ffn_up.weight")->dtype_name, std::string("q4_0"));
        QCOMPARE(model->find("blk.0.attn_q.weight")->dtype_name, std::string("q8_0"));
    }

    void a_failed_open_leaves_the_model_as_it_is() {
        const auto model = window_->document().model();
        const Plan plan = window_->document().plan();
        window_->document().undoStack().setClean();  // else it would ask
        QSignalSpy failed(&window_->files(), &FileController::failed);
        window_->files().openModel(user_.file("no such model.safetensors"));
        QVERIFY(failed.wait(5000));
        closeMessages();
        QCOMPARE(window_->document().model(), model);
        QVERIFY(window_->document().plan() == plan);
        QVERIFY(window_->document().undoStack().canUndo());
    }

    void a_kept_tensor_shows_its_own_numbers() {
        auto* tensor = window_->findChild<QLabel*>("live_tensor");
        int kept = 0;
        while (window_->document().scheme(kept).family != Family::keep)
            ++kept;
        window_->layers().setCurrentLayer(kept);
        QCOMPARE(tensor->text(), QString::fromStdString(window_->document().tensor(kept).name));
        QVERIFY(window_->findChild<QLabel*>("live_sentence")->text().contains("nothing is lost"));
        QCOMPARE(window_->findChild<QLabel*>("live_rel_error")->text(), QString("–"));
    }

    // After all that needs the sample.
    void what_is_wrong_with_a_model_is_shown_once() {
        const auto file = std::filesystem::path(user_.file("wrong.safetensors").toStdString());
        std::vector<float> values(64 * 64, 0.25F);
        values[5] = std::numeric_limits<float>::quiet_NaN();
        testing::SafetensorsBuilder()
            .add_f32("model.layers.0.mlp.up_proj.weight", {64, 64}, values)
            .write(file);
        auto* issues = window_->findChild<QDockWidget*>("issues");
        QVERIFY(!issues->isVisible());
        window_->document().undoStack().setClean();
        window_->files().openModel(QString::fromStdString(file.string()));
        QTRY_VERIFY_WITH_TIMEOUT(issues->isVisible(), 10'000);
        issues->close();
        window_->document().applyScheme({0}, parse_scheme("int4"), "int4");
        QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 10'000);
        QVERIFY(!issues->isVisible());
        window_->document().undoStack().setClean();
    }

    void a_model_without_weights_says_so_in_every_view() {
        testing::SafetensorsBuilder()
            .add_f32("nothing", {0}, {})
            .add("steps", "I32", {2}, std::vector<std::byte>(8))
            .write(user_.file("no weights.safetensors").toStdString());
        window_->files().openModel(user_.file("no weights.safetensors"));
        QTRY_COMPARE_WITH_TIMEOUT(window_->document().tensorCount(), 2, 10'000);
        const auto sentence = [this](int view) {
            window_->showView(view);
            const bool settled = QTest::qWaitFor([this] { return window_->isSettled(); }, 10'000);
            const PlotView* plot = window_->views()[static_cast<std::size_t>(view)]->plot();
            return settled ? plot->shownSentence() : QString("it never settles");
        };
        QCOMPARE(window_->layers().currentLayer(), 0);
        for (const int of_tensor : {0, 1, 2, 5})
            QCOMPARE(sentence(of_tensor), QString("This tensor has no elements."));
        window_->layers().setCurrentLayer(1);
        for (const int of_tensor : {0, 1, 2, 5})
            QCOMPARE(sentence(of_tensor),
                     QString("This tensor holds i32 values, which are listed but not measured."));
        for (const int of_model : {3, 4})
            QCOMPARE(sentence(of_model), QString("This model has no weights that are usually quantized."));
        for (const int view : {0, 1, 2, 3, 4, 5}) {
            window_->showView(view);
            user_.language().use("de");
            QCoreApplication::processEvents();
            QVERIFY2(sentence(view).startsWith("Dieser") || sentence(view).startsWith("Dieses"),
                     qPrintable(sentence(view)));
            user_.language().use("en");
            QCoreApplication::processEvents();
        }
        window_->showView(0);
    }

    void the_language_changes_while_the_window_is_open() {
        const QString english = window_->views().front()->title();
        user_.language().use("de");
        QCoreApplication::processEvents();
        QCOMPARE(window_->views().front()->title(), QString("Gewichte"));
        user_.language().use("en");
        QCoreApplication::processEvents();
        QCOMPARE(window_->views().front()->title(), english);
    }

  private:
    QString notation(int tensor) const {
        return QString::fromStdString(to_string(window_->document().scheme(tensor)));
    }
    int countOf(const QString& wanted) const {
        int count = 0;
        for (int tensor = 0; tensor < window_->document().tensorCount(); ++tensor)
            count += notation(tensor) == wanted;
        return count;
    }
    int ffnCount() const {
        int count = 0;
        for (int tensor = 0; tensor < window_->document().tensorCount(); ++tensor) {
            const Role role = window_->document().tensor(tensor).role;
            count += role == Role::ffn_gate || role == Role::ffn_up || role == Role::ffn_down;
        }
        return count;
    }
    // Chooses an entry by its value with the keyboard, as a user would.
    void chooseText(const char* box_name, int value) {
        auto* box = window_->findChild<QComboBox*>(box_name);
        QVERIFY(box != nullptr);
        const int wanted = box->findData(value);
        QVERIFY(wanted >= 0);
        box->setFocus();
        for (int guard = 0; guard < 10 && box->currentIndex() != wanted; ++guard)
            QTest::keyClick(box, box->currentIndex() < wanted ? Qt::Key_Down : Qt::Key_Up);
        QCOMPARE(box->currentIndex(), wanted);
    }
    static void closeMessages() {
        for (QWidget* widget : QApplication::topLevelWidgets())
            if (widget->inherits("QMessageBox")) widget->close();
    }

    testing::FreshUser user_;
    std::unique_ptr<MainWindow> window_;
    int tensor_ = -1;
    int steps_before_apply_ = 0;
    Plan plan_;
};

QTEST_MAIN(TestMainJob)
#include "test_main_job.moc"
