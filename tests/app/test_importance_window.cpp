// SPDX-License-Identifier: GPL-3.0-or-later
// An importance matrix in the window: loaded, shown, measured with, undone and removed. Pictures of it go to
// $HALFSTEP_GALLERY, where that is set.
#include "app/views/view.h"
#include "app/window/file_controller.h"
#include "app/window/main_window.h"
#include "tests/app/fresh_user.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/safetensors_builder.h"
#include "widgets/panels/importance_label.h"
#include "widgets/plots/channel_plot.h"
#include "widgets/style/theme.h"
#include "widgets/tables/layer_table_view.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include <cmath>
#include <memory>
#include <random>

using namespace halfstep;
using testing::ImatrixBuilder;

namespace {

constexpr std::size_t inputs = 256;

std::vector<float> gaussian(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, 0.05F);
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

}  // namespace

class TestImportanceWindow : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        testing::SafetensorsBuilder()
            .add_f32("model.layers.0.mlp.down_proj.weight", {96, inputs}, gaussian(96 * inputs, 1))
            .add_f32("model.layers.0.mlp.up_proj.weight", {96, inputs}, gaussian(96 * inputs, 2))
            .write(user_.folder().path("model.safetensors"));
        std::vector<float> sums(inputs);
        for (std::size_t i = 0; i < inputs; ++i)
            sums[i] = std::exp(3 * std::sin(static_cast<float>(i) / 9));
        imatrix_ =
            put("imatrix.gguf",
                ImatrixBuilder().add("blk.0.ffn_down.weight", sums, {1}).dataset("calibration.txt").gguf());
        window_ = user_.shown_window();
        QVERIFY(window_);
        window_->files().openModel(user_.file("model.safetensors"));
        QTRY_VERIFY_WITH_TIMEOUT(document().isOpen(), 20'000);
        document().applyScheme({0, 1}, parse_scheme("q4_0"), "q4_0");
        settle();
    }

    void cleanupTestCase() { window_.reset(); }

    void it_is_one_step_of_undo_and_measured_anew() {
        const Measurement before = *document().currentMeasurement(0);
        const Measurement other = *document().currentMeasurement(1);
        QVERIFY(!before.weighted);
        QVERIFY(!label()->isVisible());
        load();
        QCOMPARE(document().undoStack().undoText(), QString("load importance imatrix.gguf"));
        const Measurement with = *document().currentMeasurement(0);
        QVERIFY(with.weighted_rel_error().has_value());
        QVERIFY(with.sums.error_squared != before.sums.error_squared);
        QVERIFY(*with.weighted_rel_error() < rel_error(before.sums));
        QVERIFY(document().currentMeasurement(1)->sums.error_squared == other.sums.error_squared);

        document().undoStack().undo();
        QVERIFY(document().importance() == nullptr);
        settle();
        QVERIFY(document().currentMeasurement(0)->sums.error_squared == before.sums.error_squared);
        QVERIFY(!document().currentMeasurement(0)->weighted);
        document().undoStack().redo();
        settle();
        QVERIFY(document().currentMeasurement(0)->sums.error_squared == with.sums.error_squared);
    }

    void the_window_says_so() {
        QVERIFY(label()->isVisible());
        QCOMPARE(label()->findChild<QLabel*>("importance_text")->text(), QString("importance: imatrix.gguf"));
        QCOMPARE(label()->toolTip(), QString("The inputs of 1 of 2 layers are weighted with it. It was made "
                                             "with calibration.txt."));
        window_->layers().setCurrentLayer(0);
        settle();
        const auto* weighted = window_->findChild<QLabel*>("live_weighted_rel_error");
        QVERIFY(weighted->isVisible());
        QVERIFY(weighted->text().endsWith("%"));
        window_->layers().setCurrentLayer(1);
        settle();
        QVERIFY(!weighted->isVisible());
        user_.language().use("de");
        QCoreApplication::processEvents();
        QCOMPARE(label()->findChild<QLabel*>("importance_text")->text(),
                 QString("Wichtigkeit: imatrix.gguf"));
        user_.language().use("en");
    }

    void the_channels_view_shows_it_by_input() {
        window_->showView(2);
        window_->layers().setCurrentLayer(0);
        settle();
        const PlotTable table = channels()->table();
        QCOMPARE(table.headers.last(), QString("importance [mean squared activation]"));
        QCOMPARE(table.rows.size(), inputs);
        QCOMPARE(table.rows[0].last(), QString("1"));
        QVERIFY(table.rows[200].first().isEmpty());
        keepPictures("channels");
        window_->layers().setCurrentLayer(1);
        settle();
        QCOMPARE(channels()->table().headers.last(), QString("outliers [weights]"));
        keepPictures("channels-without");
        window_->layers().setCurrentLayer(0);
        settle();
        QCOMPARE(channels()->table().headers.size(), 9);
    }

    void the_error_profile_is_of_what_was_measured() {
        QVERIFY(window_->inspection().profile() != nullptr);
        QVERIFY(std::abs(window_->inspection().profile()->sums.error_squared /
                             document().currentMeasurement(0)->sums.error_squared -
                         1) < 1e-12);
    }

    void a_file_that_cannot_be_used_changes_nothing() {
        const std::shared_ptr<const Importance> before = document().importance();
        QSignalSpy failed(&window_->files(), &FileController::failed);
        window_->files().loadImatrix(put("other.gguf", ImatrixBuilder().add("x", {1}, {1}).gguf()));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, 20'000);
        QVERIFY(failed[0][0].toString().contains("none of its entries can be used"));
        QVERIFY(document().importance() == before);
    }

    void it_can_be_removed() {
        QTest::mouseClick(label()->findChild<QToolButton*>("importance_remove"), Qt::LeftButton);
        QVERIFY(document().importance() == nullptr);
        QCOMPARE(document().undoStack().undoText(), QString("remove importance"));
        settle();
        QVERIFY(!label()->isVisible());
        QVERIFY(!document().currentMeasurement(0)->weighted);
        document().undoStack().undo();
        settle();
        QTRY_VERIFY(label()->isVisible());
    }

    void another_model_starts_without() {
        document().undoStack().setClean();
        window_->files().closeModel();
        QVERIFY(document().importance() == nullptr);
        QTRY_VERIFY(!label()->isVisible());
    }

  private:
    Document& document() { return window_->document(); }
    ImportanceLabel* label() { return window_->findChild<ImportanceLabel*>(); }
    ChannelPlot* channels() { return window_->findChild<ChannelPlot*>(); }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(window_->isSettled(), 60'000); }

    QString put(const char* name, const std::string& bytes) {
        return QString::fromStdString(user_.folder().put(name, bytes).string());
    }

    void load() {
        window_->files().loadImatrix(imatrix_);
        QTRY_VERIFY_WITH_TIMEOUT(document().importance() != nullptr, 20'000);
        settle();
    }

    void keepPictures(const QString& name) {
        const QString folder = qEnvironmentVariable("HALFSTEP_GALLERY");
        if (folder.isEmpty()) return;
        for (const ThemeMode mode : {ThemeMode::light, ThemeMode::dark}) {
            applyTheme(*qApp, mode);
            QCoreApplication::processEvents();
            window_->grab().save(
                QDir(folder).filePath(QStringLiteral("importance-%1-%2.png")
                                          .arg(name, mode == ThemeMode::dark ? "dark" : "light")));
        }
        applyTheme(*qApp, ThemeMode::light);
    }

    testing::FreshUser user_;
    QString imatrix_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestImportanceWindow)
#include "test_importance_window.moc"
