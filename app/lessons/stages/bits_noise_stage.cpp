// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/bits_noise_stage.h"

#include "app/lessons/stage_scenes.h"
#include "widgets/style/number_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace halfstep {
namespace {

constexpr MatrixShape sample_shape{32, 256};
constexpr int least_bits = 2;
constexpr int most_bits = 10;
constexpr int straight_from = 6;  // bits from which the measured curve is a line
constexpr double most_outlier = 6;
const double decibels_a_bit = 20 * std::log10(2);

std::optional<double> known(double decibel) {
    if (!std::isfinite(decibel)) return std::nullopt;
    return decibel;
}

double measured(const MomentTable& table, int bits, const char* range, const JobContext& job = {}) {
    const Scheme scheme = parse_scheme("int" + std::to_string(bits) + ":tensor" + range);
    return sqnr_db(what_if(table, scheme, job)->answer.sums).value_or(NAN);
}

}  // namespace

BitsNoiseStage::BitsNoiseStage(JobRunner& jobs) : Stage(jobs) {
    parameters().add(toyChoice({ToyDistribution::gaussian, ToyDistribution::uniform, ToyDistribution::laplace,
                                ToyDistribution::student}));
    parameters().add(NumberParameter{"bits", tr("&Bits"), least_bits, most_bits, 1, 4, 0});
    parameters().add(
        NumberParameter{"outlier", tr("&Largest weight"), 1, most_outlier, 0.05, 1, 2, QStringLiteral(" ×")});
}

BitsNoiseStage::~BitsNoiseStage() {
    jobs().cancelLane(lane());
}

void BitsNoiseStage::stop() {
    jobs().cancelLane(lane());
    searching_ = false;
}

QString BitsNoiseStage::lane() const {
    return QStringLiteral("bits and noise %1").arg(reinterpret_cast<quintptr>(this));
}

void BitsNoiseStage::layerChanged() {
    stop();
    base_ = {};
    curve_ = {};
    parameters().setEnabledFor(QStringLiteral("data"), layer() == nullptr);
}

void BitsNoiseStage::handleMoved(const QString& id, const QPointF& to) {
    if (id == QLatin1String("outlier"))
        parameters().setNumber(id, to.x() / base_.largest);
    else
        parameters().setNumber(id, std::round(to.x()));
}

void BitsNoiseStage::updateBase() {
    const QString key = layer() ? QStringLiteral("layer ") + layer()->name : choice("data");
    if (base_.key == key) return;
    base_ = {};
    base_.key = key;
    mse_ = {};
    curve_ = {};
    base_.sample = sampleOf(layer(), toyOf(choice("data")), sample_shape);
    for (std::size_t i = 0; i < base_.sample.values.size(); ++i) {
        const double magnitude = std::abs(static_cast<double>(base_.sample.values[i]));
        if (!std::isfinite(magnitude) || magnitude <= base_.largest) continue;
        base_.largest = magnitude;
        base_.widest = i;
    }
}

// The line is that of noise spread evenly over steps of 2·max/2^b: Δ²/12 against the mean square.
void BitsNoiseStage::updateCurve() {
    const QString key = QStringLiteral("%1 %2").arg(base_.key).arg(number("outlier"));
    if (curve_.key == key) return;
    curve_ = {};
    curve_.key = key;
    std::vector<float> values = base_.sample.values;
    values[base_.widest] = static_cast<float>(base_.largest * number("outlier"));
    now_ = lessonTensor(base_.sample.name, base_.sample.shape, std::move(values));
    const MomentTable& table = now_->table();
    for (int bits = least_bits; bits <= most_bits; ++bits) {
        curve_.bits.push_back(bits);
        curve_.minmax.push_back(measured(table, bits, ""));
    }
    const double mean_square = table.value_squared() / static_cast<double>(table.count());
    curve_.crest = table.abs_max() / std::sqrt(mean_square);
    curve_.offset = 10 * std::log10(3) - 20 * std::log10(curve_.crest);
}

BitsNoiseStage::MseCurve BitsNoiseStage::measureMse(const QString& key, const MomentTable& table,
                                                    const JobContext& job) {
    MseCurve curve{key, {}};
    for (int bits = least_bits; bits <= most_bits; ++bits)
        curve.sqnr.push_back(measured(table, bits, ":mse", job));
    return curve;
}

// New data are waited for; while the largest weight is dragged, one search after the other follows it.
void BitsNoiseStage::updateMse() {
    if (mse_.key == curve_.key) return;
    if (mse_.sqnr.empty()) {
        mse_ = measureMse(curve_.key, now_->table(), {});
        return;
    }
    if (searching_) return;
    searching_ = true;
    jobs().start<MseCurve>(
        {lane(), {}},
        [key = curve_.key, tensor = now_](const JobContext& job) {
            return measureMse(key, tensor->table(), job);
        },
        [this, base = base_.key](MseCurve curve) {
            searching_ = false;
            if (base == base_.key) mse_ = std::move(curve);
            refresh();
        });
}

