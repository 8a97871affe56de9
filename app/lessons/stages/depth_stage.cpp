// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/depth_stage.h"

#include "app/lessons/sampled_layer.h"
#include "app/lessons/stage_scenes.h"
#include "core/base/error.h"
#include "widgets/style/number_text.h"
#include "widgets/style/tensor_name.h"

#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr int most_layers = 16;
constexpr std::size_t neurons = 32;
constexpr std::size_t examples = 48;
constexpr double most_noise = 100;  // percent, of one layer
constexpr double most_of_all = 40;
constexpr double least_noise = 0.1;
constexpr std::uint64_t network_seed = 9;
constexpr MatrixShape sampled{64, 1024};

QString layerId(int layer) {
    return QStringLiteral("layer%1").arg(layer);
}

std::vector<double> places(int count) {
    std::vector<double> at;
    for (int i = 1; i <= count; ++i)
        at.push_back(i);
    return at;
}

SceneAxis layersAxis(int depth) {
    return {Stage::tr("layer"), 0.4, depth + 0.6, false, {}, true, true};
}

// The quantizable matrices from this one on; from earlier ones where the model ends too soon.
std::vector<std::size_t> layersAround(const LessonTensor& layer, int count) {
    std::vector<std::size_t> all;
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < layer.model->tensors().size(); ++i) {
        if (!layer.model->tensors()[i].quantizable) continue;
        if (i <= layer.index) chosen = all.size();
        all.push_back(i);
    }
    const std::size_t wanted = std::min(all.size(), static_cast<std::size_t>(count));
    const std::size_t first = std::min(chosen, all.size() - wanted);
    return {all.begin() + static_cast<std::ptrdiff_t>(first),
            all.begin() + static_cast<std::ptrdiff_t>(first + wanted)};
}

}  // namespace

DepthStage::DepthStage(JobRunner& jobs) : Stage(jobs) {
    parameters().add(NumberParameter{"depth", tr("&Layers"), 2, most_layers, 1, 8, 0});
    parameters().add(
        NumberParameter{"all", tr("&Error of each"), 0, most_of_all, 0.5, 4, 1, QStringLiteral(" %")});
    parameters().add(ChoiceParameter{"scheme",
                                     tr("&Scheme"),
                                     {{"int8", "int8"}, {"int4", "int4"}, {"int3", "int3"}, {"int2", "int2"}},
                                     "int4"});
    parameters().add(NumberParameter{"seed", tr("Other &noise"), 1, 50, 1, 1, 0});
    for (int layer = 1; layer <= most_layers; ++layer)
        parameters().add(NumberParameter{layerId(layer), {}, 0, most_noise, 0.1, 4, 1});
    parameters().setShown(QStringLiteral("scheme"), false);
}

void DepthStage::layerChanged() {
    const bool own = layer() != nullptr;
    parameters().setShown(QStringLiteral("scheme"), own);
    parameters().setShown(QStringLiteral("all"), !own);
    model_errors_.clear();
    layer_names_.clear();
    all_ = -1;
}

void DepthStage::reset() {
    all_ = -1;
    model_errors_.clear();
    layer_names_.clear();
    Stage::reset();
}

void DepthStage::updateNetwork() {
    if (depth_ == whole("depth")) return;
    depth_ = whole("depth");
    const std::vector<std::size_t> sizes(static_cast<std::size_t>(depth_) + 1, neurons);
    network_ = training::initial_network(sizes, network_seed);
    inputs_ = training::normal_batch(examples, neurons, network_seed);
    model_errors_.clear();
}

void DepthStage::takeNoiseOfAll() {
    if (all_ == number("all")) return;
    const bool first = all_ < 0;
    all_ = number("all");
    if (first && !layer_names_.isEmpty()) return;
    QVariantMap values;
    for (int layer = 1; layer <= most_layers; ++layer)
        values.insert(layerId(layer), first && isGiven(layerId(layer)) ? startValue(layerId(layer)) : all_);
    const QSignalBlocker quiet(parameters());
    parameters().setValues(values);
}

// The relative errors of the model's layers, as the engine measures them on parts of their rows.
void DepthStage::takeModelErrors() {
    const QString key = layer()->name + u' ' + choice("scheme") + u' ' + QString::number(depth_);
    if (model_errors_ == key) return;
    model_errors_ = key;
    layer_names_.clear();
    QVariantMap values;
    int place = 1;
    for (const std::size_t index : layersAround(*layer(), depth_)) {
        LessonTensor tensor = *layer();
        tensor.index = index;
        double error = 0;
        try {
            const auto measured = measureRows(finiteRows(tensor, sampled), {choice("scheme").toStdString()});
            error = rel_error(measured.front().sums).value_or(0);
        } catch (const Error&) {
            // A part of the file that cannot be read has no error to show.
        }
        values.insert(layerId(place++), std::min(most_noise, 100 * error));
        layer_names_ << shortTensorName(QString::fromStdString(tensor.info().name));
    }
    for (; place <= most_layers; ++place)
        values.insert(layerId(place), 0.0);
    const QSignalBlocker quiet(parameters());
    parameters().setValues(values);
}

void DepthStage::handleMoved(const QString& id, const QPointF& to) {
    parameters().setNumber(id, to.y());
}

std::vector<double> DepthStage::noise() const {
    std::vector<double> noise;
    for (int layer = 1; layer <= depth_; ++layer)
        noise.push_back(number(layerId(layer).toLatin1().constData()) / 100);
    return noise;
}

