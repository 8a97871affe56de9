// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/zero_point_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/quantize/uniform_value.h"
#include "widgets/style/number_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr MatrixShape sample_shape{16, 256};
constexpr double most_shift = 2;                                          // standard deviations
constexpr std::array curve_skews = {0, 20, 40, 60, 75, 85, 90, 95, 100};  // percent
constexpr double half_bit = 3.01;
constexpr double least_deviation = 1e-30;

double decibels(const std::optional<double>& sqnr) {
    return sqnr.value_or(NAN);
}

// Room around finite values; some where there are none.
SceneAxis decibelAxis(const std::vector<const std::vector<double>*>& values) {
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    for (const std::vector<double>* series : values) {
        for (const double value : *series) {
            if (!std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    if (low > high) low = high = 0;
    return {ZeroPointStage::tr("SQNR, dB"), low - half_bit, high + half_bit, false, {}, true};
}

}  // namespace

ZeroPointStage::ZeroPointStage(JobRunner& jobs) : Stage(jobs) {
    parameters().add(
        toyChoice({ToyDistribution::gaussian, ToyDistribution::laplace, ToyDistribution::uniform}));
    parameters().add(NumberParameter{"bits", tr("&Bits"), 2, 8, 1, 4, 0});
    parameters().add(NumberParameter{"skew", tr("Ske&w"), 0, 100, 1, 100, 0, QStringLiteral(" %")});
    parameters().add(
        NumberParameter{"shift", tr("Sh&ift"), -most_shift, most_shift, 0.05, 0, 2, QStringLiteral(" σ")});
}

void ZeroPointStage::layerChanged() {
    base_ = {};
    curve_ = {};
    gains_ = {};
    parameters().setEnabledFor(QStringLiteral("data"), layer() == nullptr);
}

void ZeroPointStage::handleMoved(const QString& id, const QPointF& to) {
    parameters().setNumber(id, id == QLatin1String("shift") ? to.x() / base_.deviation : to.x());
}

Scheme ZeroPointStage::scheme(bool asymmetric) const {
    return parse_scheme("int" + std::to_string(whole("bits")) + (asymmetric ? ":asym:tensor" : ":tensor"));
}

void ZeroPointStage::updateBase() {
    const QString key = layer() ? QStringLiteral("layer ") + layer()->name : choice("data");
    if (base_.key == key) return;
    base_ = {};
    base_.key = key;
    base_.sample = sampleOf(layer(), toyOf(choice("data")), sample_shape);
    double count = 0;
    double sum = 0;
    double squares = 0;
    for (const float value : base_.sample.values) {
        if (!std::isfinite(value)) continue;
        const auto x = static_cast<double>(value);
        base_.largest = std::max(base_.largest, std::abs(x));
        count += 1;
        sum += x;
        squares += x * x;
    }
    const double variance = count > 0 ? squares / count - std::pow(sum / count, 2) : 0;
    base_.deviation = variance > 0 ? std::sqrt(variance) : std::max(base_.largest, least_deviation);
}

// Skew draws the negative values in towards 0, as a leaky ReLU does and, at the full skew, a ReLU.
std::vector<float> ZeroPointStage::skewed(double skew, double shift_in_deviations) const {
    const auto left = static_cast<float>(1 - skew / 100);
    const auto shift = static_cast<float>(shift_in_deviations * base_.deviation);
    std::vector<float> values = base_.sample.values;
    for (float& value : values)
        value = (value < 0 ? value * left : value) + shift;
    return values;
}

int ZeroPointStage::unusedCodes(const WhatIf& what_if, bool asymmetric) const {
    const Scheme used = scheme(asymmetric);
    const CodeLimits limits = code_limits(used);
    std::vector<bool> seen(static_cast<std::size_t>(limits.qmax - limits.qmin + 1), false);
    for (const float value : skewed(number("skew"), number("shift"))) {
        if (!std::isfinite(value)) continue;
        const CodedValue coded = quantize_value(used, what_if.grid, value);
        seen[static_cast<std::size_t>(coded.code - limits.qmin)] = true;
    }
    return static_cast<int>(std::ranges::count(seen, false));
}

ZeroPointStage::Result ZeroPointStage::measured(const MomentTable& table, bool asymmetric) const {
    Result result;
    result.what_if = what_if(table, scheme(asymmetric)).value();
    result.sqnr = sqnr_db(result.what_if.answer.sums);
    return result;
}

// Without a shift: of the data as they are, and with all negative ones drawn in.
void ZeroPointStage::updateGains() {
    const QString key = QStringLiteral("%1 %2").arg(base_.key).arg(whole("bits"));
    if (gains_.key == key) return;
    gains_ = {key, gainAt(0), gainAt(100)};
}

std::optional<double> ZeroPointStage::gainAt(double skew) const {
    const MomentTable table = MomentTable::build(skewed(skew, 0));
    const double gain = decibels(measured(table, true).sqnr) - decibels(measured(table, false).sqnr);
    return std::isfinite(gain) ? std::optional(gain) : std::nullopt;
}

void ZeroPointStage::updateCurve() {
    const QString key = QStringLiteral("%1 %2 %3").arg(base_.key).arg(whole("bits")).arg(number("shift"));
    if (curve_.key == key) return;
    curve_ = {};
    curve_.key = key;
    for (const int skew : curve_skews) {
        const MomentTable table = MomentTable::build(skewed(skew, number("shift")));
        curve_.skew.push_back(skew);
        curve_.symmetric.push_back(decibels(measured(table, false).sqnr));
        curve_.asymmetric.push_back(decibels(measured(table, true).sqnr));
    }
}

ScenePane ZeroPointStage::gridPane(const LessonTensor& tensor, const Result& result, bool asymmetric) const {
    ScenePane pane = histogramPane(tensor, true);
    const double reach = base_.largest + most_shift * base_.deviation;
    pane.x.low = -1.05 * reach;
    pane.x.high = 1.05 * reach;
    if (!asymmetric) pane.x.label.clear();
    const auto levels = static_cast<int>(result.what_if.levels.size());
    pane.title = asymmetric ? tr("Asymmetric, z = %1: %2 levels, %3 unused")
                                  .arg(result.what_if.grid.zero_point)
                                  .arg(levels)
                                  .arg(result.unused)
                            : tr("Symmetric: %1 levels, %2 unused").arg(levels).arg(result.unused);
    pane.levels.push_back({{result.what_if.levels.begin(), result.what_if.levels.end()}, asymmetric ? 2 : 1});
    if (asymmetric) {
        pane.marks.push_back({true, 0, QStringLiteral("0"), scene_color::plain});
        return pane;
    }
    const double shift = number("shift") * base_.deviation;
    const double most = most_shift * base_.deviation;
    pane.handles.push_back({"shift", tr("Shift"), SceneHandle::Along::x, shift, 0, -most, most,
                            base_.deviation / 20, tr("shift")});
    return pane;
}

ScenePane ZeroPointStage::curvePane() const {
    ScenePane pane;
    pane.x = {tr("skew: how far negative values are drawn in to 0, %"), 0, 102, false, {}, true};
    pane.y = decibelAxis({&curve_.symmetric, &curve_.asymmetric});
    SceneSeries gap = lineSeries({}, scene_color::good, curve_.skew, curve_.symmetric);
    gap.kind = SceneSeries::Kind::band;
    gap.y2 = curve_.asymmetric;
    pane.series.push_back(std::move(gap));
    pane.series.push_back(lineSeries(tr("symmetric"), 1, curve_.skew, curve_.symmetric, true));
    pane.series.push_back(lineSeries(tr("asymmetric"), 2, curve_.skew, curve_.asymmetric, true));
    pane.handles.push_back({"skew", tr("Skew"), SceneHandle::Along::x, number("skew"), 0, 0, 100, 1,
                            shortNumber(number("skew")) + QStringLiteral(" %")});
    return pane;
}

void ZeroPointStage::refresh() {
    updateBase();
    if (base_.largest == 0) return drawNothing(tr("All weights of this layer are 0."));
    updateCurve();
    updateGains();
    now_ = lessonTensor(base_.sample.name, base_.sample.shape, skewed(number("skew"), number("shift")));
    Result symmetric = measured(now_->table(), false);
    Result asymmetric = measured(now_->table(), true);
    symmetric.unused = unusedCodes(symmetric.what_if, false);
    asymmetric.unused = unusedCodes(asymmetric.what_if, true);
    Scene scene;
    scene.title = QStringLiteral("%1 · %2").arg(base_.sample.name,
                                                tr("%1 values").arg(integerText(base_.sample.values.size())));
    scene.panes = {gridPane(*now_, symmetric, false), gridPane(*now_, asymmetric, true), curvePane()};
    drawScene(std::move(scene));

    const auto count = [](const char* id, const QString& label, int number) {
        return textFigure(QLatin1String(id), label, QString::number(number), number);
    };
    const auto gain_at = [](double with, double without) -> std::optional<double> {
        if (!std::isfinite(with - without)) return std::nullopt;
        return with - without;
    };
    const double gain = decibels(asymmetric.sqnr) - decibels(symmetric.sqnr);
    const double coarse = static_cast<double>(symmetric.what_if.grid.scale);
    const double fine = static_cast<double>(asymmetric.what_if.grid.scale);
    setFigures({decibelFigure("symmetric", tr("symmetric"), symmetric.sqnr),
                decibelFigure("asymmetric", tr("asymmetric"), asymmetric.sqnr),
                decibelFigure("gain", tr("gained"), gain_at(gain, 0)),
                count("unused", tr("unused (sym.)"), symmetric.unused),
                count("unused_asym", tr("unused (asym.)"), asymmetric.unused),
                count("zero_point", tr("zero-point z"), asymmetric.what_if.grid.zero_point),
                decibelFigure("gain_none", {}, gains_.none), decibelFigure("gain_full", {}, gains_.full),
                valueFigure("gain_bits", {}, gain / 6.02, 2), valueFigure("ratio", {}, coarse / fine, 3),
                valueFigure("step", {}, coarse), valueFigure("step_asym", {}, fine)},
               tr("step %1 ÷ step %2 = %3: 20 · log<sub>10</sub>(%3) = %4")
                   .arg(shortNumber(coarse), shortNumber(fine), shortNumber(coarse / fine, 3),
                        decibelText(20 * std::log10(coarse / fine))));
}

}  // namespace halfstep
