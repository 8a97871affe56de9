// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stage.h"

#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"

#include <QEvent>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Stage::Stage(JobRunner& jobs)
    : jobs_(jobs), controls_(new ParameterControls(this)), plot_(new ScenePlot(this)) {
    content_ = new QVBoxLayout(this);
    content_->setContentsMargins(0, 0, 0, 0);
    content_->setSpacing(6);
    content_->addWidget(controls_);
    content_->addWidget(plot_, 1);
    connect(controls_, &ParameterControls::changed, this, [this] {
        if (started_) refresh();
    });
    connect(plot_, &ScenePlot::handleMoved, this,
            [this](const QString& id, const QPointF& to) { handleMoved(id, to); });
}

void Stage::start(const QVariantMap& settings) {
    given_ = settings;
    settings_ = controls_->initialValues();
    settings_.insert(settings);
    controls_->setValues(settings_);
    as_set_up_ = controls_->values();
    started_ = true;
    refresh();
    as_set_up_ = controls_->values();
}

bool Stage::isAsSetUp() const {
    return layer_ == nullptr && controls_->values() == as_set_up_;
}

void Stage::reset() {
    const QVariantMap before = controls_->values();
    controls_->setValues(settings_);
    if (controls_->values() == before) refresh();
}

void Stage::handleMoved(const QString& id, const QPointF& to) {
    for (const ScenePane& pane : plot_->scene().panes) {
        const auto moved = std::ranges::find(pane.handles, id, &SceneHandle::id);
        if (moved == pane.handles.end()) continue;
        if (moved->along == SceneHandle::Along::both)
            controls_->setValues({{id + QStringLiteral("_x"), to.x()}, {id + QStringLiteral("_y"), to.y()}});
        else
            controls_->setNumber(id, moved->along == SceneHandle::Along::x ? to.x() : to.y());
        return;
    }
}

void Stage::setLayer(LessonTensorPtr layer) {
    if (layer == layer_) return;
    layer_ = std::move(layer);
    layerChanged();
    if (started_) refresh();
}

void Stage::drawNothing(const QString& why) {
    plot_->setScene({});
    plot_->clear(why);
    setFigures({});
}

int Stage::whole(const char* id) const {
    return static_cast<int>(std::lround(number(id)));
}

void Stage::setFigures(const QList<LessonFigure>& figures, const QString& formula_with_numbers) {
    figures_ = figures;
    formula_ = formula_with_numbers;
    emit figuresChanged();
}

double Stage::figure(const QString& id) const {
    const auto found = std::ranges::find(figures_, id, &LessonFigure::id);
    return found == figures_.end() ? none : found->value;
}

QString Stage::figureText(const QString& id) const {
    const auto found = std::ranges::find(figures_, id, &LessonFigure::id);
    return found == figures_.end() ? QString() : found->text;
}

void Stage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (started_ && isThemeChange(event)) refresh();
}

LessonFigure decibelFigure(const QString& id, const QString& label, std::optional<double> decibel) {
    if (decibel && !std::isfinite(*decibel)) decibel.reset();
    return {id, label, decibelText(decibel), decibel.value_or(none)};
}

LessonFigure valueFigure(const QString& id, const QString& label, double value, int digits) {
    return {id, label, std::isfinite(value) ? shortNumber(value, digits) : noValueText(), value};
}

LessonFigure percentFigure(const QString& id, const QString& label, double share) {
    return {id, label, shareText(share), 100 * share};
}

LessonFigure textFigure(const QString& id, const QString& label, const QString& text, double value) {
    return {id, label, text, value};
}

}  // namespace halfstep
