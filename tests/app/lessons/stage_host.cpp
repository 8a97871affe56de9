// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/lessons/stage_host.h"

#include "app/lessons/lesson_library.h"
#include "app/lessons/stage_factory.h"
#include "core/model_files/model.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace halfstep::testing {

Lesson lessonOf(const QString& id) {
    const LessonLibrary library = LessonLibrary::load(QDir(QStringLiteral("/nowhere")));
    for (const Lesson& lesson : library.lessons)
        if (lesson.id == id) return lesson;
    throw std::runtime_error("no lesson " + id.toStdString() + "; " +
                             library.problems.join(u' ').toStdString());
}

StageHost::StageHost(const QString& lesson) : lesson_(lessonOf(lesson)) {
    stage_ = makeStage(lesson_.stage, jobs_);
    if (stage_ == nullptr) throw std::runtime_error("no stage " + lesson_.stage.toStdString());
    stage_->start(lesson_.settings);
    stage_->resize(900, 720);
    stage_->show();
    settle();
}

void StageHost::settle() {
    QTest::qWait(30);
    stage_->plot().plot()->replot();
}

std::size_t StageHost::paneOf(const char* handle) const {
    const std::vector<ScenePane>& panes = stage_->plot().scene().panes;
    for (std::size_t i = 0; i < panes.size(); ++i)
        for (const SceneHandle& one : panes[i].handles)
            if (one.id == QLatin1String(handle)) return i;
    throw std::runtime_error(std::string("no handle ") + handle);
}

void StageHost::drag(const char* handle, double to) {
    settle();
    ScenePlot& plot = stage_->plot();
    const std::size_t pane = paneOf(handle);
    const SceneHandle moved =
        *std::ranges::find(plot.scene().panes[pane].handles, QLatin1String(handle), &SceneHandle::id);
    const bool upward = moved.along == SceneHandle::Along::y;
    const QPoint from = plot.handlePosition(QLatin1String(handle)).toPoint();
    const QPoint place = plot.pixelOf(pane, upward ? moved.x : to, upward ? to : moved.y).toPoint();
    const QPoint end(upward ? from.x() : place.x(), upward ? place.y() : from.y());
    QTest::mousePress(plot.plot(), Qt::LeftButton, {}, from);
    for (int i = 1; i <= 8; ++i)
        QTest::mouseMove(plot.plot(), from + (end - from) * i / 8);
    QTest::mouseRelease(plot.plot(), Qt::LeftButton, {}, end);
    settle();
}

void StageHost::press(const char* handle, Qt::Key key, int times) {
    ScenePlot& plot = stage_->plot();
    plot.plot()->setFocus();
    for (int i = 0; i < 20 && plot.activeHandle() != QLatin1String(handle); ++i)
        QTest::keyClick(plot.plot(), Qt::Key_Space);
    for (int i = 0; i < times; ++i)
        QTest::keyClick(plot.plot(), key);
    settle();
}

double StageHost::medianStep(const char* parameter, double low, double high) {
    constexpr int steps = 21;
    std::vector<double> times;
    for (int i = 0; i < steps; ++i) {
        QElapsedTimer timer;
        timer.start();
        stage_->parameters().setNumber(QLatin1String(parameter), low + (high - low) * i / (steps - 1));
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        QCoreApplication::processEvents();
    }
    std::ranges::nth_element(times, times.begin() + steps / 2);
    return times[steps / 2];
}

void StageHost::keepPicture(const QString& name) {
    const QString gallery = qEnvironmentVariable("HALFSTEP_GALLERY");
    if (gallery.isEmpty()) return;
    settle();
    stage_->grab().save(QDir(gallery).filePath(name + QStringLiteral(".png")));
}

std::vector<LessonTensorPtr> layersOf(const std::filesystem::path& path, std::size_t most) {
    const std::shared_ptr<const Model> model = open_model(path);
    std::vector<LessonTensorPtr> layers;
    for (std::size_t i = 0; i < model->tensors().size() && layers.size() < most; ++i) {
        const TensorInfo& info = model->tensors()[i];
        if (!info.quantizable) continue;
        auto layer = std::make_shared<LessonTensor>();
        layer->name = QString::fromStdString(info.name);
        layer->model = model;
        layer->index = i;
        layer->facts = std::make_shared<const TensorFacts>(gather_facts(*model, info, {}));
        layer->toy = false;
        layers.push_back(std::move(layer));
    }
    return layers;
}

QStringList notFinite(StageHost& host, const std::vector<LessonTensorPtr>& layers) {
    QStringList found;
    for (const LessonTensorPtr& layer : layers) {
        host.stage().setLayer(layer);
        if (host.stage().figures().isEmpty()) found << layer->name;
        for (const LessonFigure& figure : host.stage().figures())
            if (!std::isfinite(figure.value)) found << layer->name + u' ' + figure.id;
    }
    return found;
}

QStringList unreadable(StageHost& host, const std::vector<LessonTensorPtr>& layers) {
    QStringList found;
    for (const LessonTensorPtr& layer : layers) {
        host.stage().setLayer(layer);
        for (const LessonFigure& figure : host.stage().figures())
            if (figure.text.isEmpty() || figure.text.contains(QStringLiteral("nan")))
                found << layer->name + u' ' + figure.id;
    }
    return found;
}

std::vector<LessonTensorPtr> awkwardLayers() {
    return {lessonTensor(QStringLiteral("zeros"), {4, 32}, std::vector<float>(128, 0.0F)),
            lessonTensor(QStringLiteral("constant"), {4, 32}, std::vector<float>(128, 0.25F)),
            lessonTensor(QStringLiteral("negative"), {4, 32}, std::vector<float>(128, -3.0F)),
            lessonTensor(QStringLiteral("row"), {1, 5}, {0.5F, -1, 2, 0, 0.125F}),
            lessonTensor(QStringLiteral("single"), {1, 1}, {-2.5F})};
}

}  // namespace halfstep::testing
