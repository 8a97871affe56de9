// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/water_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/allocation/allocation.h"
#include "widgets/style/number_text.h"
#include "widgets/style/tensor_name.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr std::size_t most_layers = 8;
constexpr double least_value = 1e-12;  // on axes that are logarithmic
constexpr double most_value = 1e6;
constexpr double first_budget = 4;  // bits a weight
constexpr double toy_level = 8e-5;
constexpr std::size_t toy_unit = 65'536;  // weights
constexpr auto longest_search = std::chrono::milliseconds(50);

struct ToyLayer {
    double sensitivity;
    double energy;
    double units;
};
constexpr std::array<ToyLayer, 6> toy_layers{
    {{1, 0.01, 1}, {16, 0.01, 1}, {1, 0.16, 4}, {4, 0.0025, 4}, {0.25, 0.0003, 2}, {2, 0.04, 0.5}}};

QString parameterOf(const char* id, std::size_t layer) {
    return QStringLiteral("%1%2").arg(QLatin1String(id)).arg(layer + 1);
}

SceneSeries bars(const QString& name, int color, double offset, double width,
                 const std::vector<double>& values) {
    SceneSeries series;
    series.kind = SceneSeries::Kind::bars;
    series.name = name;
    series.color = color;
    series.strong = true;
    series.width = width;
    for (std::size_t i = 0; i < values.size(); ++i) {
        series.x.push_back(static_cast<double>(i) + offset);
        series.y.push_back(values[i]);
    }
    return series;
}

Scheme integers(int bits) {
    return parse_scheme("int" + std::to_string(bits) + ":tensor");
}

std::vector<double> bitsOf(const Allocation& allocation, const AllocationChoice& choice) {
    std::vector<double> bits;
    for (std::size_t i = 0; i < choice.chosen.size(); ++i)
        bits.push_back(allocation.scheme(choice, i).bits);
    return bits;
}

}  // namespace

WaterStage::WaterStage(JobRunner& jobs) : Stage(jobs), names_(new QLabel(this)) {
    for (std::size_t i = 0; i < most_layers; ++i) {
        const ToyLayer toy = i < toy_layers.size() ? toy_layers[i] : ToyLayer{1, 0.01, 1};
        parameters().add(NumberParameter{
            parameterOf("sensitivity", i), {}, least_value, most_value, 0.01, toy.sensitivity, 4});
        parameters().add(
            NumberParameter{parameterOf("variance", i), {}, least_value, most_value, 0.0001, toy.energy, 6});
    }
    parameters().add(NumberParameter{"water", {}, least_value * least_value, most_value, 1e-5, toy_level, 8});
    names_->setWordWrap(true);
    names_->setTextFormat(Qt::PlainText);
    names_->setForegroundRole(QPalette::PlaceholderText);
    content()->addWidget(names_);
    useToy();
}

WaterStage::~WaterStage() {
    WaterStage::stop();
}

QString WaterStage::lane() const {
    return QStringLiteral("lesson-water-%1").arg(reinterpret_cast<quintptr>(this));
}

void WaterStage::stop() {
    jobs().cancelLane(lane());
    working_ = false;
}

void WaterStage::useToy() {
    std::vector<BudgetLayer> layers;
    BudgetLayer layer = budgetLayer({}, toy_weights({}, toy_unit, 1));
    for (const ToyLayer& toy : toy_layers) {
        layer.sensitivity = toy.sensitivity;
        layer.energy = toy.energy;
        layer.weights = toy.units * static_cast<double>(toy_unit);
        layers.push_back(layer);
    }
    layers_ = std::move(layers);
    subject_ = tr("%1 layers").arg(layers_.size());
    nameLayers();
}

void WaterStage::layerChanged() {
    problem_.clear();
    if (layer()) return startMeasuring();
    stop();
    useToy();
    QVariantMap values;
    for (const QString& id : parameters().values().keys())
        values.insert(id, startValue(id));
    parameters().setValues(values);
}

void WaterStage::startMeasuring() {
    working_ = true;
    jobs().start<std::vector<BudgetLayer>>(
        {lane(), {}},
        [tensor = layer()](const JobContext& job) { return neighbourLayers(*tensor, most_layers, job); },
        [this](std::vector<BudgetLayer> layers) {
            working_ = false;
            useLayers(std::move(layers));
        },
        [this](const QString& message) {
            working_ = false;
            problem_ = message;
            if (isStarted()) refresh();
        });
}

void WaterStage::useLayers(std::vector<BudgetLayer> layers) {
    layers_ = std::move(layers);
    subject_ = tr("%1 and its neighbours").arg(shortTensorName(layer()->name));
    nameLayers();
    takeValues();
}

