// SPDX-License-Identifier: GPL-3.0-or-later
// The lessons about networks: errors through depth, calibration, training. What they show against the engine,
// dragged and reset.
#include "app/lessons/lesson_library.h"
#include "app/lessons/stage_factory.h"
#include "app/lessons/stages/training_run.h"
#include "app/window/file_controller.h"
#include "core/training/backpropagation.h"
#include "core/training/dynamic_ranges.h"
#include "core/training/error_accumulation.h"
#include "tests/support/test_data.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QPushButton>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

using namespace halfstep;

namespace {

Lesson lessonCalled(const QString& id) {
    const LessonLibrary library = LessonLibrary::load(QDir("/nowhere"));
    const auto found = std::ranges::find(library.lessons, id, &Lesson::id);
    return found == library.lessons.end() ? Lesson() : *found;
}

}  // namespace

class TestLessonsNetworks : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::light); }

    void init() { jobs_ = std::make_unique<JobRunner>(); }

    void cleanup() {
        stage_.reset();
        jobs_.reset();
    }

    // --- errors add up -------------------------------------------------------------------------------------
    // By hand: eight layers of 4 % are at most 1.04^8 - 1 = 36.857 % off, independently sqrt(1.0016^8 - 1).
    void depth_shows_the_bound_and_what_is_measured() {
        start("errors-add-up");
        QVERIFY(std::abs(stage_->figure("bound") - 100 * (std::pow(1.04, 8) - 1)) < 1e-3);
        QVERIFY(std::abs(stage_->figure("independent") - 100 * std::sqrt(std::pow(1.0016, 8) - 1)) < 1e-3);
        QVERIFY(std::abs(stage_->figure("drift") - 100 * driftOf(std::vector<double>(8, 0.04))) < 1e-9);
        QVERIFY(stage_->figure("drift") < stage_->figure("bound"));
    }

    void depth_follows_the_error_of_one_layer() {
        start("errors-add-up");
        const double before = stage_->figure("drift");
        drag("layer3", QPoint(0, -60));
        const double dragged = stage_->parameters().number("layer3");
        QVERIFY(dragged > 4);
        std::vector<double> errors(8, 0.04);
        errors[2] = dragged / 100;
        QVERIFY(std::abs(stage_->figure("drift") - 100 * driftOf(errors)) < 1e-9);
        QCOMPARE(stage_->plot().activeHandle(), "layer3");
        QTest::keyClick(stage_->plot().plot(), Qt::Key_Down);
        QVERIFY(std::abs(stage_->parameters().number("layer3") - (dragged - 0.1)) < 1e-9);
        QTest::keyClick(stage_->plot().plot(), Qt::Key_Right);  // the next layer
        QCOMPARE(stage_->plot().activeHandle(), "layer4");
        stage_->reset();
        QVERIFY(stage_->parameters().number("layer3") == 4);
        QVERIFY(stage_->figure("drift") == before);
    }

    void depth_starts_from_what_a_lesson_says_of_single_layers() {
        start("errors-add-up", {{"all", 10}, {"layer3", 25}});
        const auto errors = [this] {
            return std::vector{stage_->parameters().number("layer2"), stage_->parameters().number("layer3")};
        };
        QCOMPARE(errors(), (std::vector{10.0, 25.0}));
        QVERIFY(stage_->isAsSetUp());
        drag("layer2", QPoint(0, -30));
        QVERIFY(errors()[0] > 10);
        stage_->reset();
        QCOMPARE(errors(), (std::vector{10.0, 25.0}));
        stage_->parameters().setNumber("all", 6);
        QCOMPARE(errors(), (std::vector{6.0, 6.0}));
    }

    void depth_takes_the_errors_of_a_models_layers_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("the sample") << QString::fromStdString(
            testing::project_path("resources/samples/tidewater").string());
        if (const auto models = testing::models_folder())
            QTest::newRow("silero") << QString::fromStdString(
                (*models / "silero-vad/silero_vad_16k.safetensors").string());
    }
    void depth_takes_the_errors_of_a_models_layers() {
        QFETCH(QString, file);
        start("errors-add-up");
        const auto model = open_model(file.toStdString());
        for (const std::size_t index : {firstQuantizable(*model), model->tensors().size() - 1}) {
            auto layer = std::make_shared<LessonTensor>();
            layer->model = model;
            layer->index = index;
            layer->name = QString::fromStdString(layer->info().name);
            layer->toy = false;
            stage_->setLayer(layer);
            QVERIFY(std::isfinite(stage_->figure("drift")) && stage_->figure("drift") > 0);
        }
        const double measured = stage_->parameters().number("layer2");
        stage_->parameters().setNumber("layer2", 50);
        stage_->reset();  // to what was measured
        QVERIFY(stage_->parameters().number("layer2") == measured);
        const double int4 = stage_->figure("drift");
        stage_->parameters().setChoice("scheme", "int2");
        QVERIFY(stage_->figure("drift") > 2 * int4);
        stage_->setLayer(nullptr);
        QVERIFY(stage_->parameters().number("layer1") == 4);
    }

    // --- calibration ---------------------------------------------------------------------------------------
    void calibration_is_that_of_the_engine() {
        start("calibration");
        const training::DenseNetwork network =
            training::initial_network(std::vector<std::size_t>{8, 32, 32, 8}, 12);
        const training::Batch inputs{256, 8,
                                     toy_weights({.distribution = ToyDistribution::laplace}, 2048, 1)};
        const training::Batch exact = training::forward(network, inputs).outputs;
        const double dynamic =
            training::relative_distance(training::dynamic_outputs(network, inputs, 8), exact);
        QVERIFY(std::abs(stage_->figure("dynamic") - 100 * dynamic) < 1e-9);
        QVERIFY(stage_->figure("error") > stage_->figure("all_error"));
        QVERIFY(stage_->figure("dynamic") < stage_->figure("all_error"));
    }

    void calibration_follows_the_number_of_examples() {
        start("calibration");
        const double before = stage_->figure("error");
        drag("examples", QPoint(200, 0));
        QVERIFY(stage_->parameters().number("examples") > 8);
        QVERIFY(stage_->figure("error") < before);
        QVERIFY(stage_->figure("seen") <= 100);
        const double count = std::round(stage_->parameters().number("examples"));
        QTest::keyClick(stage_->plot().plot(), Qt::Key_Left);
        QVERIFY(std::round(stage_->parameters().number("examples")) == count - 1);
        // Without the loudest half no number of examples is enough.
        stage_->parameters().setNumber("bias", 50);
        QVERIFY(stage_->parameters().number("examples") <= 128);
        stage_->parameters().setNumber("examples", 256);
        QVERIFY(stage_->figure("error") > stage_->figure("dynamic") * 4);
        stage_->reset();
        QVERIFY(stage_->parameters().number("examples") == 4);
        QVERIFY(stage_->figure("error") == before);
    }

    void dragging_is_answered_within_a_frame_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("handle");
        QTest::newRow("errors-add-up") << "errors-add-up"
                                       << "layer3";
        QTest::newRow("calibration") << "calibration"
                                     << "examples";
    }

    void dragging_is_answered_within_a_frame() {
        QFETCH(QString, id);
        QFETCH(QString, handle);
        start(id);
        ScenePlot& plot = stage_->plot();
        plot.plot()->replot();
        QPoint at = plot.handlePosition(handle).toPoint();
        QTest::mousePress(plot.plot(), Qt::LeftButton, {}, at);
        std::vector<qint64> times;
        for (int step = 0; step < 30; ++step) {
            at += id == "calibration" ? QPoint(5, 0) : QPoint(0, step % 2 == 0 ? -9 : 4);
            QElapsedTimer timer;
            timer.start();
            QTest::mouseMove(plot.plot(), at);
            plot.plot()->replot();
            times.push_back(timer.nsecsElapsed() / 1000);
        }
        QTest::mouseRelease(plot.plot(), Qt::LeftButton, {}, at);
        std::ranges::sort(times);
        qInfo("%s: median %lld us, worst %lld us", qPrintable(id), times[15], times.back());
        QVERIFY(times[15] < 100'000);
    }

    // --- training ------------------------------------------------------------------------------------------
    void training_shows_what_the_engine_trains() {
        start("rounding-in-the-loop");
        QVERIFY(!stage_->isSettled());
        QTRY_VERIFY_WITH_TIMEOUT(stage_->isSettled(), 120'000);
        const TrainedOnce again =
            trainOnce({"spirals", 3, 1}, nullptr, [](TrainingPhase, const training::CurvePoint&) {}, {});
        QVERIFY(stage_->figure("float_loss") == again.floating->finished.held_out.loss);
        QVERIFY(stage_->figure("ptq_loss") == again.ptq.loss);
        QVERIFY(stage_->figure("qat_loss") == again.aware.held_out.loss);
        QVERIFY(stage_->figure("qat_loss") < stage_->figure("ptq_loss"));
        const Scene& scene = stage_->plot().scene();
        QCOMPARE(scene.panes.size(), 4UL);
        QVERIFY(scene.panes[0].series.size() >= 3);
        stage_->parameters().setChoice("view", "surface");
        QVERIFY(stage_->isSettled());  // nothing is trained anew
        QCOMPARE(stage_->plot().scene().panes.size(), 3UL);
        QVERIFY(!stage_->plot().scene().panes[1].surfaces.empty());
    }

    void training_is_stopped_at_once() {
        start("rounding-in-the-loop");
        auto* button = stage_->findChild<QPushButton*>("train");
        QTRY_VERIFY_WITH_TIMEOUT(!stage_->plot().scene().panes[0].series.empty(), 60'000);
        QElapsedTimer timer;
        timer.start();
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(stage_->isSettled());
        QVERIFY(std::isnan(stage_->figure("qat_loss")));
        QTRY_VERIFY_WITH_TIMEOUT(jobs_->isIdle(), 10'000);
        QVERIFY(timer.elapsed() < 2'000);
        QTest::mouseClick(button, Qt::LeftButton);  // again
        QVERIFY(!stage_->isSettled());
        stage_.reset();  // while it runs
    }

  private:
    void start(const QString& id, const QVariantMap& further = {}) {
        Lesson lesson = lessonCalled(id);
        lesson.settings.insert(further);
        QVERIFY(!lesson.id.isEmpty());
        stage_ = makeStage(lesson.stage, *jobs_);
        stage_->resize(820, 640);
        stage_->show();
        stage_->start(lesson.settings);
        QVERIFY(QTest::qWaitForWindowExposed(stage_.get()));
    }

    void drag(const QString& handle, const QPoint& by) {
        ScenePlot& plot = stage_->plot();
        plot.plot()->replot();
        const QPoint from = plot.handlePosition(handle).toPoint();
        QTest::mousePress(plot.plot(), Qt::LeftButton, {}, from);
        QTest::mouseMove(plot.plot(), from + by / 2);
        QTest::mouseMove(plot.plot(), from + by);
        QTest::mouseRelease(plot.plot(), Qt::LeftButton, {}, from + by);
    }

    static double driftOf(const std::vector<double>& errors) {
        const std::vector<std::size_t> sizes(errors.size() + 1, 32);
        const training::DenseNetwork network = training::initial_network(sizes, 9);
        const auto noisy = training::with_noise(network, errors, 1);
        return training::error_accumulation(network, noisy, training::normal_batch(48, 32, 9))
            .layers.back()
            .drift;
    }

    static std::shared_ptr<const Model> sample() {
        const QString path = FileController::samplePath();
        return path.isEmpty() ? nullptr : open_model(path.toStdString());
    }

    static std::size_t firstQuantizable(const Model& model) {
        const auto found = std::ranges::find_if(model.tensors(), &TensorInfo::quantizable);
        return static_cast<std::size_t>(found - model.tensors().begin());
    }

    std::unique_ptr<JobRunner> jobs_;
    std::unique_ptr<Stage> stage_;
};

QTEST_MAIN(TestLessonsNetworks)
#include "test_lessons_networks.moc"
