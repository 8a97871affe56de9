// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized file in the window: what it holds is looked at, held against its original, and its recipe taken
// over. Pictures of it go to $HALFSTEP_GALLERY, where that is set.
#include "app/window/comparison_dialog.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "tests/app/fresh_user.h"
#include "tests/support/test_data.h"
#include "widgets/style/theme.h"
#include "widgets/tables/comparison_table_model.h"
#include "widgets/tables/layer_table_view.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <memory>

using namespace halfstep;

class TestQuantizedModels : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        derived_ = QString::fromStdString((*models / "stories260k-gguf/derived").string());
        window_ = user_.shown_window();
        QVERIFY(window_);
    }

    void cleanupTestCase() { window_.reset(); }

    void what_is_quantized_starts_kept() {
        open("stories260K-ffn192-Q4_0.gguf");
        for (int tensor = 0; tensor < window_->document().tensorCount(); ++tensor)
            QCOMPARE(notation(tensor), QString("keep"));
        bool noted = false;
        for (const Issue& issue : window_->document().issues())
            noted =
                noted || issue.message.find("37 tensors already quantized: q4_0 (37)") != std::string::npos;
        QVERIFY(noted);
        for (std::size_t view = 0; view < window_->views().size(); ++view) {
            window_->showView(static_cast<int>(view));
            settle();
            keepPictures(*window_, QString("view-%1").arg(view + 1));
        }
    }

    // The weights are on q4_0's levels already: its blocks lose next to nothing, int4 does.
    void it_can_be_quantized_again() {
        const int tensor = window_->layers().currentLayer();
        QVERIFY(tensor >= 0);
        window_->document().applyScheme({tensor}, parse_scheme("int4"), "int4");
        settle();
        const Measurement* measured = window_->document().currentMeasurement(tensor);
        QVERIFY(measured != nullptr && measured->sums.error_squared > 0);
        const auto numbers = window_->inspection().numbers();
        QVERIFY(numbers && numbers->facts.quantized_as == "q4_0");
        window_->showView(0);
        settle();
        keepPictures(*window_, "again");
        window_->document().undoStack().undo();
    }

    void it_is_compared_with_its_original() {
        QSignalSpy compared(&window_->files(), &FileController::compared);
        window_->files().compareWith(derived_ + "/stories260K-ffn192-F32.gguf");
        QTRY_COMPARE_WITH_TIMEOUT(compared.size(), 1, 20'000);
        auto* dialog = window_->findChild<ComparisonDialog*>();
        QVERIFY(dialog != nullptr && dialog->isVisible());
        const QAbstractItemModel* rows = dialog->table()->model();
        QCOMPARE(rows->rowCount(), 48);
        // The worst one of halfstep-cli compare, and of the oracle.
        QCOMPARE(rows->index(0, ComparisonTableModel::NameColumn).data().toString(),
                 QString("blk.0.attn_v.weight"));
        QCOMPARE(rows->index(0, ComparisonTableModel::ErrorColumn).data().toString(), QString("9.60 %"));
        const QString summary = dialog->findChild<QLabel*>("comparison_summary")->text();
        QVERIFY2(summary.contains("48 tensors compared · 4.562 bits per weight"), qPrintable(summary));
        QCOMPARE(dialog->csv().count('\n'), 49);

        emit dialog->table()->activated(rows->index(0, 0));
        QCOMPARE(window_->document().tensor(window_->layers().currentLayer()).name,
                 std::string("blk.0.attn_v.weight"));
        keepPictures(*dialog, "comparison");
        user_.language().use("de");
        QCoreApplication::processEvents();
        QCOMPARE(dialog->windowTitle(), QString("Vergleich mit dem Original"));
        user_.language().use("en");
        dialog->close();
    }

    void a_recipe_is_one_step_of_undo() {
        open("stories260K-ffn192-F32.gguf");
        QCOMPARE(notation("blk.0.ffn_up.weight"), QString("int8"));
        window_->files().takeRecipe(derived_ + "/stories260K-ffn192-Q5_1.gguf");
        QTRY_COMPARE_WITH_TIMEOUT(window_->document().undoStack().count(), 1, 20'000);
        QCOMPARE(window_->document().undoStack().undoText(),
                 QString("take the recipe of stories260K-ffn192-Q5_1.gguf"));
        QCOMPARE(notation("blk.0.ffn_up.weight"), QString("q5_1"));
        QCOMPARE(notation("output_norm.weight"), QString("keep"));
        window_->document().undoStack().undo();
        QCOMPARE(notation("blk.0.ffn_up.weight"), QString("int8"));
        settle();
    }

    void a_file_of_another_model_has_no_recipe_for_it() {
        QSignalSpy failed(&window_->files(), &FileController::failed);
        window_->files().takeRecipe(derived_ + "/../../silero-vad/silero_vad_16k.safetensors");
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, 20'000);
        QVERIFY(failed[0][0].toString().contains("no tensor in common with the open model"));
        QCOMPARE(window_->document().undoStack().index(), 0);
    }

  private:
    void open(const QString& file) {
        QSignalSpy opened(&window_->files(), &FileController::opened);
        window_->document().undoStack().setClean();
        window_->files().openModel(derived_ + '/' + file);
        QTRY_COMPARE_WITH_TIMEOUT(opened.size(), 1, 20'000);
        settle();
    }

    void settle() { QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 60'000); }

    QString notation(int tensor) const {
        return QString::fromStdString(to_string(window_->document().scheme(tensor)));
    }
    QString notation(const char* name) const { return notation(window_->document().indexOf(name)); }

    static void keepPictures(QWidget& widget, const QString& name) {
        const QString folder = qEnvironmentVariable("HALFSTEP_GALLERY");
        if (folder.isEmpty()) return;
        for (const bool dark : {false, true}) {
            applyTheme(*qApp, dark ? ThemeMode::dark : ThemeMode::light);
            QTest::qWait(200);
            widget.grab().save(QDir(folder).filePath(name + (dark ? "-dark.png" : "-light.png")));
        }
        applyTheme(*qApp, ThemeMode::light);
    }

    testing::FreshUser user_;
    QString derived_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestQuantizedModels)
#include "test_quantized_models.moc"
