// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/calibration_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/lessons/toy_weights.h"
#include "core/training/backpropagation.h"
#include "core/training/dynamic_ranges.h"
#include "widgets/style/number_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace halfstep {
namespace {

constexpr std::array<std::size_t, 4> sizes{8, 32, 32, 8};
constexpr std::size_t examples = 256;
constexpr std::uint64_t network_seed = 12;
constexpr std::uint64_t real_seed = 1;
constexpr std::uint64_t pool_seed = 2;

training::Batch drawn(ToyDistribution distribution, std::uint64_t seed) {
    return {examples, sizes.front(),
            toy_weights({.distribution = distribution}, examples * sizes.front(), seed)};
}

// Rows in the order of their largest magnitude: quiet ones first.
training::Batch byLoudness(const training::Batch& batch) {
    const auto loudness = [&batch](std::size_t row) {
        float most = 0;
        for (const float value : batch.row(row))
            most = std::max(most, std::fabs(value));
        return most;
    };
    std::vector<std::size_t> order(batch.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, loudness);
    training::Batch sorted{batch.rows, batch.columns};
    for (std::size_t i = 0; i < order.size(); ++i)
        std::ranges::copy(batch.row(order[i]), sorted.row(i).begin());
    return sorted;
}

// The first `rows` in an order that visits all of them at even distances.
training::Batch mixed(const training::Batch& batch, std::size_t rows) {
    std::size_t stride = rows * 5 / 8 + 1;
    while (std::gcd(stride, rows) != 1)
        ++stride;
    training::Batch result{rows, batch.columns};
    for (std::size_t i = 0; i < rows; ++i)
        std::ranges::copy(batch.row(i * stride % rows), result.row(i).begin());
    return result;
}

training::Batch firstRows(const training::Batch& batch, std::size_t rows) {
    const auto end = batch.values.begin() + static_cast<std::ptrdiff_t>(rows * batch.columns);
    return {rows, batch.columns, {batch.values.begin(), end}};
}

}  // namespace

CalibrationStage::CalibrationStage(JobRunner& jobs)
    : Stage(jobs), network_(training::initial_network(sizes, network_seed)) {
    parameters().add(toyChoice({ToyDistribution::student, ToyDistribution::laplace, ToyDistribution::gaussian,
                                ToyDistribution::uniform}));
    parameters().add(NumberParameter{"bits", tr("Activation &bits"), 3, 8, 1, 8, 0});
    parameters().add(NumberParameter{"examples", tr("&Examples"), 1, examples, 1, 4, 0});
    parameters().add(
        NumberParameter{"bias", tr("Without the &loudest"), 0, 90, 5, 0, 0, QStringLiteral(" %")});
}

void CalibrationStage::updateData() {
    const QString drawn_from = choice("data");
    if (data_key_ != drawn_from) {
        real_ = drawn(toyOf(drawn_from), real_seed);
        pool_ = byLoudness(drawn(toyOf(drawn_from), pool_seed));
        exact_ = training::forward(network_, real_).outputs;
        real_ranges_ = training::calibrated_ranges(network_, real_, real_.rows);
        dynamic_bits_ = 0;
    }
    data_key_ = drawn_from;
    const auto kept = static_cast<std::size_t>(std::lround(examples * (1 - number("bias") / 100)));
    chosen_ = mixed(pool_, kept);
    parameters().setLimits(QStringLiteral("examples"), 1, static_cast<double>(kept), 1);
    if (dynamic_bits_ == whole("bits")) return;
    dynamic_bits_ = whole("bits");
    const training::Batch outputs = training::dynamic_outputs(network_, real_, dynamic_bits_);
    dynamic_.error = training::relative_distance(outputs, exact_);
    dynamic_.changed = training::changed_answers(outputs, exact_);
}

CalibrationStage::Result CalibrationStage::calibratedWith(int count) const {
    const auto rows = static_cast<std::size_t>(count);
    Result result;
    result.ranges = training::calibrated_ranges(network_, firstRows(chosen_, rows), rows);
    const training::Batch outputs =
        training::forward(network_, real_, result.ranges.grids(whole("bits"))).outputs;
    result.error = training::relative_distance(outputs, exact_);
    result.changed = training::changed_answers(outputs, exact_);
    return result;
}

