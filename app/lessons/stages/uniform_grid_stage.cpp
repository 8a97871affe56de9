// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/uniform_grid_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/analysis/what_if.h"
#include "core/schemes/grid.h"
#include "widgets/style/number_text.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr MatrixShape toy_shape{64, 256};
constexpr double toy_mean = 0.45;
constexpr double toy_deviation = 0.42;
constexpr std::size_t most_drawn = 300;   // levels whose steps can be told apart
constexpr std::size_t most_probed = 512;  // gaps between levels that are tried for the largest error
constexpr int view_steps = 500;

LessonTensorPtr shiftedToy() {
    std::vector<float> values =
        toy_weights({.deviation = toy_deviation}, toy_shape.channels * toy_shape.inputs, 1);
    for (float& value : values)
        value += static_cast<float>(toy_mean);
    return lessonTensor(toyName(ToyDistribution::gaussian), toy_shape, std::move(values));
}

// The largest error between two neighbouring levels; it lies half-way.
double worstBetween(const Scheme& scheme, const UnitGrid& grid, const std::vector<float>& levels) {
    if (grid.scale == 0) return NAN;
    double worst = 0;
    const std::size_t stride = 1 + levels.size() / most_probed;
    for (std::size_t i = 0; i + 1 < levels.size(); i += stride) {
        const double middle = (static_cast<double>(levels[i]) + static_cast<double>(levels[i + 1])) / 2;
        const auto x = static_cast<float>(middle);
        worst = std::max(worst, std::abs(static_cast<double>(x - quantize_value(scheme, grid, x).value)));
    }
    return worst / static_cast<double>(grid.scale);
}

QString signedText(double value) {
    return value < 0 ? QStringLiteral("(%1)").arg(shortNumber(value)) : shortNumber(value);
}

}  // namespace

UniformGridStage::UniformGridStage(JobRunner& jobs) : Stage(jobs), toy_(shiftedToy()) {
    ChoiceParameter bits{"bits", tr("&Codes"), {}, "4"};
    for (const char* width : {"2", "3", "4", "8", "16"})
        bits.options.append({QLatin1String(width), QStringLiteral("INT%1").arg(QLatin1String(width))});
    parameters().add(bits);
    parameters().add(
        ChoiceParameter{"symmetry",
                        tr("&Zero-point"),
                        {{"asym", tr("free (asymmetric)")}, {"sym", tr("fixed at 0 (symmetric)")}},
                        "asym"});
    const View all = view();
    const double step = (all.high - all.low) / view_steps;
    parameters().add(NumberParameter{"low", {}, all.low, all.high, step, -1});
    parameters().add(NumberParameter{"high", {}, all.low, all.high, step, 2});
    parameters().add(NumberParameter{"x", {}, all.low, all.high, step, 0.73});
}

UniformGridStage::View UniformGridStage::view() const {
    if (!layer()) return {-2, 3};
    const MomentTable& table = tensor().table();
    const double low = std::min(table.min(), 0.0);
    const double high = std::max(table.max(), 0.0);
    if (!(high > low)) return {-1, 1};
    const double margin = (high - low) / 4;
    return {low - margin, high + margin};
}

// The layer's own range, and a value in it.
void UniformGridStage::layerChanged() {
    const View all = view();
    const double step = (all.high - all.low) / view_steps;
    for (const char* id : {"low", "high", "x"})
        parameters().setLimits(QLatin1String(id), all.low, all.high, step);
    if (!layer())
        return parameters().setValues(
            {{"low", startValue("low")}, {"high", startValue("high")}, {"x", startValue("x")}});
    const MomentTable& table = tensor().table();
    const bool empty = !(table.max() > table.min());
    const double low = empty ? all.low / 2 : table.min();
    const double high = empty ? all.high / 2 : table.max();
    parameters().setValues({{"low", low}, {"high", high}, {"x", low + 0.58 * (high - low)}});
}

void UniformGridStage::reset() {
    Stage::reset();
    if (layer()) layerChanged();
}

void UniformGridStage::handleMoved(const QString& id, const QPointF& to) {
    parameters().setNumber(id == QLatin1String("error_x") ? QStringLiteral("x") : id, to.x());
}

