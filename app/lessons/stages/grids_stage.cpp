// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/grids_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/analysis/level_shares.h"
#include "core/quantize/lloyd.h"
#include "core/quantize/log_levels.h"
#include "widgets/lessons/parameter_controls.h"
#include "widgets/style/number_text.h"

#include <QPushButton>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr MatrixShape sample_shape{32, 256};
constexpr int most_steps = 60;
constexpr int octave_count = 20;  // half octaves of magnitude, from the largest down
constexpr int clips_tried = 40;

double decibels(const MomentTable::Answer& answer) {
    return sqnr_db(answer.sums).value_or(NAN);
}

std::optional<double> known(double decibel) {
    if (!std::isfinite(decibel)) return std::nullopt;
    return decibel;
}

// NF4 with its ends where they cost least; its notation knows no range mse.
Scheme bestClipped(const MomentTable& table, const char* format) {
    Scheme best = parse_scheme(std::string(format) + ":tensor");
    double least = what_if(table, best)->answer.sums.error_squared;
    for (int i = 1; i < clips_tried; ++i) {
        Scheme scheme = parse_scheme(std::string(format) + ":tensor");
        scheme.range = Range::clip;
        scheme.clip_high = static_cast<float>(table.abs_max() * i / clips_tried);
        scheme.clip_low = -scheme.clip_high;
        const double error = what_if(table, scheme)->answer.sums.error_squared;
        if (error >= least) continue;
        least = error;
        best = scheme;
    }
    return best;
}

// The largest |x − x′| ÷ |x| that rounding to powers of two costs, for those rounded up or down.
double worstOfLog(bool up) {
    constexpr int tried = 4096;
    const Scheme log = parse_scheme("log4");
    double worst = 0;
    for (int i = 0; i < tried; ++i) {
        const float x = 1 + static_cast<float>(i) / tried;
        const float level = nearest_log_level(log, x);
        if ((level > x) == up) worst = std::max(worst, static_cast<double>(std::abs(level - x) / x));
    }
    return worst;
}

}  // namespace

GridsStage::GridsStage(JobRunner& jobs) : Stage(jobs) {
    parameters().add(toyChoice({ToyDistribution::gaussian, ToyDistribution::laplace, ToyDistribution::student,
                                ToyDistribution::uniform}));
    parameters().add(ChoiceParameter{"grid",
                                     tr("&Grid"),
                                     {{"uniform", tr("uniform (INT4)")},
                                      {"log", tr("logarithmic (log4)")},
                                      {"nf4", tr("NF4")},
                                      {"fp4", tr("FP4 E2M1")},
                                      {"learned", tr("learned (k-means)")}},
                                     "uniform"});
    parameters().add(NumberParameter{"steps", tr("S&teps learned"), 0, most_steps, 1, 0, 0});
    auto* step = new QPushButton(withoutMnemonic(tr("&One step")), this);
    step->setObjectName(QStringLiteral("lloyd_step"));
    parameters().addWidget(step);
    connect(step, &QPushButton::clicked, this, [this] {
        parameters().setValues({{"steps", number("steps") + 1}, {"grid", QStringLiteral("learned")}});
    });
}

void GridsStage::layerChanged() {
    data_ = {};
    parameters().setEnabledFor(QStringLiteral("data"), layer() == nullptr);
}

void GridsStage::handleMoved(const QString&, const QPointF& to) {
    parameters().setValues({{"steps", std::round(to.x())}, {"grid", QStringLiteral("learned")}});
}

void GridsStage::updateData() {
    const QString key = layer() ? QStringLiteral("layer ") + layer()->name : choice("data");
    if (data_.key == key) return;
    data_ = {};
    data_.key = key;
    const Sample sample = sampleOf(layer(), toyOf(choice("data")), sample_shape);
    data_.tensor = lessonTensor(sample.name, sample.shape, sample.values);
    const double largest = data_.tensor->table().abs_max();
    if (!(largest > 0)) return;
    addOctaves(sample.values, largest);
    addGrids();
    learn();
}

void GridsStage::addOctaves(const std::vector<float>& values, double largest) {
    std::vector<std::vector<float>> parts(octave_count);
    for (const float value : values) {
        const double magnitude = std::abs(static_cast<double>(value));
        if (!std::isfinite(magnitude) || magnitude == 0) continue;
        const auto below = static_cast<std::size_t>(2 * std::log2(largest / magnitude));
        if (below < parts.size()) parts[below].push_back(value);
    }
    for (std::size_t i = parts.size(); i-- > 0;)
        if (!parts[i].empty())
            data_.octaves.push_back(
                {largest * std::exp2(-(static_cast<double>(i) + 0.5) / 2), MomentTable::build(parts[i])});
}

