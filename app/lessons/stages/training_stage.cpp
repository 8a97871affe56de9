// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/training_stage.h"

#include "app/lessons/stage_scenes.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/style/number_text.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr auto lane = "lesson-training";
constexpr double none = std::numeric_limits<double>::quiet_NaN();

bool same(const TrainingPlan& a, const TrainingPlan& b) {
    return a.data == b.data && a.bits == b.bits && a.seed == b.seed;
}

// Points of one class.
SceneSeries pointsOf(const training::Examples& examples, std::size_t label, int color) {
    SceneSeries points;
    points.kind = SceneSeries::Kind::points;
    points.color = color;
    constexpr std::size_t every =
        5;  // odd, as classes take turns; enough to see the shape, few enough to see the ground
    for (std::size_t row = 0; row < examples.inputs.rows; row += every) {
        if (examples.targets.row(row)[label] < 0.5F) continue;
        points.x.push_back(static_cast<double>(examples.inputs.row(row)[0]));
        points.y.push_back(static_cast<double>(examples.inputs.row(row)[1]));
    }
    return points;
}

}  // namespace

TrainingStage::TrainingStage(JobRunner& jobs) : Stage(jobs), button_(new QPushButton) {
    parameters().add(ChoiceParameter{
        "data", tr("&Data"), {{"spirals", tr("two spirals")}, {"moons", tr("two moons")}}, "spirals"});
    parameters().add(
        ChoiceParameter{"bits", tr("&Bits"), {{"8", "8"}, {"4", "4"}, {"3", "3"}, {"2", "2"}}, "3"});
    parameters().add(NumberParameter{"seed", tr("&Start"), 1, 20, 1, 1, 0});
    parameters().add(
        ChoiceParameter{"view",
                        tr("Sho&w"),
                        {{"maps", tr("what was learned")}, {"surface", tr("the loss around it")}},
                        "maps"});
    button_->setObjectName(QStringLiteral("train"));
    parameters().addWidget(button_);
    connect(button_, &QPushButton::clicked, this, [this] {
        if (running_) return stop();
        floating_.reset();
        plan_.reset();
        refresh();
    });
}

TrainingStage::~TrainingStage() {
    jobs().cancelLane(QLatin1String(lane));
}

TrainingPlan TrainingStage::planned() const {
    return {choice("data").toStdString(), choice("bits").toInt(), static_cast<std::uint64_t>(whole("seed"))};
}

void TrainingStage::refresh() {
    if (!plan_ || !same(*plan_, planned())) train();
    draw();
}

void TrainingStage::reset() {
    if (!running_ && !trained_) plan_.reset();  // it was stopped
    Stage::reset();
}

void TrainingStage::stop() {
    jobs().cancelLane(QLatin1String(lane));
    running_ = false;
    draw();
}

void TrainingStage::train() {
    const TrainingPlan plan = planned();
    if (!plan_ || plan_->data != plan.data || plan_->seed != plan.seed) {
        floating_.reset();
        curves_.clear();
    }
    if (!floating_) curves_.clear();
    curves_.erase(TrainingPhase::aware);
    plan_ = plan;
    trained_.reset();
    running_ = true;
    const auto on_point = [this, &runner = jobs()](TrainingPhase phase, const training::CurvePoint& point) {
        runner.deliverPart(JobRunner::currentJob(), [this, phase, point] { addPoint(phase, point); });
    };
    jobs().start<TrainedOnce>(
        {QLatin1String(lane), tr("Training small networks")},
        [plan, known = floating_, on_point](const JobContext& job) {
            return trainOnce(plan, known, on_point, job);
        },
        [this](TrainedOnce trained) {
            floating_ = trained.floating;
            trained_ = std::move(trained);
            running_ = false;
            draw();
        },
        [this](const QString&) {
            running_ = false;
            draw();
        });
}

void TrainingStage::addPoint(TrainingPhase phase, const training::CurvePoint& point) {
    SceneSeries& curve = curves_[phase];
    const double from = phase == TrainingPhase::first ? 0 : static_cast<double>(firstSteps(*plan_));
    curve.x.push_back(from + static_cast<double>(point.step));
    curve.y.push_back(point.held_out_loss);
    draw();
}

ScenePane TrainingStage::lossPane() const {
    ScenePane pane;
    pane.title = tr("Loss on data that were not trained on");
    pane.x = {tr("step"), 0, 1.02 * static_cast<double>(allSteps(*plan_)), false, {}, true};
    std::vector<const std::vector<double>*> all;
    for (const auto& [phase, curve] : curves_) {
        SceneSeries series = curve;
        series.color = phase == TrainingPhase::aware ? 2 : 0;
        series.strong = phase != TrainingPhase::first;
        if (phase == TrainingPhase::second) series.name = tr("float");
        if (phase == TrainingPhase::aware) series.name = tr("with rounding in the loop (QAT)");
        pane.series.push_back(std::move(series));
        all.push_back(&curve.y);
    }
    std::vector<double> ptq;
    if (trained_) {
        ptq.push_back(trained_->ptq.loss);
        SceneSeries point =
            pointSeries(tr("rounded afterwards (PTQ)"), 3, {static_cast<double>(allSteps(*plan_))}, ptq);
        point.strong = true;
        pane.series.push_back(std::move(point));
        pane.marks.push_back({false, ptq.front(), {}, 3, true});
    }
    all.push_back(&ptq);
    pane.y = logAxis(tr("loss"), all);
    pane.marks.push_back({true, static_cast<double>(firstSteps(*plan_)), tr("from here on with rounding"),
                          scene_color::muted, true});
    pane.stretch = 0.9;
    return pane;
}

