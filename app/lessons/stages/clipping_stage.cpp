// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/clipping_stage.h"

#include "app/lessons/stage_scenes.h"
#include "core/analysis/clipped_error.h"
#include "core/analysis/what_if.h"
#include "widgets/style/number_text.h"

#include <cmath>

namespace halfstep {
namespace {

constexpr int least_percent = 2;
constexpr MatrixShape toy_shape{64, 256};

Scheme clippedAt(int bits, double clip) {
    Scheme scheme = parse_scheme("int" + std::to_string(bits) + ":tensor");
    scheme.range = Range::clip;
    scheme.clip_high = static_cast<float>(clip);
    scheme.clip_low = -scheme.clip_high;
    return scheme;
}

}  // namespace

ClippingStage::ClippingStage(JobRunner& jobs) : Stage(jobs) {
    parameters().add(toyChoice({ToyDistribution::laplace, ToyDistribution::gaussian, ToyDistribution::student,
                                ToyDistribution::uniform}));
    parameters().add(NumberParameter{"bits", tr("&Bits"), 2, 8, 1, 4, 0});
    parameters().add(
        NumberParameter{"clip", tr("&Limit"), least_percent, 100, 0.5, 100, 1, QStringLiteral(" %")});
}

void ClippingStage::layerChanged() {
    curve_ = {};
    parameters().setEnabledFor(QStringLiteral("data"), layer() == nullptr);
}

void ClippingStage::updateToy() {
    if (toy_ && toy_key_ == choice("data")) return;
    toy_key_ = choice("data");
    toy_ = toyTensor({.distribution = toyOf(toy_key_)}, toy_shape);
}

void ClippingStage::updateCurve() {
    const int bits = whole("bits");
    const QString key = QStringLiteral("%1 %2 %3").arg(tensor().name, choice("data")).arg(bits);
    if (curve_.key == key) return;
    curve_ = {};
    curve_.key = key;
    const MomentTable& table = tensor().table();
    const double largest = table.abs_max();
    const double energy = table.value_squared();
    if (!(largest > 0)) return;
    for (int percent = least_percent; percent <= 100; ++percent) {
        const double clip = largest * percent / 100;
        const double all = what_if(table, clippedAt(bits, clip))->answer.sums.error_squared / energy;
        const double clipped = std::min(all, clipped_error(table, -clip, clip) / energy);
        curve_.share.push_back(percent);
        curve_.total.push_back(all);
        curve_.clipping.push_back(clipped);
        curve_.rounding.push_back(all - clipped);
    }
    for (const char* range : {"minmax", "pct99.9", "mse", "kl"}) {
        const auto found = what_if(table, parse_scheme("int" + std::to_string(bits) + ":tensor:" + range));
        curve_.estimates.push_back(
            {QLatin1String(range), found->clip_high / largest, sqnr_db(found->answer.sums)});
    }
}

void ClippingStage::handleMoved(const QString& id, const QPointF& to) {
    const bool of_weights = id == QLatin1String("limit");
    const double largest = tensor().table().abs_max();
    parameters().setNumber(QStringLiteral("clip"), of_weights ? 100 * to.x() / largest : to.x());
}

Scene ClippingStage::scene(double clip) const {
    const double largest = tensor().table().abs_max();
    Scene scene;
    scene.title = subjectOf(tensor());
    ScenePane weights = histogramPane(tensor(), true);
    const auto now = what_if(tensor().table(), clippedAt(whole("bits"), clip));
    weights.levels.push_back({{now->levels.begin(), now->levels.end()}, 1});
    weights.marks.push_back({true, -clip, {}, scene_color::accent, false});
    weights.handles.push_back({"limit", tr("Clip limit"), SceneHandle::Along::x, clip, 0,
                               largest * least_percent / 100, largest, largest / 200, shortNumber(clip, 3)});
    scene.panes.push_back(std::move(weights));

    ScenePane errors;
    errors.x = {tr("limit, % of the largest weight"), 0, 102, false, {}, true};
    errors.y = logAxis(tr("error ÷ energy"), {&curve_.total});
    errors.y.low = std::max(errors.y.low / 4, errors.y.high * 1e-6);
    errors.series.push_back(lineSeries(tr("rounding"), 0, curve_.share, curve_.rounding));
    errors.series.push_back(lineSeries(tr("clipping"), 3, curve_.share, curve_.clipping));
    errors.series.push_back(lineSeries(tr("both"), scene_color::plain, curve_.share, curve_.total, true));
    for (const Estimate& estimate : curve_.estimates)
        errors.marks.push_back(
            {true, 100 * estimate.share, estimate.name,
             estimate.name == QLatin1String("mse") ? scene_color::good : scene_color::muted});
    errors.handles.push_back({"share",
                              tr("Clip limit, share"),
                              SceneHandle::Along::x,
                              100 * clip / largest,
                              0,
                              least_percent,
                              100,
                              0.5,
                              {}});
    scene.panes.push_back(std::move(errors));
    return scene;
}

void ClippingStage::refresh() {
    updateToy();
    updateCurve();
    const MomentTable& table = tensor().table();
    if (curve_.share.empty()) {  // nothing but zeros: there is nothing to clip
        return drawNothing(tr("All weights of this layer are 0."));
    }
    const double clip = table.abs_max() * number("clip") / 100;
    const auto now = what_if(table, clippedAt(whole("bits"), clip));
    const double energy = table.value_squared();
    const double all = now->answer.sums.error_squared / energy;
    const double clipped = std::min(all, clipped_error(table, -clip, clip) / energy);
    const Estimate& widest = curve_.estimates[0];
    const Estimate& best = curve_.estimates[2];
    const auto decibels = [](const Estimate& estimate) { return estimate.sqnr.value_or(NAN); };
    drawScene(scene(clip));
    setFigures({percentFigure("rounding", tr("rounding error"), all - clipped),
                percentFigure("clipping", tr("clipping error"), clipped),
                decibelFigure("sqnr", tr("signal to noise"), sqnr_db(now->answer.sums)),
                percentFigure("clipped", tr("weights clipped"), clipped_share(now->answer.sums)),
                percentFigure("best_share", {}, best.share), decibelFigure("best_sqnr", {}, best.sqnr),
                decibelFigure("minmax_sqnr", {}, widest.sqnr),
                decibelFigure("pct_sqnr", {}, curve_.estimates[1].sqnr),
                percentFigure("pct_share", {}, curve_.estimates[1].share),
                percentFigure("kl_share", {}, curve_.estimates[3].share),
                decibelFigure("kl_sqnr", {}, curve_.estimates[3].sqnr),
                decibelFigure("gain", {}, decibels(best) - decibels(widest))},
               tr("With your limit: %1 + %2 = %3")
                   .arg(shareText(all - clipped), shareText(clipped), shareText(all)));
}

}  // namespace halfstep