void GridsStage::addGrids() {
    const MomentTable& table = data_.tensor->table();
    const auto add = [&](const char* key, const QString& name, int color, const Scheme& scheme) {
        Grid grid{QLatin1String(key), name, color, scheme, what_if(table, scheme).value(), 0};
        grid.sqnr = decibels(grid.what_if.answer);
        data_.grids.push_back(std::move(grid));
    };
    add("uniform", tr("uniform"), 1, parse_scheme("int4:tensor:mse"));
    add("log", tr("logarithmic"), 3, parse_scheme("log4:tensor:mse"));
    add("nf4", tr("NF4"), 4, bestClipped(table, "nf4"));
    add("fp4", tr("FP4"), 5, parse_scheme("fp4_e2m1:tensor:mse"));
    add("best", tr("best codebook"), 2, parse_scheme("kmeans4:tensor"));
}

// Lloyd's algorithm from 16 levels spread evenly from the least weight to the largest.
void GridsStage::learn() {
    const MomentTable& table = data_.tensor->table();
    const WeightedPoints points{table.means(), table.counts(), table.spreads()};
    const auto even = what_if(table, parse_scheme("int4:asym:tensor"));
    std::vector<double> centres(even->levels.begin(), even->levels.end());
    for (int step = 0; step <= most_steps; ++step) {
        data_.learned.push_back(codebook_levels(centres));
        data_.learned_sqnr.push_back(decibels(table.evaluate_levels(data_.learned.back())));
        centres = lloyd_step(points, centres);
    }
}

const GridsStage::Grid& GridsStage::grid(const char* key) const {
    return *std::ranges::find(data_.grids, QLatin1String(key), &Grid::key);
}

// The one that is chosen; the learned one after its steps.
GridsStage::Grid GridsStage::shown() const {
    if (choice("grid") != QLatin1String("learned")) {
        const auto found = std::ranges::find(data_.grids, choice("grid"), &Grid::key);
        return *found;
    }
    const auto step = static_cast<std::size_t>(whole("steps"));
    Grid learned{"learned", tr("learned"), 2, parse_scheme("kmeans4:tensor"), {}, data_.learned_sqnr[step]};
    learned.what_if.levels = data_.learned[step];
    return learned;
}

// Root mean square of x − x′ against that of x, at each magnitude.
std::vector<double> GridsStage::relativeErrors(const Grid& grid) const {
    std::vector<double> errors;
    for (const Octave& octave : data_.octaves) {
        const ErrorSums sums = grid.scheme.family == Family::kmeans
                                   ? octave.table.evaluate_levels(grid.what_if.levels).sums
                                   : what_if_grid(octave.table, grid.scheme, grid.what_if.grid).answer.sums;
        errors.push_back(100 * std::sqrt(sums.error_squared / sums.value_squared));
    }
    return errors;
}

ScenePane GridsStage::weightsPane(const Grid& shown) const {
    ScenePane pane = histogramPane(*data_.tensor, false);
    pane.title = tr("%1: %2 levels").arg(shown.name).arg(shown.what_if.levels.size());
    pane.levels.push_back({{shown.what_if.levels.begin(), shown.what_if.levels.end()}, shown.color});
    return pane;
}

ScenePane GridsStage::octavesPane(const Grid& shown) const {
    ScenePane pane;
    pane.title = tr("Error ÷ weight");
    std::vector<double> magnitudes;
    for (const Octave& octave : data_.octaves)
        magnitudes.push_back(octave.middle);
    pane.x = logAxis(tr("magnitude of a weight"), {&magnitudes});
    pane.y = {QStringLiteral("%"), 0, 115, false, {}, true};
    for (const Grid* drawn : {&grid("uniform"), &grid("log"), &shown}) {
        if (drawn != &shown && drawn->key == shown.key) continue;
        pane.series.push_back(
            lineSeries(drawn->name, drawn->color, magnitudes, relativeErrors(*drawn), drawn == &shown));
    }
    return pane;
}

ScenePane GridsStage::sharesPane(const Grid& shown) const {
    ScenePane pane;
    pane.title = tr("Each level's share");
    pane.beside = true;
    const std::vector<LevelShare> shares = level_shares(data_.tensor->table(), shown.what_if.levels,
                                                        level_thresholds(shown.scheme, shown.what_if));
    SceneSeries weights = lineSeries(tr("of the weights"), 0, {}, {});
    SceneSeries error = lineSeries(tr("of the error"), 3, {}, {});
    weights.kind = error.kind = SceneSeries::Kind::bars;
    weights.width = error.width = 0.4;
    double most = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const double place = static_cast<double>(i) + 1;
        weights.x.push_back(place - 0.2);
        weights.y.push_back(100 * shares[i].weights);
        error.x.push_back(place + 0.2);
        error.y.push_back(100 * shares[i].error);
        most = std::max({most, weights.y.back(), error.y.back()});
    }
    pane.x = {tr("level"), 0.4, static_cast<double>(shares.size()) + 0.6, false, {}, true, true};
    pane.y = {QStringLiteral("%"), 0, 1.1 * std::max(most, 1.0), false, {}, true};
    pane.series = {std::move(weights), std::move(error)};
    return pane;
}

