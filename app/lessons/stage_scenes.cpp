// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stage_scenes.h"

#include "widgets/style/number_text.h"
#include "widgets/style/tensor_name.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double headroom = 1.25;

}  // namespace

ScenePane histogramPane(const LessonTensor& tensor, bool log_counts) {
    const Histogram& histogram = tensor.facts->histogram;
    ScenePane pane;
    SceneSeries bars;
    bars.kind = SceneSeries::Kind::bars;
    bars.color = 0;
    bars.width = histogram.bin_width();
    double most = 1;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        bars.x.push_back(histogram.low + (static_cast<double>(i) + 0.5) * histogram.bin_width());
        bars.y.push_back(static_cast<double>(histogram.counts[i]));
        most = std::max(most, bars.y.back());
    }
    const double margin = 0.04 * (histogram.high - histogram.low);
    pane.x = {QCoreApplication::translate("Stage", "value of a weight"),
              histogram.low - margin,
              histogram.high + margin,
              false,
              {},
              true};
    pane.y = {QCoreApplication::translate("Stage", "weights"),
              log_counts ? 0.7 : 0.0,
              most * (log_counts ? 2.0 : headroom),
              log_counts,
              {},
              true};
    pane.series.push_back(std::move(bars));
    return pane;
}

SceneSeries lineSeries(const QString& name, int color, std::vector<double> x, std::vector<double> y,
                       bool strong) {
    SceneSeries series;
    series.name = name;
    series.color = color;
    series.x = std::move(x);
    series.y = std::move(y);
    series.strong = strong;
    return series;
}

SceneSeries pointSeries(const QString& name, int color, std::vector<double> x, std::vector<double> y) {
    SceneSeries series = lineSeries(name, color, std::move(x), std::move(y));
    series.kind = SceneSeries::Kind::points;
    return series;
}

ChoiceParameter toyChoice(std::initializer_list<ToyDistribution> distributions) {
    ChoiceParameter choice;
    choice.id = QStringLiteral("data");
    choice.label = QCoreApplication::translate("Stage", "&Data");
    for (const ToyDistribution distribution : distributions) {
        const std::string_view name = toy_distribution_name(distribution);
        choice.options.append(
            {QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size())), toyName(distribution)});
    }
    choice.value = choice.options.front().first;
    return choice;
}

ToyDistribution toyOf(const QString& key) {
    for (const ToyDistribution distribution : toy_distributions())
        if (key.toStdString() == toy_distribution_name(distribution)) return distribution;
    return ToyDistribution::gaussian;
}

Sample sampleOf(const LessonTensorPtr& layer, ToyDistribution toy, MatrixShape most) {
    if (!layer)
        return {toyName(toy), most, toy_weights({.distribution = toy}, most.channels * most.inputs, 1)};
    SampledRows rows = sampleRows(*layer, most);
    return {shortTensorName(layer->name), rows.shape, std::move(rows.values)};
}

SceneAxis logAxis(const QString& label, const std::vector<const std::vector<double>*>& values) {
    double low = HUGE_VAL;
    double high = 0;
    for (const std::vector<double>* series : values) {
        for (const double value : *series) {
            if (!(value > 0) || !std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    if (high == 0) return {label, 0.1, 1, true, {}, true};
    return {label, low / 1.5, high * 1.5, true, {}, true};
}

QString subjectOf(const LessonTensor& tensor) {
    const QString name = tensor.toy ? tensor.name : shortTensorName(tensor.name);
    return QCoreApplication::translate("Stage", "%1 · %2 weights")
        .arg(name, integerText(tensor.info().elements));
}

}  // namespace halfstep
