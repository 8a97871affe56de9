// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job_runner.h"
#include "app/lessons/lesson_tensor.h"
#include "widgets/lessons/figure_strip.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/lessons/scene_plot.h"

#include <QList>
#include <QVariantMap>
#include <QWidget>

class QVBoxLayout;

namespace halfstep {

// The part of a lesson that is dragged: parameters with controls, a plot whose handles move parameters, and
// the figures that the lesson's texts speak of. What it computes comes from the engine.
//
// A stage declares its parameters in its constructor, and in refresh() draws and counts anew from their
// values; refresh() follows every move of a hand and takes a few milliseconds. A handle of the scene moves
// the parameter of the same id (of both coordinates: "id_x" and "id_y").
class Stage : public QWidget {
    Q_OBJECT
  public:
    explicit Stage(JobRunner& jobs);

    // To be called once, after construction: the lesson's values for the parameters, to which reset()
    // returns.
    void start(const QVariantMap& settings);
    virtual void reset();
    bool isAsSetUp() const;  // nothing was changed since, and it is about the toy

    ParameterControls& parameters() { return *controls_; }
    ScenePlot& plot() { return *plot_; }
    virtual QList<PlotView*> plots() const { return {plot_}; }  // the one that is exported first

    const QList<LessonFigure>& figures() const { return figures_; }
    double figure(const QString& id) const;  // NaN where there is none
    QString figureText(const QString& id) const;
    QString formulaWithNumbers() const { return formula_; }  // rich text; may be empty

    virtual bool takesLayer() const { return false; }
    void setLayer(LessonTensorPtr layer);  // null: the toy
    const LessonTensorPtr& layer() const { return layer_; }

    virtual bool isSettled() const { return true; }  // everything it is to show is there
    virtual void stop() {}                           // work that takes its time

  signals:
    void figuresChanged();

  protected:
    virtual void refresh() = 0;
    virtual void handleMoved(const QString& id, const QPointF& to);
    virtual void layerChanged() {}  // before refresh()

    JobRunner& jobs() { return jobs_; }
    QVBoxLayout* content() { return content_; }  // the plot stands in it, and whatever else a stage shows
    double number(const char* id) const { return controls_->number(QLatin1String(id)); }
    int whole(const char* id) const;
    QString choice(const char* id) const { return controls_->choice(QLatin1String(id)); }
    bool isOn(const char* id) const { return controls_->isOn(QLatin1String(id)); }
    void drawNothing(const QString& why);  // a sentence in place of the plot, and no figures
    void drawScene(Scene scene) { plot_->setScene(std::move(scene)); }
    void setFigures(const QList<LessonFigure>& figures, const QString& formula_with_numbers = {});
    bool isStarted() const { return started_; }
    // What the lesson starts from; where it says nothing of the parameter, the stage's own value.
    QVariant startValue(const QString& id) const { return settings_.value(id); }
    bool isGiven(const QString& id) const { return given_.contains(id); }  // the lesson says it

    void changeEvent(QEvent* event) override;

  private:
    JobRunner& jobs_;
    ParameterControls* controls_;
    ScenePlot* plot_;
    QVBoxLayout* content_;
    QVariantMap given_;
    QVariantMap settings_;
    QVariantMap as_set_up_;
    QList<LessonFigure> figures_;
    QString formula_;
    LessonTensorPtr layer_;
    bool started_ = false;
};

// Figures as the stages show them.
LessonFigure decibelFigure(const QString& id, const QString& label, std::optional<double> decibel);
LessonFigure valueFigure(const QString& id, const QString& label, double value, int digits = 4);
LessonFigure percentFigure(const QString& id, const QString& label, double share);  // of 1; value in percent
LessonFigure textFigure(const QString& id, const QString& label, const QString& text, double value);

}  // namespace halfstep
