// SPDX-License-Identifier: GPL-3.0-or-later
// The Budget view in the window: measured, dragged, undone, locked, and what it tells. Pictures of it go to
// $HALFSTEP_GALLERY, where that is set.
#include "app/views/budget_view.h"
#include "app/window/device_dialog.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "core/allocation/device.h"
#include "core/exports/export_target.h"
#include "tests/app/fresh_user.h"
#include "tests/support/safetensors_builder.h"
#include "widgets/plots/budget_plot.h"
#include "widgets/style/elided_label.h"
#include "widgets/style/theme.h"
#include "widgets/tables/layer_table_model.h"
#include "widgets/tables/layer_table_view.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

using namespace halfstep;

class TestBudgetWindow : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (FileController::samplePath().isEmpty()) QSKIP("the sample is missing");
        window_ = user_.shown_window();
        QVERIFY(window_);
        window_->files().openSample();
        QTRY_VERIFY_WITH_TIMEOUT(document().isOpen(), 20'000);
        settle();
        for (std::size_t i = 0; i < window_->views().size(); ++i)
            if (qobject_cast<BudgetView*>(window_->views()[i]) != nullptr)
                window_->showView(static_cast<int>(i));
        settle();
        QVERIFY(planner().allocation() != nullptr);
    }

    void cleanupTestCase() { window_.reset(); }

    void it_starts_at_the_plan_and_changes_nothing() {
        QVERIFY(!document().undoStack().canUndo());
        QVERIFY(std::abs(planner().budget() - planner().planBits()) < 1e-9);
        QVERIFY(planner().best() && planner().best()->proven());
        QVERIFY(plot()->data().front->size() > 20);
        QCOMPARE(plot()->data().uniform.size(), planner().settings().candidates.size());
        keepPictures("start");
    }

    void dragging_brings_the_best_plan_in_one_step() {
        const Plan before = document().plan();
        const double start = planner().budget();
        drag(4.5);
        QVERIFY(std::abs(planner().budget() - 4.5) < 0.02);
        QVERIFY(planner().planBits() <= planner().budget());
        QVERIFY(std::abs(*planner().planLoss() / planner().best()->loss - 1) < 1e-12);
        QVERIFY(planner().best()->loss <= planner().greedy()->loss * (1 + 1e-12));
        QCOMPARE(document().undoStack().count(), 1);
        QVERIFY(document().undoStack().undoText().startsWith("the best plan for 4.5"));
        const BudgetData& shown = plot()->data();
        QVERIFY(
            std::ranges::any_of(shown.cells, [](const auto& cell) { return cell.bits < cell.former_bits; }));
        QVERIFY(spin()->value() == std::round(planner().budget() * 1000) / 1000);
        keepPictures("dragged");

        const double first = planner().budget();
        drag(3.2);
        const double second = planner().budget();
        QCOMPARE(document().undoStack().count(), 2);
        document().undoStack().undo();
        QVERIFY(planner().budget() == first);
        document().undoStack().undo();
        QVERIFY(document().plan() == before);
        QVERIFY(planner().budget() == start && spin()->value() == std::round(start * 1000) / 1000);
        document().undoStack().redo();
        document().undoStack().redo();
        QVERIFY(planner().budget() == second && planner().best()->bits_per_weight == planner().planBits());
        document().undoStack().undo();
        settle();
        QVERIFY(planner().budget() == first);
    }

    void the_field_and_the_keys_move_it_too() {
        spin()->setValue(5.25);
        settle();
        QVERIFY(planner().budget() == 5.25);
        QVERIFY(planner().planBits() <= 5.25);
        auto* size = window_->findChild<QDoubleSpinBox*>("budgetSize");
        QCOMPARE(size->suffix(), QString(" MB"));
        size->setValue(1.6);
        settle();
        const PlanCost cost = plan_cost(*document().model(), document().plan());
        QVERIFY2(cost.bytes <= 1'600'000 && cost.bytes > 1'560'000, qPrintable(QString::number(cost.bytes)));
        spin()->setValue(5.25);
        settle();
        plot()->plot()->setFocus();
        QTest::keyClick(plot()->plot(), Qt::Key_Right);
        QVERIFY(std::abs(planner().budget() - 5.3) < 1e-9);
        QTest::keyClick(plot()->plot(), Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(std::abs(planner().budget() - 5.05) < 1e-9);
        settle();
    }

    void locked_layers_stay() {
        const int tensor = planner().tensors()[5];
        document().applyScheme({tensor}, parse_scheme("int8:g64"), "int8");
        settle();
        window_->layers().setCurrentLayer(tensor);
        QAction* lock = window_->layers().findChild<QAction*>("lock");
        window_->layers().contextMenu();
        QVERIFY(lock->text().contains("Lock selected"));
        lock->trigger();
        settle();
        QVERIFY(document().isLocked(tensor));
        QVERIFY(window_->layers().model()->row(tensor).locked);
        drag(3.0);
        QCOMPARE(to_string(document().scheme(tensor)), std::string("int8:g64"));
        QVERIFY(document().plan().entries[static_cast<std::size_t>(tensor)].locked);
        QVERIFY(plot()->data().cells[5].locked);
        keepPictures("locked");

        // The lock is part of the plan's file.
        const QString file = user_.file("plan.json");
        window_->files().savePlan(file);
        settle();
        document().undoStack().undo();
        document().undoStack().undo();
        QVERIFY(!document().isLocked(tensor));
        window_->files().loadPlan(file);
        settle();
        QVERIFY(document().isLocked(tensor));
        document().undoStack().undo();
        QVERIFY(!document().isLocked(tensor));
        settle();
    }

    void a_budget_that_is_too_small_is_told_and_nothing_changes() {
        const Plan before = document().plan();
        spin()->setValue(1.5);
        settle();
        QVERIFY2(
            planner().problem().startsWith("No plan fits into 1.5 bits a weight: the smallest takes 2.25"),
            qPrintable(planner().problem()));
        QVERIFY(!planner().best() && planner().allocation() != nullptr);
        QVERIFY(document().plan() == before);
        type(window_->findChild<QComboBox*>("candidates"), "int4:g64");
        settle();
        QVERIFY(document().plan() == before);
        spin()->setValue(4.25);
        settle();
        QVERIFY(planner().best().has_value() && planner().problem().isEmpty());
        type(window_->findChild<QComboBox*>("candidates"), "");
        settle();
    }

    void what_shares_a_scheme_with_a_locked_layer_gets_it() {
        const int query = find(Role::attention_q);
        document().applyScheme({query}, parse_scheme("int4:g128:gamma"), "gamma");
        document().setLocked({query}, true, "lock");
        window_->findChild<QCheckBox*>("fuse")->setChecked(true);
        settle();
        QVERIFY2(planner().problem().isEmpty(), qPrintable(planner().problem()));
        spin()->setValue(4.5);
        settle();
        QCOMPARE(to_string(document().scheme(find(Role::attention_k))), std::string("int4:g128:gamma"));
        window_->findChild<QCheckBox*>("fuse")->setChecked(false);
        document().setLocked({query}, false, "unlock");
        settle();
    }

    void locks_that_contradict_are_told() {
        const int query = find(Role::attention_q);
        const int key = find(Role::attention_k);
        document().applyScheme({query}, parse_scheme("int4:g64"), "int4");
        document().applyScheme({key}, parse_scheme("int8:g64"), "int8");
        document().setLocked({query, key}, true, "lock");
        window_->findChild<QCheckBox*>("fuse")->setChecked(true);
        settle();
        for (const char* part :
             {"share a scheme, but are locked to", "int4:g64", "int8:g64", "q_proj", "k_proj"})
            QVERIFY2(planner().problem().contains(part), qPrintable(planner().problem()));
        window_->findChild<QCheckBox*>("fuse")->setChecked(false);
        document().setLocked({query, key}, false, "unlock");
        settle();
        QVERIFY(planner().problem().isEmpty());
    }

    void rules_are_kept() {
        auto* fuse = window_->findChild<QCheckBox*>("fuse");
        auto* protect = window_->findChild<QCheckBox*>("protect");
        fuse->setChecked(true);
        protect->setChecked(true);
        settle();
        drag(planner().allocation()->smallest().bits_per_weight + 0.3);
        std::optional<Scheme> of_query;
        for (std::size_t i = 0; i < planner().tensors().size(); ++i) {
            const int tensor = planner().tensors()[i];
            const TensorInfo& info = document().tensor(tensor);
            if (info.role == Role::token_embedding || info.role == Role::output_head)
                QVERIFY(plot()->data().cells[i].bits >= 8);
            if (info.role == Role::attention_k || info.role == Role::attention_q ||
                info.role == Role::attention_v) {
                if (info.block != 1) continue;
                if (!of_query) of_query = document().scheme(tensor);
                QVERIFY(document().scheme(tensor) == *of_query);
            }
        }
        QVERIFY(of_query.has_value());
        keepPictures("rules");
        fuse->setChecked(false);
        protect->setChecked(false);
        settle();
    }

    void a_contradiction_is_told_and_nothing_changes() {
        auto* candidates = window_->findChild<QComboBox*>("candidates");
        const Plan before = document().plan();
        type(candidates, "int4:g64 int3:g64");
        window_->findChild<QCheckBox*>("protect")->setChecked(true);
        settle();
        QVERIFY(planner().allocation() == nullptr);
        QVERIFY2(planner().problem().startsWith("No candidate gives 'lm_head.weight' the 8 bits a weight"),
                 qPrintable(planner().problem()));
        QVERIFY(document().plan() == before);
        QVERIFY(!window_->findChild<QPushButton*>("usePlan")->isEnabled());
        keepPictures("contradiction");
        window_->findChild<QCheckBox*>("protect")->setChecked(false);
        type(candidates, "int4:g64 nonsense");
        QVERIFY(candidates->toolTip().contains("nonsense"));
        QVERIFY(comparison()->text().contains("nonsense"));
        QCOMPARE(planner().settings().candidates.size(), 2U);
        type(candidates, "");
        settle();
        QCOMPARE(planner().settings().candidates.size(), 6U);
    }

    void a_target_gets_what_it_can_hold_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("one_scheme");
        QTest::newRow("awq") << "awq" << true;
        QTest::newRow("bitsandbytes") << "bitsandbytes" << true;
        QTest::newRow("hqq") << "hqq" << false;
        QTest::newRow("compressed-tensors") << "compressed-tensors" << false;
        QTest::newRow("exllamav2") << "exllamav2" << false;
    }
    void a_target_gets_what_it_can_hold() {
        QFETCH(QString, name);
        QFETCH(bool, one_scheme);
        const ExportTarget& target = find_export_target(name.toStdString());
        choose("target", name);
        settle();
        QVERIFY2(planner().problem().isEmpty() || planner().problem().startsWith("No plan fits"),
                 qPrintable(planner().problem()));
        QVERIFY(!planner().leftOut().isEmpty());
        QVERIFY(std::ranges::any_of(planner().tensors(), [&](int tensor) {
            return std::ranges::any_of(planner().settings().candidates, [&](const Scheme& scheme) {
                return !target.why_not_for(*document().model(), document().tensor(tensor), scheme).empty();
            });
        }));
        for (const double bits : {6.0, 6.9, 8.8}) {
            spin()->setValue(bits);
            settle();
            QVERIFY2(planner().best() && planner().best()->proven(), qPrintable(planner().problem()));
            QCOMPARE(planner().isRestricted(), name == "bitsandbytes" || name == "hqq");
            std::vector<Scheme> used;
            for (const int tensor : planner().tensors()) {
                const Scheme& scheme = document().scheme(tensor);
                const std::string why =
                    target.why_not_for(*document().model(), document().tensor(tensor), scheme);
                QVERIFY2(why.empty(), why.c_str());
                if (scheme.family != Family::keep && std::ranges::find(used, scheme) == used.end())
                    used.push_back(scheme);
            }
            QVERIFY(!used.empty() && (used.size() == 1 || !one_scheme));
            target.check({*document().model(), document().plan(), {}});
        }
        keepPictures("target-" + name);
        // What it cannot hold is no candidate either.
        type(window_->findChild<QComboBox*>("candidates"), "int4:g64:gamma");
        QVERIFY(comparison()->text().contains(name + " cannot hold the candidate int4:g64:gamma"));
        choose("target", {});
        settle();
        QCOMPARE(planner().settings().candidates.size(), 6U);
        QVERIFY(planner().leftOut().isEmpty() && !planner().isRestricted());
    }

    void a_lock_that_a_target_cannot_hold_is_told() {
        const int head = find(Role::output_head);
        document().applyScheme({head}, parse_scheme("int4:asym:g128"), "int4");
        document().setLocked({head}, true, "lock");
        choose("target", "awq");
        settle();
        QVERIFY(!planner().best());
        QVERIFY2(comparison()->text().contains("awq cannot hold it in int4:asym:g128, as its lock asks for"),
                 qPrintable(comparison()->text()));
        document().setLocked({head}, false, "unlock");
        settle();
        QVERIFY2(planner().problem().isEmpty(), qPrintable(planner().problem()));
        choose("target", {});
        settle();
    }

    void sensitivities_come_from_roles_and_files() {
        auto* choice = window_->findChild<QComboBox*>("sensitivity");
        choice->setCurrentIndex(1);
        emit choice->activated(1);
        settle();
        QVERIFY(planner().settings().by_role);
        const int down = find(Role::ffn_down);
        QVERIFY(document().sensitivity(down) == 4);
        const std::string name = document().tensor(down).name;
        planner().loadSensitivities(
            QString::fromStdString(user_.folder().put("mine.csv", "name,value\n" + name + ",77\n").string()));
        settle();
        QVERIFY(document().sensitivity(down) == 77);
        QCOMPARE(planner().sensitivitySource(), QString("mine.csv"));
        QCOMPARE(choice->currentText(), QString("From mine.csv"));
        QSignalSpy failed(&window_->files(), &FileController::failed);
        planner().loadSensitivities(QString::fromStdString(user_.folder().put("bad.csv", "x,1\n").string()));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, 20'000);
        QVERIFY(document().sensitivity(down) == 77);
        emit choice->activated(0);
        settle();
        QVERIFY(document().sensitivity(down) == 1);
    }

    // A megabyte a token, and 50 MB a second: 50 tokens.
    void devices_are_edited_and_told() {
        DeviceDialog dialog(budget().devices());
        QTableWidget* table = dialog.table();
        const int rows = table->rowCount();
        QVERIFY(rows >= 20 && dialog.ownDevices().empty());
        table->item(3, 1)->setText("17");
        QCOMPARE(dialog.ownDevices().size(), 1U);
        QVERIFY(dialog.ownDevices().front().memory == 17'000'000'000);
        const QString name = table->item(3, 0)->text();
        const auto says = [&](int row, int column, const QString& text) {
            const QString former = table->item(row, column)->text();
            table->item(row, column)->setText(text);
            dialog.accept();
            table->item(row, column)->setText(former);
            return dialog.result() == QDialog::Rejected && table->currentRow() == row &&
                           table->currentColumn() == column
                       ? dialog.problem()
                       : QString();
        };
        QCOMPARE(says(3, 2, "-1"),
                 QString("The bandwidth of %1 has to be a number of GB/s above 0, not \"-1\".").arg(name));
        QCOMPARE(says(3, 1, "a lot"),
                 QString("The memory of %1 has to be a number of GB above 0, not \"a lot\".").arg(name));
        QCOMPARE(says(3, 3, "8x"), QString("What %1 computes has to be weight x activation bits like 16x16 "
                                           "8x8, not \"8x\".")
                                       .arg(name));
        QCOMPARE(says(4, 0, name), QString("Two devices have the name %1.").arg(name));
        QCOMPARE(says(3, 0, " "), QString("A device needs a name."));
        dialog.accept();
        QCOMPARE(dialog.result(), static_cast<int>(QDialog::Accepted));

        save_own_devices({{"Toy", 1'000'000, 50e6, {{16, 16}, {4, 16}}}});
        budget().devicesChanged();
        auto* device = window_->findChild<QComboBox*>("device");
        QCOMPARE(device->itemText(0), QString("Toy"));
        device->setCurrentIndex(0);
        emit device->activated(0);
        keepPictures("device");
        const DeviceCost cost =
            device_cost(*document().model(), document().plan(), budget().devices().front());
        QVERIFY(!cost.fits && cost.tokens_per_second.has_value());
    }

    // Prints how long a step of a drag takes, all of it: the plan, the table, and the picture.
    void a_thousand_layers() {
        testing::SafetensorsBuilder builder;
        std::mt19937 random(1);
        std::normal_distribution<float> normal(0.0F, 0.05F);
        for (int i = 0; i < 1000; ++i) {
            const std::int64_t rows = 16 * (1 + i % 5);
            std::vector<float> values(static_cast<std::size_t>(rows) * 64);
            for (float& value : values)
                value = normal(random);
            const char* parts[] = {"self_attn.q_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj",
                                   "mlp.down_proj"};
            builder.add_f32(fmt::format("model.layers.{}.{}.weight", i / 5, parts[i % 5]), {rows, 64},
                            values);
        }
        builder.write(user_.folder().path("thousand.safetensors"));
        document().undoStack().setClean();
        window_->files().openModel(user_.file("thousand.safetensors"));
        QTRY_COMPARE_WITH_TIMEOUT(document().tensorCount(), 1000, 20'000);
        settle();
        type(window_->findChild<QComboBox*>("candidates"),
             "int2 int3 int4 int5 int6 int7 int8 int2:g64 int3:g64 int4:g64 int5:g64 int6:g64 int7:g64 "
             "int8:g64 "
             "int2:g32 int3:g32 int4:g32 int5:g32 int6:g32 int7:g32 int8:g32 q4_0 q5_0 q8_0");
        settle();
        QVERIFY(planner().best() && planner().best()->proven());
        timeDrag("over 1,000 layers x 24 schemes");
        QVERIFY(planner().best()->proven());
        QVERIFY(planner().planBits() <= 7);
        settle();
        keepPictures("thousand");
        choose("target", "hqq");
        settle();
        timeDrag("for hqq");
        QVERIFY(planner().best()->proven());
        choose("target", {});
        settle();
    }

    void the_curve_keeps_its_room_in_a_small_window() {
        document().undoStack().setClean();
        window_->files().openSample();
        QTRY_VERIFY_WITH_TIMEOUT(document().tensorCount() < 100, 20'000);
        settle();
        spin()->setValue(1.5);
        settle();
        auto* issues = window_->findChild<QDockWidget*>("issues");
        issues->show();
        issues->raise();
        window_->resize(1024, 700);
        QTest::qWait(100);
        keepPicture("small", "light");
        QVERIFY2(plot()->frontRect()->height() >= 70,
                 qPrintable(QString::number(plot()->frontRect()->height())));
        // The whole problem is read in two lines.
        QVERIFY(comparison()->text().startsWith("No plan fits into"));
        issues->hide();
        window_->resize(1280, 800);
        QTest::qWait(100);
        QVERIFY(plot()->stripRect()->visible() && plot()->stripRect()->height() > 60);
        QCOMPARE(qobject_cast<ElidedLabel*>(comparison())->shownText().count(u'\n'), 1);
        spin()->setValue(4.5);
        settle();
        QCOMPARE(qobject_cast<ElidedLabel*>(comparison())->shownText().count(u'\n'), 0);
        keepPictures("again");
    }

    void sizes_below_a_megabyte_are_in_kilobytes() {
        auto* size = window_->findChild<QDoubleSpinBox*>("budgetSize");
        spin()->setValue(2.3);
        settle();
        QCOMPARE(size->suffix(), QString(" kB"));
        QVERIFY(std::abs(size->value() * 1000 - planner().bytesOf(planner().budget())) < 1);
        spin()->setValue(4.5);
        settle();
        QCOMPARE(size->suffix(), QString(" MB"));
    }

    void in_german() {
        user_.language().use("de");
        QCoreApplication::processEvents();
        keepPictures("german");
        user_.language().use("en");
    }

  private:
    Document& document() { return window_->document(); }
    BudgetView& budget() { return *window_->findChild<BudgetView*>(); }
    BudgetPlanner& planner() { return budget().planner(); }
    BudgetPlot* plot() { return window_->findChild<BudgetPlot*>(); }
    QDoubleSpinBox* spin() { return window_->findChild<QDoubleSpinBox*>("budgetBits"); }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 60'000); }

    int find(Role role) {
        for (int i = 0; i < document().tensorCount(); ++i)
            if (document().tensor(i).role == role) return i;
        return -1;
    }

    void type(QComboBox* box, const QString& text) {
        box->setEditText(text);
        emit box->lineEdit()->editingFinished();
    }

    void timeDrag(const char* over) {
        std::vector<qint64> times;
        for (int step = 0; step <= 40; ++step) {
            QElapsedTimer timer;
            timer.start();
            emit plot()->budgetDragged(3 + 0.1 * step);
            QCoreApplication::processEvents();
            times.push_back(timer.nsecsElapsed());
        }
        emit plot()->budgetReleased();
        std::ranges::sort(times);
        qInfo("a step of a drag %s: median %.1f ms, worst %.1f ms", over,
              static_cast<double>(times[times.size() / 2]) / 1e6, static_cast<double>(times.back()) / 1e6);
    }

    QLabel* comparison() { return budget().findChild<QLabel*>("comparison"); }

    void choose(const char* box, const QString& data) {
        auto* choice = window_->findChild<QComboBox*>(box);
        choice->setCurrentIndex(choice->findData(data));
        emit choice->activated(choice->currentIndex());
    }

    // With the mouse, in some steps.
    void drag(double bits) {
        QCoreApplication::processEvents();
        QWidget* area = plot()->plot();
        const QRect rect = plot()->frontRect()->rect();
        const double from = plot()->budgetPixel();
        const double to = plot()->frontRect()->axis(QCPAxis::atBottom)->coordToPixel(bits);
        const auto at = [&](double x) { return QPoint(static_cast<int>(std::lround(x)), rect.center().y()); };
        QTest::mousePress(area, Qt::LeftButton, {}, at(from));
        for (int step = 1; step <= 8; ++step) {
            const QPoint point = at(from + (to - from) * step / 8);
            QMouseEvent move(QEvent::MouseMove, point, area->mapToGlobal(point), Qt::NoButton, Qt::LeftButton,
                             {});
            QApplication::sendEvent(area, &move);
        }
        QTest::mouseRelease(area, Qt::LeftButton, {}, at(to));
        settle();
    }

    void keepPictures(const QString& name) {
        const QString folder = qEnvironmentVariable("HALFSTEP_GALLERY");
        if (folder.isEmpty()) return;
        for (const ThemeMode mode : {ThemeMode::dark, ThemeMode::light}) {
            applyTheme(*qApp, mode);
            for (const QSize size : {QSize(2560, 1440), QSize(1280, 800)}) {
                window_->resize(size);
                QCoreApplication::processEvents();
                QTest::qWait(50);
                keepPicture(name, mode == ThemeMode::light ? "light" : "dark");
            }
        }
    }

    void keepPicture(const QString& name, const QString& theme) {
        const QString folder = qEnvironmentVariable("HALFSTEP_GALLERY");
        if (!folder.isEmpty())
            window_->grab().save(QDir(folder).filePath(
                QStringLiteral("budget-%1-%2-%3.png").arg(name, theme).arg(window_->width())));
    }

    testing::FreshUser user_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestBudgetWindow)
#include "test_budget_window.moc"