UniformGridStage::Mapping UniformGridStage::mapping() const {
    Mapping mapping;
    mapping.scheme =
        parse_scheme(QStringLiteral("int%1:%2:tensor").arg(choice("bits"), choice("symmetry")).toStdString());
    mapping.grid = grid_from_limits(mapping.scheme, static_cast<float>(number("low")),
                                    static_cast<float>(number("high")))
                       .grid;
    mapping.levels = grid_levels(mapping.scheme, mapping.grid.scale, mapping.grid.zero_point);
    mapping.x = number("x");
    mapping.coded = quantize_value(mapping.scheme, mapping.grid, static_cast<float>(mapping.x));
    mapping.worst = worstBetween(mapping.scheme, mapping.grid, mapping.levels);
    return mapping;
}

ScenePane UniformGridStage::weightsPane(const Mapping& mapping) const {
    ScenePane pane = histogramPane(tensor(), true);
    const View all = view();
    pane.x.low = all.low;
    pane.x.high = all.high;
    pane.x.label.clear();
    pane.levels.push_back({{mapping.levels.begin(), mapping.levels.end()}, 1});
    const double low = number("low");
    const double high = number("high");
    const double step = (all.high - all.low) / view_steps;
    pane.handles.push_back({"low", tr("Lower end of the range"), SceneHandle::Along::x, low, 0, all.low,
                            std::max(all.low, high - step), step, shortNumber(low, 3)});
    pane.handles.push_back({"high", tr("Upper end of the range"), SceneHandle::Along::x, high, 0,
                            std::min(all.high, low + step), all.high, step, shortNumber(high, 3)});
    return pane;
}

// The staircase from x to its code.
ScenePane UniformGridStage::codesPane(const Mapping& mapping) const {
    const View all = view();
    const CodeLimits codes = code_limits(mapping.scheme);
    const double margin = 0.12 * (codes.qmax - codes.qmin);
    ScenePane pane;
    pane.x = {{}, all.low, all.high, false, {}, true};
    pane.y = {tr("code q"), codes.qmin - margin, codes.qmax + margin, false, {}, true, true};
    SceneSeries stairs = lineSeries({}, 0, {all.low}, {1.0 * codes.qmin});
    stairs.kind = SceneSeries::Kind::steps;
    const std::size_t count = mapping.levels.size();
    const std::size_t stride = count > most_drawn ? count - 1 : 1;
    for (std::size_t i = 0; i < count; i += stride) {
        stairs.x.push_back(static_cast<double>(mapping.levels[i]));
        stairs.y.push_back(codes.qmin + static_cast<double>(i));
    }
    stairs.x.push_back(all.high);
    stairs.y.push_back(count > 1 ? codes.qmax : codes.qmin);
    if (stride > 1) stairs.kind = SceneSeries::Kind::line;
    pane.series.push_back(std::move(stairs));
    pane.marks.push_back(
        {false, 1.0 * mapping.grid.zero_point, tr("z = %1").arg(mapping.grid.zero_point), 2});
    pane.marks.push_back({true, 0, {}, 2});
    const double step = (all.high - all.low) / view_steps;
    pane.handles.push_back({"x", tr("Value"), SceneHandle::Along::x, mapping.x, 0, all.low, all.high, step,
                            QStringLiteral("%1 → %2 → %3")
                                .arg(shortNumber(mapping.x, 3))
                                .arg(mapping.coded.code)
                                .arg(shortNumber(mapping.value(), 3))});
    pane.series.push_back(pointSeries({}, scene_color::accent, {mapping.x}, {1.0 * mapping.coded.code}));
    pane.series.back().strong = true;
    return pane;
}

