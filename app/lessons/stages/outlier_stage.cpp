// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/outlier_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/base/error.h"
#include "core/schemes/grid.h"
#include "widgets/style/number_text.h"
#include "widgets/style/tensor_name.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr MatrixShape most_rows{32, 256};
constexpr double farthest = 40;  // standard deviations
constexpr double golden = 0.6180339887498949;
constexpr std::array granularities{"tensor", "channel", "g128", "g32"};
constexpr std::array<int, 4> colors{3, 0, 2, 1};

std::vector<std::string> schemesOf(int bits) {
    std::vector<std::string> schemes;
    for (const char* granularity : granularities)
        schemes.push_back("int" + std::to_string(bits) + ":" + granularity);
    return schemes;
}

// One bar for each granularity, and what it says above it.
void addBars(ScenePane& pane, const std::vector<double>& values, const QStringList& texts, double text_at) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        SceneSeries bar;
        bar.kind = SceneSeries::Kind::bars;
        bar.color = colors[i];
        bar.strong = true;
        bar.width = 0.6;
        bar.x = {static_cast<double>(i)};
        bar.y = {values[i]};
        pane.series.push_back(std::move(bar));
        const double top = pane.y.log ? std::max(values[i], pane.y.low) * text_at : values[i] + text_at;
        pane.texts.push_back({static_cast<double>(i), top, texts[static_cast<qsizetype>(i)]});
    }
}

}  // namespace

OutlierStage::OutlierStage(JobRunner& jobs) : Stage(jobs) {
    parameters().add(
        NumberParameter{"outlier", tr("&Outlier"), 1, farthest, 0.5, 20, 1, QStringLiteral(" σ")});
    parameters().add(NumberParameter{"count", tr("&How many"), 1, 256, 1, 1, 0});
    parameters().add(NumberParameter{"bits", tr("&Bits"), 2, 8, 1, 4, 0});
}

void OutlierStage::layerChanged() {
    base_ = nullptr;
}

void OutlierStage::updateBase() {
    if (base_) return;
    problem_.clear();
    try {
        rows_ = layer() ? finiteRows(*layer(), most_rows)
                        : SampledRows{most_rows, toy_weights({}, most_rows.channels * most_rows.inputs, 1)};
    } catch (const Error& error) {
        rows_ = {{1, 1}, {0.0F}};
        problem_ = QString::fromUtf8(error.what());
    }
    const QString name = layer() ? shortTensorName(layer()->name) : toyName(ToyDistribution::gaussian);
    base_ = lessonTensor(name, rows_.shape, rows_.values);
    unit_ = weightUnit(rows_.values);
    energy_ = base_->table().value_squared();
    quiet_bits_ = 0;
}

void OutlierStage::updateQuiet() {
    if (quiet_bits_ == whole("bits")) return;
    quiet_bits_ = whole("bits");
    quiet_error_ = mse(measureRows(rows_, {schemesOf(quiet_bits_).front()}).front().sums);
}

void OutlierStage::handleMoved(const QString&, const QPointF& to) {
    parameters().setNumber(QStringLiteral("outlier"), to.x() / unit_);
}

// Of the energy of the weights as they are without outliers, whose own does not count.
double OutlierStage::share(const Measurement& measurement) const {
    const double energy = energy_ > 0 ? energy_ : measurement.sums.value_squared;
    return energy > 0 ? measurement.sums.error_squared / energy : 0;
}

// Spread over the matrix at distances of the golden ratio, each in another row and group while there are any.
SampledRows OutlierStage::withOutliers() const {
    SampledRows rows = rows_;
    const auto count = static_cast<double>(rows.values.size());
    for (int i = 1; i <= whole("count"); ++i) {
        const double share = i * golden - std::floor(i * golden);
        rows.values[static_cast<std::size_t>(share * count)] = static_cast<float>(number("outlier") * unit_);
    }
    return rows;
}

ScenePane OutlierStage::weightsPane(const Measurement& shared) const {
    ScenePane pane = histogramPane(*base_, true);
    pane.title = tr("The weights, and the levels of one scale for all");
    const MomentTable& table = base_->table();
    pane.x.low = std::min(-5 * unit_, table.min() - unit_ / 2);
    pane.x.high = std::max((farthest + 2) * unit_, table.max() + unit_ / 2);
    const std::vector<float> levels = grid_levels(shared.scheme, shared.scale.value_or(0), 0);
    SceneLevels shown;
    std::ranges::copy_if(levels, std::back_inserter(shown.at),
                         [&pane](float level) { return level >= pane.x.low && level <= pane.x.high; });
    pane.levels.push_back(std::move(shown));
    const double at = number("outlier") * unit_;
    pane.handles.push_back({"outlier", tr("Outlier"), SceneHandle::Along::x, at, 0, unit_, farthest * unit_,
                            unit_ / 2, tr("%1 σ").arg(shortNumber(number("outlier"), 3))});
    pane.stretch = 1;
    return pane;
}

