// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/energy_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/base/error.h"
#include "core/quantize/reference.h"
#include "widgets/style/number_text.h"
#include "widgets/style/tensor_name.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr MatrixShape most_rows{64, 256};
constexpr std::size_t samples = 48;
constexpr double lowest_gamma = 0.5;
constexpr double highest_gamma = 2;
constexpr double with_a_mean = 0.5;   // deviation of inputs whose mean is 1
constexpr double correlation = 0.95;  // of neighbouring inputs
constexpr std::uint64_t input_seed = 5;

std::string schemeText(int bits, const QString& range) {
    return "int" + std::to_string(bits) + ":tensor:" + range.toStdString();
}

// As the scheme does it, but without a search in the plain reference: with the limits that the engine found.
Scheme withKnownRange(const Measurement& measured) {
    Scheme scheme = measured.scheme;
    const float scale = measured.scale.value_or(0);
    if (scheme.range == Range::minmax || !(scale > 0)) return parse_scheme(format_name(scheme) + ":tensor");
    scheme.range = Range::clip;
    scheme.clip_high = scale * static_cast<float>((1 << (scheme.bits - 1)) - 1);
    scheme.clip_low = -scheme.clip_high;
    return scheme;
}

// One sample of inputs after the other.
std::vector<float> inputsOf(const QString& kind, std::size_t count) {
    std::vector<float> values = toy_weights({}, samples * count, input_seed);
    if (kind == QLatin1String("mean"))
        for (float& value : values)
            value = static_cast<float>(1 + with_a_mean * value);
    if (kind == QLatin1String("correlated"))
        for (std::size_t i = 0; i < values.size(); ++i)
            if (i % count != 0)
                values[i] = static_cast<float>(correlation * values[i - 1] +
                                               std::sqrt(1 - correlation * correlation) * values[i]);
    return values;
}

double product(const float* weights, const float* inputs, std::size_t count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += static_cast<double>(weights[i]) * static_cast<double>(inputs[i]);
    return sum;
}

}  // namespace

double EnergyStage::Moments::error(double gamma) const {
    return before > 0 ? std::max(0.0, before - 2 * gamma * product + gamma * gamma * after) / before : NAN;
}

double EnergyStage::Moments::energy(double gamma) const {
    return before > 0 ? gamma * gamma * after / before : NAN;
}

double EnergyStage::Moments::keeping() const {
    return after > 0 ? std::sqrt(before / after) : NAN;
}

double EnergyStage::Moments::best() const {
    return after > 0 ? product / after : NAN;
}

EnergyStage::EnergyStage(JobRunner& jobs) : Stage(jobs) {
    parameters().add(
        toyChoice({ToyDistribution::gaussian, ToyDistribution::laplace, ToyDistribution::half_normal}));
    parameters().add(NumberParameter{"bits", tr("&Bits"), 2, 6, 1, 2, 0});
    parameters().add(ChoiceParameter{
        "range", tr("R&ange"), {{"mse", tr("least error")}, {"minmax", tr("widest")}}, "mse"});
    parameters().add(ChoiceParameter{
        "inputs",
        tr("&Inputs"),
        {{"plain", tr("uncorrelated")}, {"mean", tr("with a mean")}, {"correlated", tr("correlated")}},
        "plain"});
    parameters().add(ChoiceParameter{"at",
                                     tr("&γ"),
                                     {{"off", tr("1: off")},
                                      {"energy", tr("keeps the energy")},
                                      {"least", tr("least error")},
                                      {"free", tr("by hand")}},
                                     "off"});
    parameters().add(NumberParameter{"gamma", {}, lowest_gamma, highest_gamma, 0.01, 1, 2});
}

void EnergyStage::layerChanged() {
    layer_changed_ = true;
    parameters().setEnabledFor(QStringLiteral("data"), layer() == nullptr);
}

void EnergyStage::handleMoved(const QString&, const QPointF& to) {
    parameters().setValues(
        {{QStringLiteral("at"), QStringLiteral("free")}, {QStringLiteral("gamma"), to.x()}});
}

void EnergyStage::updateRows() {
    const QString key = layer() ? QString() : choice("data");
    if (!layer_changed_ && key == rows_key_) return;
    layer_changed_ = false;
    rows_key_ = key;
    result_ = {};
    problem_.clear();
    try {
        rows_ = layer() ? finiteRows(*layer(), most_rows)
                        : SampledRows{most_rows, toy_weights({.distribution = toyOf(key)},
                                                             most_rows.channels * most_rows.inputs, 1)};
    } catch (const Error& error) {
        rows_ = {};
        problem_ = QString::fromUtf8(error.what());
    }
    const QString name = layer() ? shortTensorName(layer()->name) : toyName(toyOf(key));
    subject_ = tr("%1 · %2 outputs of %3 inputs")
                   .arg(name, integerText(rows_.shape.channels), integerText(rows_.shape.inputs));
}

void EnergyStage::updateInputs() {
    const QString key = QStringLiteral("%1 %2").arg(choice("inputs")).arg(rows_.shape.inputs);
    if (key == inputs_key_) return;
    inputs_key_ = key;
    inputs_ = inputsOf(choice("inputs"), rows_.shape.inputs);
    result_ = {};
}