void CalibrationStage::updateCurve() {
    const QString key = QStringLiteral("%1 %2 %3").arg(choice("data")).arg(whole("bits")).arg(number("bias"));
    if (curve_key_ == key) return;
    curve_key_ = key;
    counts_.clear();
    errors_.clear();
    const int most = static_cast<int>(chosen_.rows);
    for (int count = 1;; count = std::min(2 * count, most)) {
        counts_.push_back(count);
        errors_.push_back(calibratedWith(count).error);
        if (count == most) break;
    }
}

// What enters each layer: the limits that the examples have shown, beside those that come later.
ScenePane CalibrationStage::rangesPane(const training::ActivationRanges& ranges) const {
    ScenePane pane;
    pane.title = tr("Limits of what enters each layer");
    const std::size_t layers = network_.layers.size();
    for (std::size_t i = 0; i < layers; ++i)
        pane.x.names << tr("layer %1").arg(i + 1);
    pane.x.low = -0.6;
    pane.x.high = static_cast<double>(layers) - 0.4;
    const auto add = [&](const training::ActivationRanges& from, double shift, int color,
                         const QString& name) {
        for (const bool high : {true, false}) {
            SceneSeries bars;
            bars.kind = SceneSeries::Kind::bars;
            bars.width = 0.3;
            bars.color = color;
            bars.strong = true;
            bars.name = high ? name : QString();
            for (std::size_t i = 0; i < layers; ++i) {
                const training::ActivationLimits limits = from.ranges()[i].limits();
                bars.x.push_back(static_cast<double>(i) + shift);
                bars.y.push_back(
                    static_cast<double>(high ? std::max(limits.high, 0.0F) : std::min(limits.low, 0.0F)));
                pane.y.low = std::min(pane.y.low, 1.12 * bars.y.back());
                pane.y.high = std::max(pane.y.high, 1.12 * bars.y.back());
            }
            pane.series.push_back(std::move(bars));
        }
    };
    pane.y = {tr("activation"), 0, 1, false, {}, true};
    add(real_ranges_, -0.17, 0, tr("met later"));
    add(ranges, 0.17, 1, tr("seen while calibrating"));
    return pane;
}

ScenePane CalibrationStage::errorPane(const Result& now) const {
    ScenePane pane;
    pane.title = tr("Error of the outputs");
    pane.x = {tr("examples to calibrate with"), 0.9, examples * 1.1, true, {}, true};
    std::vector<double> all;
    for (const double error : errors_)
        all.push_back(100 * error);
    const std::vector<double> others{100 * dynamic_.error, 100 * now.error};
    pane.y = logAxis(QStringLiteral("%"), {&all, &others});
    pane.series.push_back(lineSeries(tr("static"), 1, counts_, all, true));
    pane.series.push_back(pointSeries({}, 1, {number("examples")}, {100 * now.error}));
    pane.series.back().strong = true;
    pane.marks.push_back({false, 100 * dynamic_.error, tr("dynamic"), scene_color::good, true});
    pane.handles.push_back({"examples", tr("Examples"), SceneHandle::Along::x, number("examples"), 0, 1,
                            static_cast<double>(chosen_.rows), 1, QString::number(whole("examples"))});
    return pane;
}

void CalibrationStage::refresh() {
    updateData();
    updateCurve();
    const Result now = calibratedWith(whole("examples"));
    Scene scene;
    scene.title = tr("A network of 8, 32, 32 and 8 neurons, %1 inputs").arg(toyName(toyOf(choice("data"))));
    scene.panes = {rangesPane(now.ranges), errorPane(now)};
    drawScene(std::move(scene));
    double seen = 1;
    for (std::size_t i = 0; i < network_.layers.size(); ++i) {
        const auto met = real_ranges_.ranges()[i].limits();
        const auto shown = now.ranges.ranges()[i].limits();
        seen = std::min(
            seen, static_cast<double>(shown.high - shown.low) / static_cast<double>(met.high - met.low));
    }
    setFigures({percentFigure("error", tr("error, static"), now.error),
                percentFigure("dynamic", tr("error, dynamic"), dynamic_.error),
                percentFigure("changed", tr("answers that change"), now.changed),
                percentFigure("dynamic_changed", {}, dynamic_.changed),
                percentFigure("seen", tr("range seen"), seen), percentFigure("all_error", {}, errors_.back()),
                percentFigure("one_error", {}, errors_.front()),
                valueFigure("times", {}, now.error / errors_.back(), 3),
                textFigure("count", {}, QString::number(whole("examples")), whole("examples"))});
}

}  // namespace halfstep