// Saw teeth between the levels, and slopes outside.
ScenePane UniformGridStage::errorPane(const Mapping& mapping) const {
    const View all = view();
    const double scale = mapping.scale() > 0 ? mapping.scale() : 1;
    ScenePane pane;
    pane.x = {tr("value x"), all.low, all.high, false, {}, true};
    pane.y = {tr("error x − x′"), -1.25 * scale, 1.25 * scale, false, {}, true};
    const double first = static_cast<double>(mapping.levels.front());
    const double last = static_cast<double>(mapping.levels.back());
    SceneSeries half;
    half.kind = SceneSeries::Kind::band;
    half.color = 2;
    half.x = {first, last};
    half.y = {-scale / 2, -scale / 2};
    half.y2 = {scale / 2, scale / 2};
    pane.series.push_back(std::move(half));
    SceneSeries teeth = lineSeries({}, 3, {all.low}, {all.low - first});
    if (mapping.levels.size() <= most_drawn) {
        for (std::size_t i = 0; i + 1 < mapping.levels.size(); ++i) {
            const double below = static_cast<double>(mapping.levels[i]);
            const double above = static_cast<double>(mapping.levels[i + 1]);
            const double middle = (below + above) / 2;
            teeth.x.insert(teeth.x.end(), {middle, middle});
            teeth.y.insert(teeth.y.end(), {middle - below, middle - above});
        }
    } else {
        teeth.x.insert(teeth.x.end(), {first, NAN, last});
        teeth.y.insert(teeth.y.end(), {0, NAN, 0});
    }
    teeth.x.push_back(all.high);
    teeth.y.push_back(all.high - last);
    pane.series.push_back(std::move(teeth));
    pane.marks.push_back({false, scale / 2, QStringLiteral("s/2"), 2});
    pane.marks.push_back({false, -scale / 2, QStringLiteral("−s/2"), 2});
    const double error = mapping.x - mapping.value();
    pane.handles.push_back({"error_x", tr("Value, at its error"), SceneHandle::Along::x, mapping.x, 0,
                            all.low, all.high, (all.high - all.low) / view_steps, shortNumber(error, 3)});
    return pane;
}

QString UniformGridStage::formula(const Mapping& mapping) const {
    if (!(mapping.scale() > 0)) return {};
    const CodeLimits codes = code_limits(mapping.scheme);
    const QString s = shortNumber(mapping.scale());
    const int z = mapping.grid.zero_point;
    const double low = std::min(number("low"), 0.0);
    const double high = std::max(number("high"), 0.0);
    QString text;
    if (choice("symmetry") == QLatin1String("asym"))
        text = QStringLiteral("s = (%1 − %2) / %3 = %4<br>z = round(%5 / %4) = %6<br>")
                   .arg(shortNumber(high), signedText(low))
                   .arg(codes.qmax)
                   .arg(s, shortNumber(-low))
                   .arg(z);
    else
        text = QStringLiteral("s = %1 / %2 = %3,   z = 0<br>")
                   .arg(shortNumber(std::max(std::abs(number("low")), std::abs(number("high")))))
                   .arg(codes.qmax)
                   .arg(s);
    return text + QStringLiteral("q = round(%1 / %2) + %3%4 = %5<br>x′ = %2 · (%5 − %3) = %6")
                      .arg(shortNumber(mapping.x), s)
                      .arg(z)
                      .arg(mapping.coded.clipped ? tr(", clamped") : QString())
                      .arg(mapping.coded.code)
                      .arg(shortNumber(mapping.value()));
}

void UniformGridStage::refresh() {
    const Mapping now = mapping();
    Scene scene;
    scene.title = subjectOf(tensor());
    scene.panes = {weightsPane(now), codesPane(now), errorPane(now)};
    drawScene(std::move(scene));
    const WhatIf all = what_if_grid(tensor().table(), now.scheme, now.grid);
    const double error = now.x - now.value();
    const double steps = now.scale() > 0 ? std::abs(error) / now.scale() : NAN;
    setFigures(
        {valueFigure("scale", tr("scale s"), now.scale()),
         textFigure("zero_point", tr("zero-point z"), QString::number(now.grid.zero_point),
                    now.grid.zero_point),
         textFigure("code", tr("code q"), QString::number(now.coded.code), now.coded.code),
         valueFigure("value", tr("back: x′"), now.value()), valueFigure("error", tr("error"), error, 3),
         valueFigure("steps", tr("in steps"), steps, 3),
         decibelFigure("sqnr", tr("all weights"), sqnr_db(all.answer.sums)), valueFigure("x", {}, now.x),
         valueFigure("worst", {}, now.worst, 3),
         textFigure("levels", {}, integerText(now.levels.size()), static_cast<double>(now.levels.size())),
         valueFigure("half", {}, now.scale() / 2),
         percentFigure("clipped", {}, clipped_share(all.answer.sums))},
        formula(now));
}

}  // namespace halfstep