void EnergyStage::updateResult() {
    const QString key = QStringLiteral("%1 %2").arg(whole("bits")).arg(choice("range"));
    if (result_.key == key) return;
    result_ = {};
    result_.key = key;
    const std::string scheme = schemeText(whole("bits"), choice("range"));
    const std::vector<Measurement> measured = measureRows(rows_, {scheme, scheme + ":gamma"});
    const ReferenceResult quantized =
        quantize_reference(withKnownRange(measured[0]), rows_.values, rows_.shape);
    const ErrorSums& sums = quantized.sums;
    result_.weights = {sums.value_squared, sums.product, sums.quantized_squared};
    if (sums.value_squared > 0) {
        result_.scheme_energy = measured[1].sums.quantized_squared / measured[1].sums.value_squared;
        result_.scheme_error = measured[1].sums.error_squared / measured[1].sums.value_squared;
    }
    const std::size_t count = rows_.shape.inputs;
    for (std::size_t row = 0; row < rows_.shape.channels; ++row) {
        for (std::size_t sample = 0; sample < samples; ++sample) {
            const float* inputs = inputs_.data() + sample * count;
            const double before = product(rows_.values.data() + row * count, inputs, count);
            const double after = product(quantized.reconstruction.data() + row * count, inputs, count);
            result_.outputs.before += before * before;
            result_.outputs.product += before * after;
            result_.outputs.after += after * after;
        }
    }
}

double EnergyStage::highest() const {
    const double keeping = result_.weights.keeping();
    return std::clamp(std::isfinite(keeping) ? 1.15 * keeping : 0, 1.4, highest_gamma);
}

double EnergyStage::gamma() const {
    const QString at = choice("at");
    double gamma = 1;
    if (at == QLatin1String("free")) gamma = number("gamma");
    if (at == QLatin1String("energy")) gamma = result_.weights.keeping();
    if (at == QLatin1String("least")) gamma = result_.weights.best();
    return std::isfinite(gamma) ? std::clamp(gamma, lowest_gamma, highest()) : 1;
}

ScenePane EnergyStage::pane(const QString& title, const Moments& moments, const QString& handle) const {
    std::vector<double> gammas;
    std::vector<double> errors;
    std::vector<double> energies;
    for (int percent = static_cast<int>(100 * lowest_gamma); percent <= 100 * highest(); ++percent) {
        const double gamma = percent / 100.0;
        gammas.push_back(gamma);
        errors.push_back(std::max(1e-6, moments.error(gamma)));
        energies.push_back(moments.energy(gamma));
    }
    const double now = gamma();
    ScenePane pane;
    pane.title = title;
    pane.x = {tr("γ"), lowest_gamma, highest(), false, {}, true};
    pane.y = {tr("÷ energy before"),
              0.5 * std::clamp(*std::ranges::min_element(errors), 1e-5, 0.3),
              3,
              true,
              {},
              true};
    pane.series.push_back(lineSeries(tr("energy"), 0, gammas, energies));
    pane.series.push_back(lineSeries(tr("squared error"), 3, gammas, errors, true));
    pane.series.push_back(pointSeries({}, 0, {now}, {moments.energy(now)}));
    pane.series.push_back(pointSeries({}, 3, {now}, {std::max(1e-6, moments.error(now))}));
    pane.marks.push_back({false, 1, tr("as before"), scene_color::muted});
    pane.marks.push_back({true, moments.best(), tr("least error"), scene_color::good});
    pane.marks.push_back({true, moments.keeping(), tr("keeps the energy"), 0});
    pane.handles.push_back({handle, tr("Factor"), SceneHandle::Along::x, now, 0, lowest_gamma, highest(),
                            0.01, tr("γ = %1").arg(shortNumber(now, 3))});
    return pane;
}

void EnergyStage::showFigures() {
    const Moments& weights = result_.weights;
    const Moments& outputs = result_.outputs;
    const double now = gamma();
    const double keeping = weights.keeping();
    const auto change = [keeping](const Moments& of) {
        return of.error(1) > 0 ? of.error(keeping) / of.error(1) - 1 : 0;
    };
    setFigures(
        {valueFigure("gamma", tr("γ"), now, 4),
         percentFigure("energy", tr("energy of the weights"), weights.energy(now)),
         percentFigure("error", tr("error of the weights"), weights.error(now)),
         percentFigure("output_energy", tr("energy of the outputs"), outputs.energy(now)),
         percentFigure("output_error", tr("error of the outputs"), outputs.error(now)),
         valueFigure("keeping", {}, keeping, 4), valueFigure("best", {}, weights.best(), 4),
         percentFigure("energy_off", {}, weights.energy(1)), percentFigure("error_off", {}, weights.error(1)),
         percentFigure("error_on", {}, weights.error(keeping)),
         percentFigure("output_energy_off", {}, outputs.energy(1)),
         percentFigure("output_energy_on", {}, outputs.energy(keeping)),
         percentFigure("output_error_off", {}, outputs.error(1)),
         percentFigure("output_error_on", {}, outputs.error(keeping)),
         percentFigure("error_change", {}, change(weights)),
         percentFigure("scheme_energy", {}, result_.scheme_energy),
         percentFigure("scheme_error", {}, result_.scheme_error),
         textFigure("scheme", {},
                    QString::fromStdString(schemeText(whole("bits"), choice("range")) + ":gamma"), NAN)},
        tr("γ = √(1 / %1) = %2<br>least error at %3")
            .arg(shortNumber(weights.energy(1), 4), shortNumber(keeping, 4), shortNumber(weights.best(), 4)));
}

void EnergyStage::refresh() {
    updateRows();
    if (problem_.isEmpty()) {
        updateInputs();
        updateResult();
    }
    if (!(result_.weights.before > 0) || !(result_.outputs.before > 0))
        return drawNothing(problem_.isEmpty() ? tr("All weights of this layer are 0.") : problem_);
    Scene scene;
    scene.title = subject_;
    scene.panes = {pane(tr("Weights"), result_.weights, QStringLiteral("gamma")),
                   pane(tr("Outputs"), result_.outputs, QStringLiteral("gamma_outputs"))};
    drawScene(std::move(scene));
    showFigures();
}

}  // namespace halfstep