SceneAxis OutlierStage::sharingAxis() {
    return {tr("weights that share a scale"),
            -0.6,
            3.6,
            false,
            {tr("all"), tr("row"), tr("128"), tr("32")},
            true};
}

ScenePane OutlierStage::errorPane(const std::vector<Measurement>& results) const {
    ScenePane pane;
    pane.title = tr("Error ÷ energy of the other weights");
    pane.x = sharingAxis();
    std::vector<double> errors;
    QStringList texts;
    for (const Measurement& result : results) {
        errors.push_back(share(result));
        texts << shareText(errors.back());
    }
    pane.y = {{}, 1e-6, 3, true, {}, true};
    const double least = *std::ranges::min_element(errors);
    while (pane.y.low * 30 < std::max(least, 1e-6) && pane.y.low < 1e-3)
        pane.y.low *= 10;
    addBars(pane, errors, texts, 1.6);
    pane.stretch = 1.1;
    return pane;
}

ScenePane OutlierStage::bitsPane(const std::vector<Measurement>& results) const {
    ScenePane pane;
    pane.title = tr("Bits a weight for scales");
    pane.x = sharingAxis();
    std::vector<double> bits;
    QStringList texts;
    for (const Measurement& result : results) {
        bits.push_back(result.bits_per_weight - whole("bits"));
        texts << shortNumber(bits.back(), 3);
    }
    const double most = std::max(*std::ranges::max_element(bits), 0.1);
    pane.y = {{}, 0, most * 1.25, false, {}, false};
    addBars(pane, bits, texts, most * 0.07);
    pane.stretch = 1.1;
    pane.beside = true;
    return pane;
}

void OutlierStage::showFigures(const std::vector<Measurement>& results) {
    const double step = results[0].scale.value_or(0);
    const double growth = quiet_error_ > 0 ? mse(results[0].sums) / quiet_error_ : NAN;
    const double largest = (std::pow(2, whole("bits") - 1) - 1) * step;
    const int reached = step > 0 ? static_cast<int>(std::floor(3 * unit_ / step + 0.5)) : 0;
    const int most = static_cast<int>(std::pow(2, whole("bits") - 1)) - 1;
    const int near = 2 * std::min(reached, most) + 1;
    const double saved = share(results[0]) > 0 ? share(results[3]) / share(results[0]) : NAN;
    setFigures(
        {valueFigure("step", tr("step ÷ σ"), step / unit_, 3),
         textFigure("near", tr("levels within ±3 σ"), tr("%1 of %2").arg(near).arg(2 * most + 1), near),
         percentFigure("tensor", tr("error, one scale"), share(results[0])),
         percentFigure("g32", tr("error, groups of 32"), share(results[3])),
         textFigure("growth", tr("error grew by"),
                    std::isfinite(growth) ? tr("%1 ×").arg(shortNumber(growth, 3)) : noValueText(), growth),
         valueFigure("factor", {}, growth, 3), percentFigure("channel", {}, share(results[1])),
         percentFigure("g128", {}, share(results[2])), percentFigure("left", {}, saved),
         textFigure("bits_tensor", {}, bitsText(results[0].bits_per_weight), results[0].bits_per_weight),
         textFigure("bits_channel", {}, bitsText(results[1].bits_per_weight), results[1].bits_per_weight),
         textFigure("bits_g128", {}, bitsText(results[2].bits_per_weight), results[2].bits_per_weight),
         textFigure("bits_g32", {}, bitsText(results[3].bits_per_weight), results[3].bits_per_weight)},
        tr("Δ = %1 σ / %2 = %3 σ,  Δ²/12 = %4 σ²")
            .arg(shortNumber(largest / unit_, 3))
            .arg(most)
            .arg(shortNumber(step / unit_, 3), shortNumber(step * step / unit_ / unit_ / 12, 3)));
}

void OutlierStage::refresh() {
    updateBase();
    if (!problem_.isEmpty()) return drawNothing(problem_);
    updateQuiet();
    const std::vector<Measurement> results = measureRows(withOutliers(), schemesOf(whole("bits")));
    Scene scene;
    scene.title = subjectOf(*base_);
    scene.panes = {weightsPane(results[0]), errorPane(results), bitsPane(results)};
    drawScene(std::move(scene));
    showFigures(results);
}

}  // namespace halfstep
