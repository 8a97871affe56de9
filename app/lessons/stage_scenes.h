// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/lessons/lesson_tensor.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/lessons/scene.h"

#include <initializer_list>
#include <vector>

namespace halfstep {

// Panes and controls that several stages share.

// The weights as bars over their values; counts on a log axis where `log_counts`.
ScenePane histogramPane(const LessonTensor& tensor, bool log_counts);

SceneSeries lineSeries(const QString& name, int color, std::vector<double> x, std::vector<double> y,
                       bool strong = false);
SceneSeries pointSeries(const QString& name, int color, std::vector<double> x, std::vector<double> y);

// The choice of what toy data are drawn from.
ChoiceParameter toyChoice(std::initializer_list<ToyDistribution> distributions);
ToyDistribution toyOf(const QString& key);

// Values that a stage may change: parts of the layer's rows or, without one, as many toy values.
struct Sample {
    QString name;
    MatrixShape shape;
    std::vector<float> values;
};
Sample sampleOf(const LessonTensorPtr& layer, ToyDistribution toy, MatrixShape most);

// The least and the largest positive value, a little widened for a log axis.
SceneAxis logAxis(const QString& label, const std::vector<const std::vector<double>*>& values);

// "layer name · 12,345 weights"
QString subjectOf(const LessonTensor& tensor);

}  // namespace halfstep