void WaterStage::nameLayers() {
    QStringList names;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const QString weights = integerText(static_cast<std::uint64_t>(layers_[i].weights));
        QString name = QString::number(i + 1) + QChar::Nbsp;
        if (!layers_[i].name.isEmpty()) name += layers_[i].name + QChar::Nbsp;
        names << name + u'(' + weights + u')';
    }
    names_->setText(tr("Layers (weights): %1").arg(names.join(QStringLiteral("  ·  "))));
}

// Of the layers as they are, with water for a budget of some bits.
void WaterStage::takeValues() {
    QVariantMap values;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        values.insert(parameterOf("sensitivity", i), layers_[i].sensitivity);
        values.insert(parameterOf("variance", i), std::max(least_value, layers_[i].energy));
    }
    parameters().setValues(values);
    double low = -60;
    double high = 20;
    for (int halving = 0; halving < 60; ++halving) {
        const double middle = (low + high) / 2;
        (meanBits(middle) > first_budget ? low : high) = middle;
    }
    parameters().setNumber(QStringLiteral("water"), std::exp2(2 * low));
    if (isStarted()) refresh();
}

void WaterStage::reset() {
    Stage::reset();
    if (layer() && !working_ && problem_.isEmpty()) takeValues();
}

double WaterStage::valueOf(const char* id, std::size_t layer) const {
    return number(parameterOf(id, layer).toLatin1().constData());
}

double WaterStage::power(std::size_t layer) const {
    return valueOf("sensitivity", layer) * valueOf("variance", layer);
}

double WaterStage::closedBits(std::size_t layer) const {
    return std::max(0.0, 0.5 * std::log2(power(layer) / number("water")));
}

double WaterStage::meanBits(double half_log_level) const {
    double bits = 0;
    double weights = 0;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        bits += layers_[i].weights * std::clamp(0.5 * std::log2(power(i)) - half_log_level,
                                                1.0 * least_layer_bits, 1.0 * most_layer_bits);
        weights += layers_[i].weights;
    }
    return bits / weights;
}

WaterStage::Plans WaterStage::solve() const {
    AllocationProblem problem;
    AllocationRules rules;
    double all = 0;
    for (int bits = least_layer_bits; bits <= most_layer_bits; ++bits)
        rules.candidates.push_back(integers(bits));
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        const BudgetLayer& layer = layers_[i];
        AllocationTensor tensor;
        tensor.name = std::to_string(i);
        tensor.elements = static_cast<std::uint64_t>(layer.weights);
        tensor.sensitivity = power(i) * layer.weights;
        all += tensor.sensitivity;
        for (const Scheme& scheme : rules.candidates) {
            const std::uint64_t stored = tensor.elements * static_cast<std::uint64_t>(scheme.bits);
            tensor.options.push_back(
                {scheme, stored, (stored + 7) / 8,
                 tensor.sensitivity * layer.error[static_cast<std::size_t>(scheme.bits - least_layer_bits)]});
        }
        problem.tensors.push_back(std::move(tensor));
    }
    const Allocation allocation(std::move(problem), rules);
    Plans plans;
    plans.budget = meanBits(0.5 * std::log2(number("water")));
    const Budget budget{Budget::Of::bits_per_weight, plans.budget};
    const BestChoice best = allocation.best(budget, {.time = longest_search});
    plans.exact = bitsOf(allocation, best);
    plans.exact_loss = best.loss / all;
    if (const auto rounded = allocation.closed_form(budget)) {
        plans.rounded = bitsOf(allocation, *rounded);
        plans.rounded_loss = rounded->loss / all;
    }
    if (const auto uniform = allocation.best_uniform(budget)) {
        plans.uniform_bits = uniform->scheme.bits;
        plans.uniform_loss = uniform->choice.loss / all;
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        plans.closed.push_back(closedBits(i));
        if (plans.closed.back() == 0) ++plans.drowned;
    }
    return plans;
}

SceneAxis WaterStage::layerAxis() const {
    QStringList names;
    for (std::size_t i = 0; i < layers_.size(); ++i)
        names << QString::number(i + 1);
    return {tr("layer"), -0.6, static_cast<double>(layers_.size()) - 0.4, false, names, true};
}

ScenePane WaterStage::barsPane(const QString& title, const char* id, double low, double high) const {
    ScenePane pane;
    pane.title = title;
    pane.x = layerAxis();
    pane.y = {{}, low, high, true, {}, true};
    std::vector<double> values;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        values.push_back(valueOf(id, i));
        const double at = std::clamp(values[i], low, high);
        pane.handles.push_back({parameterOf(id, i), tr("%1, layer %2").arg(title).arg(i + 1),
                                SceneHandle::Along::y, static_cast<double>(i), at, low, high, at / 10,
                                shortNumber(values[i], 2), scene_color::accent, false});
    }
    pane.series.push_back(bars({}, 0, 0, 0.5, values));
    return pane;
}