ScenePane TrainingStage::mapPane(const QString& title, const std::vector<double>& map, bool beside) const {
    ScenePane pane;
    pane.title = title;
    pane.x = {{}, -map_range, map_range, false, {}, false};
    pane.y = pane.x;
    if (!map.empty()) pane.surfaces.push_back({map_resolution, map_resolution, map, false});
    if (floating_) {
        pane.series.push_back(pointsOf(floating_->data->training, 0, 1));
        pane.series.push_back(pointsOf(floating_->data->training, 1, 2));
        if (!beside) {
            pane.series[0].name = tr("class A");
            pane.series[1].name = tr("class B");
        }
    }
    pane.beside = beside;
    pane.square = true;
    return pane;
}

ScenePane TrainingStage::surfacePane(const QString& title, const training::LossSurface& surface,
                                     bool beside) const {
    ScenePane pane;
    pane.title = title;
    const double range = surface.range > 0 ? surface.range : 1;
    pane.x = {tr("one random direction, in sizes of the weights"), -range, range, false, {}, true};
    pane.y = {tr("another one"), -range, range, false, {}, true};
    if (!surface.losses.empty()) {
        const auto points = static_cast<int>(surface.resolution);
        pane.surfaces.push_back({points, points, surface.losses, true});
        SceneSeries circle;
        circle.name = tr("as far as rounding");
        circle.color = 1;
        constexpr int corners = 64;
        for (int i = 0; i <= corners; ++i) {
            const double angle = 2 * M_PI * i / corners;
            circle.x.push_back(trained_->rounding * std::cos(angle));
            circle.y.push_back(trained_->rounding * std::sin(angle));
        }
        pane.series.push_back(std::move(circle));
    }
    pane.beside = beside;
    pane.square = true;
    return pane;
}

void TrainingStage::draw() {
    button_->setText(withoutMnemonic(running_ ? tr("S&top") : tr("&Train again")));
    Scene scene;
    scene.title = running_   ? tr("Training…")
                  : trained_ ? tr("2 · 32 · 32 · 2 neurons, weights of %1 bits").arg(plan_->bits)
                             : tr("Stopped");
    scene.panes.push_back(lossPane());
    const TrainedOnce empty;
    const TrainedOnce& shown = trained_ ? *trained_ : empty;
    if (choice("view") == QLatin1String("maps")) {
        scene.panes.push_back(mapPane(tr("float"), shown.float_map, false));
        scene.panes.push_back(mapPane(tr("PTQ"), shown.ptq_map, true));
        scene.panes.push_back(mapPane(tr("QAT"), shown.aware_map, true));
    } else {
        scene.panes.push_back(surfacePane(tr("around the float minimum"), shown.float_surface, false));
        scene.panes.push_back(surfacePane(tr("around the QAT minimum"), shown.aware_surface, true));
    }
    for (std::size_t i = 1; i < scene.panes.size(); ++i)
        scene.panes[i].stretch = 1.2;
    drawScene(std::move(scene));
    showFigures();
}

void TrainingStage::showFigures() {
    if (!trained_) {
        QList<LessonFigure> unknown;
        for (const auto& [id, label] : {std::pair{"float_loss", tr("loss, float")},
                                        {"ptq_loss", tr("PTQ")},
                                        {"qat_loss", tr("QAT")},
                                        {"ptq_accuracy", tr("right with PTQ")},
                                        {"qat_accuracy", tr("right with QAT")}})
            unknown.append(valueFigure(QLatin1String(id), label, none));
        return setFigures(unknown);
    }
    const training::Evaluation& exact = trained_->floating->finished.held_out;
    const training::Evaluation& aware = trained_->aware.held_out;
    setFigures(
        {valueFigure("float_loss", tr("loss, float"), exact.loss, 3),
         valueFigure("ptq_loss", tr("PTQ"), trained_->ptq.loss, 3),
         valueFigure("qat_loss", tr("QAT"), aware.loss, 3),
         percentFigure("ptq_accuracy", tr("right with PTQ"), trained_->ptq.accuracy.value_or(0)),
         percentFigure("qat_accuracy", tr("right with QAT"), aware.accuracy.value_or(0)),
         percentFigure("float_accuracy", {}, exact.accuracy.value_or(0)),
         valueFigure("times", {}, trained_->ptq.loss / aware.loss, 3),
         percentFigure("rounding", {}, trained_->rounding),
         valueFigure("ptq_rise", {}, trained_->ptq.loss - exact.loss, 3),
         valueFigure("float_rise", {}, trained_->float_rise, 3),
         valueFigure("qat_rise", {}, trained_->aware_rise, 3)},
        tr("float %1, PTQ %2, QAT %3")
            .arg(shortNumber(exact.loss, 3), shortNumber(trained_->ptq.loss, 3), shortNumber(aware.loss, 3)));
}

}  // namespace halfstep