double BitsNoiseStage::at(const std::vector<double>& curve, int bits) const {
    return curve[static_cast<std::size_t>(std::clamp(bits, least_bits, most_bits) - least_bits)];
}

ScenePane BitsNoiseStage::weightsPane() const {
    ScenePane pane = histogramPane(*now_, true);
    pane.x.low = -1.15 * base_.largest;
    pane.x.high = (most_outlier + 0.2) * base_.largest;
    const Scheme scheme = parse_scheme("int" + std::to_string(whole("bits")) + ":tensor");
    const std::vector<float> levels = what_if(now_->table(), scheme)->levels;
    pane.levels.push_back({{levels.begin(), levels.end()}, 1});
    const double outlier = base_.largest * number("outlier");
    pane.handles.push_back({"outlier", tr("Largest weight"), SceneHandle::Along::x, outlier, 0, base_.largest,
                            most_outlier * base_.largest, base_.largest / 20,
                            tr("largest weight: %1").arg(shortNumber(outlier, 3))});
    return pane;
}

ScenePane BitsNoiseStage::bitsPane() const {
    ScenePane pane;
    pane.stretch = 1.8;
    const double top = decibels_a_bit * most_bits + 6;
    pane.x = {tr("bits"), least_bits - 0.5, most_bits + 0.5, false, {}, true, true};
    pane.y = {tr("SQNR, dB"),
              std::min(-4.0, decibels_a_bit * least_bits + curve_.offset - 4),
              top,
              false,
              {},
              true};
    const std::vector<double> ends = {least_bits, most_bits};
    const auto line = [&ends](double offset) {
        return std::vector<double>{decibels_a_bit * ends[0] + offset, decibels_a_bit * ends[1] + offset};
    };
    SceneSeries ideal = lineSeries(tr("6.02·b: uniform data"), scene_color::muted, ends, line(0));
    SceneSeries expected = lineSeries(tr("6.02·b + c: these data"), 0, ends, line(curve_.offset));
    ideal.dashed = expected.dashed = true;
    pane.series = {std::move(ideal), std::move(expected)};
    pane.series.push_back(lineSeries({}, 2, curve_.bits, mse_.sqnr));
    pane.series.push_back(pointSeries(tr("measured, range mse"), 2, curve_.bits, mse_.sqnr));
    pane.series.push_back(pointSeries(tr("measured, minmax"), 1, curve_.bits, curve_.minmax));
    pane.series.back().strong = true;
    const int bits = whole("bits");
    pane.handles.push_back({"bits", tr("Bits"), SceneHandle::Along::x, 1.0 * bits, 0, least_bits, most_bits,
                            1, tr("%1 bits: %2").arg(bits).arg(decibelText(known(at(curve_.minmax, bits))))});
    return pane;
}

void BitsNoiseStage::refresh() {
    updateBase();
    if (base_.largest == 0) return drawNothing(tr("All weights of this layer are 0."));
    updateCurve();
    updateMse();
    Scene scene;
    scene.title = QStringLiteral("%1 · %2").arg(base_.sample.name,
                                                tr("%1 values").arg(integerText(base_.sample.values.size())));
    scene.panes = {weightsPane(), bitsPane()};
    drawScene(std::move(scene));

    const int bits = whole("bits");
    const int from = std::min(bits, most_bits - 1);
    const double now = at(curve_.minmax, bits);
    const double best = at(mse_.sqnr, bits);
    const double line = decibels_a_bit * bits + curve_.offset;
    const double slope =
        (curve_.minmax.back() - at(curve_.minmax, straight_from)) / (most_bits - straight_from);
    setFigures(
        {decibelFigure("sqnr", tr("measured"), known(now)), decibelFigure("line", tr("the line says"), line),
         decibelFigure("per_bit", tr("one bit more"),
                       known(at(curve_.minmax, from + 1) - at(curve_.minmax, from))),
         decibelFigure("mse", tr("with range mse"), known(best)),
         valueFigure("crest", tr("largest ÷ rms"), curve_.crest, 3), decibelFigure("slope", {}, known(slope)),
         decibelFigure("offset", {}, curve_.offset), decibelFigure("mse_gain", {}, known(best - now)),
         textFigure("bits", {}, QString::number(bits), bits),
         valueFigure("outlier_bits", {}, std::log2(number("outlier")), 2)},
        tr("c = 4.77 − 20 · log<sub>10</sub>(%1) = %2 dB<br>6.02 · %3 + (%2) = %4, measured: %5")
            .arg(shortNumber(curve_.crest, 3), shortNumber(curve_.offset, 3))
            .arg(bits)
            .arg(decibelText(line), decibelText(known(now))));
}

}  // namespace halfstep