ScenePane GridsStage::stepsPane() const {
    ScenePane pane;
    std::vector<double> steps;
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    const auto include = [&](double sqnr) {
        if (!std::isfinite(sqnr)) return;
        low = std::min(low, sqnr);
        high = std::max(high, sqnr);
    };
    for (std::size_t i = 0; i < data_.learned_sqnr.size(); ++i) {
        steps.push_back(static_cast<double>(i));
        include(data_.learned_sqnr[i]);
    }
    for (const Grid& grid : data_.grids) {
        SceneSeries line =
            lineSeries(grid.name, grid.key == QLatin1String("best") ? scene_color::good : grid.color,
                       {0, most_steps}, {grid.sqnr, grid.sqnr});
        line.dashed = true;
        include(grid.sqnr);
        pane.series.push_back(std::move(line));
    }
    if (low > high) low = high = 0;
    pane.x = {tr("steps of Lloyd's algorithm"), -0.5, most_steps + 0.5, false, {}, true, true};
    pane.y = {tr("SQNR, dB"), low - 0.7, high + 0.7, false, {}, true};
    pane.series.push_back(lineSeries(tr("learned"), 2, steps, data_.learned_sqnr, true));
    const auto now = static_cast<std::size_t>(whole("steps"));
    pane.handles.push_back({"steps", tr("Steps"), SceneHandle::Along::x, 1.0 * whole("steps"), 0, 0,
                            most_steps, 1, decibelText(known(data_.learned_sqnr[now]))});
    return pane;
}

// The shares of the weights that the levels of NF4 take: the smallest and the largest.
std::pair<double, double> GridsStage::sharesOfNf4() const {
    const Grid& nf4 = grid("nf4");
    double least = 1;
    double most = 0;
    for (const LevelShare& share :
         level_shares(data_.tensor->table(), nf4.what_if.levels, level_thresholds(nf4.scheme, nf4.what_if))) {
        least = std::min(least, share.weights);
        most = std::max(most, share.weights);
    }
    return {least, most};
}

void GridsStage::showFigures(const Grid& shown) {
    const double uniform = grid("uniform").sqnr;
    const double log = grid("log").sqnr;
    const double best = grid("best").sqnr;
    const double nf4 = grid("nf4").sqnr;
    const double learned = data_.learned_sqnr[static_cast<std::size_t>(whole("steps"))];
    const auto nf4_shares = sharesOfNf4();
    const std::vector<double> of_uniform = relativeErrors(grid("uniform"));
    const std::vector<double> of_log = relativeErrors(grid("log"));
    const auto heaviest = std::ranges::max_element(
        data_.octaves, {}, [](const Octave& octave) { return octave.table.value_squared(); });
    const auto heavy = static_cast<std::size_t>(heaviest - data_.octaves.begin());
    setFigures(
        {decibelFigure("uniform", tr("uniform"), known(uniform)),
         decibelFigure("log", tr("logarithmic"), known(log)), decibelFigure("nf4", tr("NF4"), known(nf4)),
         decibelFigure("fp4", tr("FP4"), known(grid("fp4").sqnr)),
         decibelFigure("learned", tr("learned"), known(learned)),
         decibelFigure("best", tr("best codebook"), known(best)),
         decibelFigure("learned_gain", {}, known(best - uniform)),
         decibelFigure("log_loss", {}, known(uniform - log)),
         decibelFigure("nf4_loss", {}, known(best - nf4)), decibelFigure("shown", {}, known(shown.sqnr)),
         textFigure("steps", {}, QString::number(whole("steps")), whole("steps")),
         percentFigure("nf4_least", {}, nf4_shares.first), percentFigure("nf4_most", {}, nf4_shares.second),
         percentFigure("heavy_uniform", {}, of_uniform[heavy] / 100),
         percentFigure("heavy_log", {}, of_log[heavy] / 100),
         percentFigure("log_down", {}, worstOfLog(false)), percentFigure("log_up", {}, worstOfLog(true))},
        tr("1 − 2<sup>−½</sup> = %1, 2<sup>½</sup> − 1 = %2; measured: %3 and %4")
            .arg(shareText(1 - std::exp2(-0.5)), shareText(std::exp2(0.5) - 1), shareText(worstOfLog(false)),
                 shareText(worstOfLog(true))));
}

void GridsStage::refresh() {
    updateData();
    if (data_.grids.empty()) return drawNothing(tr("All weights of this layer are 0."));
    const Grid now = shown();
    Scene scene;
    scene.title = QStringLiteral("%1 · %2").arg(
        data_.tensor->name, tr("%1 values").arg(integerText(data_.tensor->info().elements)));
    scene.panes = {weightsPane(now), octavesPane(now), sharesPane(now), stepsPane()};
    drawScene(std::move(scene));
    showFigures(now);
}

}  // namespace halfstep