ScenePane DepthStage::noisePane(const std::vector<double>& noise) const {
    ScenePane pane;
    pane.title = tr("Relative error of each layer's weights");
    pane.x = layersAxis(depth_);
    const double most = 100 * *std::ranges::max_element(noise);
    pane.y = {QStringLiteral("%"), 0, std::max(5.0, std::min(1.6 * most, most_noise * 1.1)), false, {}, true};
    SceneSeries bars;
    bars.kind = SceneSeries::Kind::bars;
    bars.width = 0.6;
    bars.strong = true;
    bars.x = places(depth_);
    for (const double error : noise)
        bars.y.push_back(100 * error);
    for (int layer = 1; layer <= depth_; ++layer) {
        const double value = bars.y[static_cast<std::size_t>(layer) - 1];
        const QString name = layer_names_.value(layer - 1, tr("layer %1").arg(layer));
        pane.handles.push_back({layerId(layer), tr("Error of %1").arg(name), SceneHandle::Along::y,
                                static_cast<double>(layer), value, 0, most_noise, least_noise,
                                depth_ <= 10 ? shortNumber(value, 2) : QString(), 0, false});
    }
    pane.series.push_back(std::move(bars));
    return pane;
}

ScenePane DepthStage::driftPane(const training::ErrorAccumulation& result) const {
    ScenePane pane;
    pane.title = tr("Drift of the activations");
    pane.x = layersAxis(depth_);
    std::vector<double> drift;
    std::vector<double> bound;
    std::vector<double> independent;
    for (const training::DepthError& layer : result.layers) {
        drift.push_back(100 * layer.drift);
        bound.push_back(100 * layer.all_aligned);
        independent.push_back(100 * layer.independent);
    }
    const double most = std::max({drift.back(), bound.back(), 1.0});
    pane.y = {QStringLiteral("%"), 0, 1.15 * most, false, {}, true};
    pane.series.push_back(lineSeries(QStringLiteral("Π(1 + ε) − 1"), 3, places(depth_), bound));
    pane.series.back().dashed = true;
    pane.series.push_back(lineSeries(QStringLiteral("√(Π(1 + ε²) − 1)"), 2, places(depth_), independent));
    pane.series.back().dashed = true;
    pane.series.push_back(lineSeries(tr("measured"), scene_color::plain, places(depth_), drift, true));
    pane.series.push_back(pointSeries({}, scene_color::plain, places(depth_), drift));
    pane.stretch = 1.2;
    return pane;
}

ScenePane DepthStage::alonePane(const training::ErrorAccumulation& result) const {
    ScenePane pane;
    pane.title = tr("Drift of the output, where one layer alone has its error");
    pane.x = layersAxis(depth_);
    SceneSeries bars;
    bars.kind = SceneSeries::Kind::bars;
    bars.width = 0.6;
    bars.color = 2;
    double most = 0.1;
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        bars.x.push_back(static_cast<double>(i + 1));
        bars.y.push_back(100 * result.layers[i].alone);
        most = std::max(most, bars.y.back());
    }
    SceneSeries worst = bars;
    const std::size_t harmful = result.most_harmful_layer();
    worst.x = {bars.x[harmful]};
    worst.y = {bars.y[harmful]};
    worst.color = scene_color::bad;
    worst.strong = true;
    pane.y = {QStringLiteral("%"), 0, 1.15 * most, false, {}, true};
    pane.series.push_back(std::move(bars));
    pane.series.push_back(std::move(worst));
    pane.stretch = 0.8;
    return pane;
}

void DepthStage::refresh() {
    updateNetwork();
    if (layer())
        takeModelErrors();
    else
        takeNoiseOfAll();
    const std::vector<double> errors = noise();
    const auto noisy = training::with_noise(network_, errors, static_cast<std::uint64_t>(whole("seed")));
    const auto result = training::error_accumulation(network_, noisy, inputs_);
    const training::DepthError& last = result.layers.back();
    const std::size_t worst = result.most_harmful_layer();

    Scene scene;
    scene.title = layer() ? tr("The errors of %1 and its neighbours, on a network of %2 layers")
                                .arg(shortTensorName(layer()->name))
                                .arg(depth_)
                          : tr("%1 layers with ReLU, %2 neurons each").arg(depth_).arg(neurons);
    scene.panes = {noisePane(errors), driftPane(result), alonePane(result)};
    drawScene(std::move(scene));
    double sum = 0;
    for (const double error : errors)
        sum += error;
    setFigures({percentFigure("drift", tr("drift of the output"), last.drift),
                percentFigure("bound", tr("Π(1 + ε) − 1"), last.all_aligned),
                percentFigure("independent", tr("√(Π(1 + ε²) − 1)"), last.independent),
                percentFigure("sum", {}, sum),
                percentFigure("share", {}, last.all_aligned > 0 ? last.drift / last.all_aligned : 0),
                textFigure("worst", tr("hurts most alone"),
                           layer_names_.value(static_cast<qsizetype>(worst), tr("layer %1").arg(worst + 1)),
                           static_cast<double>(worst + 1)),
                percentFigure("alone", {}, result.layers[worst].alone)},
               tr("Π(1 + ε) − 1 = %1, measured: %2").arg(shareText(last.all_aligned), shareText(last.drift)));
}

}  // namespace halfstep