ScenePane WaterStage::waterPane() const {
    ScenePane pane;
    pane.title = tr("α·σ² and the water");
    pane.x = layerAxis();
    std::vector<double> dry;
    std::vector<double> drowned;
    std::vector<double> all;
    const double level = number("water");
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        all.push_back(power(i));
        dry.push_back(power(i) > level ? power(i) : NAN);
        drowned.push_back(power(i) > level ? NAN : power(i));
    }
    const auto [least, most] = std::ranges::minmax_element(all);
    const double low = std::max(std::min(*least, level) / 30, *most * 1e-9);
    const double high = std::max(*most, level) * 8;
    pane.y = {{}, low, high, true, {}, true};
    pane.series.push_back(bars(tr("above water"), 1, 0, 0.5, dry));
    pane.series.push_back(bars(tr("drowned"), scene_color::muted, 0, 0.5, drowned));
    SceneSeries water;
    water.kind = SceneSeries::Kind::band;
    water.color = 0;
    water.x = {pane.x.low, pane.x.high};
    water.y = {level, level};
    water.y2 = {low, low};
    pane.series.push_back(std::move(water));
    pane.handles.push_back({"water", tr("Water level"), SceneHandle::Along::y, 0,
                            std::clamp(level, low, high), low, high, level / 10,
                            tr("λ = %1").arg(shortNumber(level, 2))});
    pane.stretch = 1.2;
    return pane;
}

ScenePane WaterStage::bitsPane(const Plans& plans) const {
    ScenePane pane;
    pane.title = tr("Bits");
    pane.beside = true;
    pane.stretch = 1.2;
    pane.x = layerAxis();
    double most = most_layer_bits;
    for (const double bits : plans.closed)
        most = std::max(most, bits);
    pane.y = {{}, 0, std::min(most, 12.0) + 0.5, false, {}, true};
    pane.series.push_back(bars(tr("formula"), 0, -0.26, 0.24, plans.closed));
    pane.series.push_back(bars(tr("rounded"), 2, 0, 0.24, plans.rounded));
    pane.series.push_back(bars(tr("exact plan"), 1, 0.26, 0.24, plans.exact));
    pane.marks.push_back({false, plans.budget, tr("budget %1").arg(shortNumber(plans.budget, 3))});
    return pane;
}

Scene WaterStage::scene(const Plans& plans) const {
    Scene scene;
    scene.title = subject_;
    const auto limits = [this](double BudgetLayer::*member) {
        double low = HUGE_VAL;
        double high = 0;
        for (const BudgetLayer& layer : layers_) {
            low = std::min(low, std::max(least_value, layer.*member));
            high = std::max(high, std::max(least_value, layer.*member));
        }
        return std::pair(low / 20, high * 20);
    };
    const auto [low_sensitivity, high_sensitivity] = limits(&BudgetLayer::sensitivity);
    const auto [low_energy, high_energy] = limits(&BudgetLayer::energy);
    scene.panes = {barsPane(tr("Sensitivity α"), "sensitivity", low_sensitivity, high_sensitivity),
                   barsPane(tr("Variance σ²"), "variance", low_energy, high_energy), waterPane(),
                   bitsPane(plans)};
    scene.panes[1].beside = true;
    return scene;
}

void WaterStage::showFigures(const Plans& plans) {
    const double extra = layers_.size() > 1 ? plans.closed[1] - plans.closed[0] : NAN;
    const double gain = plans.exact_loss > 0 ? plans.uniform_loss / plans.exact_loss : NAN;
    const double behind = plans.exact_loss > 0 ? plans.rounded_loss / plans.exact_loss - 1 : 0;
    setFigures(
        {valueFigure("budget", tr("budget, bits a weight"), plans.budget, 3),
         percentFigure("uniform", tr("loss, %1 bits for all").arg(plans.uniform_bits), plans.uniform_loss),
         percentFigure("rounded", tr("loss, rounded"), plans.rounded_loss),
         percentFigure("exact", tr("loss, exact plan"), plans.exact_loss),
         textFigure("drowned", tr("drowned layers"), QString::number(plans.drowned), plans.drowned),
         valueFigure("extra", {}, extra, 3), valueFigure("apart", {}, std::abs(extra), 3),
         valueFigure("gain", {}, gain, 3), percentFigure("behind", {}, behind),
         valueFigure("bits_first", {}, plans.closed[0], 3), valueFigure("level", {}, number("water"), 3)},
        tr("layer 1: ½·log<sub>2</sub>(%1 · %2 / %3) = %4")
            .arg(shortNumber(valueOf("sensitivity", 0), 3), shortNumber(valueOf("variance", 0), 3),
                 shortNumber(number("water"), 3),
                 shortNumber(0.5 * std::log2(power(0) / number("water")), 3)));
}

void WaterStage::refresh() {
    if (working_ || !problem_.isEmpty())
        return drawNothing(working_ ? tr("Measuring the layers around this one…") : problem_);
    const Plans plans = solve();
    drawScene(scene(plans));
    showFigures(plans);
}

}  // namespace halfstep
