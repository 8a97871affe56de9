// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/inspection.h"

#include "core/quantize/measure.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace halfstep {
namespace {

constexpr auto facts_lane = "facts";
constexpr auto grid_lane = "grid";
constexpr auto profile_lane = "error-profile";
constexpr auto preview_lane = "preview";
constexpr auto neighbour_lane = "one-more-bit";
constexpr std::size_t profile_bins = 160;

// Limits set by hand carry four digits: enough for the eye, short in the notation.
float fourDigits(double value) {
    if (value == 0 || !std::isfinite(value)) return static_cast<float>(value);
    const double unit = std::pow(10.0, std::floor(std::log10(std::fabs(value))) - 3);
    return static_cast<float>(std::round(value / unit) * unit);
}

std::optional<Scheme> oneMoreBit(Scheme scheme) {
    const bool has_more =
        (scheme.family == Family::integer && scheme.bits < 16) ||
        ((scheme.family == Family::logarithmic || scheme.family == Family::kmeans) && scheme.bits < 8);
    if (!has_more) return std::nullopt;
    ++scheme.bits;
    return scheme;
}

// What is kept is not measured: there is no error.
Measurement keptFigures(const TensorInfo& tensor) {
    Measurement figures;
    figures.bytes = tensor.bytes;
    if (tensor.elements > 0)
        figures.bits_per_weight =
            8 * static_cast<double>(tensor.bytes) / static_cast<double>(tensor.elements);
    figures.sums.count = tensor.elements;
    return figures;
}

}  // namespace

Inspection::Inspection(Document& document, JobRunner& jobs, MeasureService& measures, QObject* parent)
    : QObject(parent), document_(document), jobs_(jobs), measures_(measures) {
    connect(&document_, &Document::modelChanged, this, [this] { setTensor(-1); });
    connect(&document_, &Document::schemesChanged, this, [this](const QList<int>& tensors) {
        if (tensors.contains(tensor_)) {
            preview_.reset();
            takeScheme();
        }
    });
    connect(&document_, &Document::measurementAdded, this, [this](int tensor) {
        if (tensor != tensor_) return;
        if (!profile_ && !preview_ && document_.currentMeasurement(tensor_) != nullptr) loadProfile();
        emit numbersChanged();
    });
    connect(&document_, &Document::statisticsChanged, this, &Inspection::numbersChanged);
}

const TensorInfo* Inspection::info() const {
    return tensor_ < 0 ? nullptr : &document_.tensor(tensor_);
}

Scheme Inspection::scheme() const {
    if (preview_) return *preview_;
    return tensor_ < 0 ? Scheme{} : document_.scheme(tensor_);
}

void Inspection::setTensor(int index) {
    if (index == tensor_ && facts_) return;
    for (const char* lane : {facts_lane, grid_lane, profile_lane, preview_lane, neighbour_lane})
        jobs_.cancelLane(lane);
    tensor_ = index;
    facts_.reset();
    grid_.reset();
    profile_.reset();
    preview_.reset();
    preview_measurement_.reset();
    measures_.setPreferred(index < 0 ? QList<int>{} : QList<int>{index});
    emit tensorChanged();
    emit schemeMoved();
    emit profileChanged();
    emit numbersChanged();
    if (tensor_ >= 0 && info()->has_weights()) load();
}

void Inspection::load() {
    const std::shared_ptr<const Model> model = document_.model();
    jobs_.start<TensorFacts>(
        {facts_lane, tr("Reading %1").arg(QString::fromStdString(info()->name))},
        [model, index = tensor_](const JobContext& job) {
            return gather_facts(*model, model->tensors()[static_cast<std::size_t>(index)], job);
        },
        [this](TensorFacts facts) {
            facts_ = std::make_shared<const TensorFacts>(std::move(facts));
            emit loaded();
            takeScheme();
        });
}

void Inspection::takeScheme() {
    if (tensor_ < 0) return;
    preview_measurement_.reset();
    jobs_.cancelLane(preview_lane);
    if (!preview_) {
        jobs_.cancelLane(profile_lane);
        profile_.reset();
        emit profileChanged();
        loadProfile();
    }
    updateGrid();
    emit numbersChanged();
}

void Inspection::updateGrid() {
    jobs_.cancelLane(grid_lane);
    if (!facts_) return;
    const Scheme wanted = scheme();
    if (is_quickly_shown(wanted)) {
        grid_ = shown_grid(*facts_, wanted, {}, document_.importance(tensor_));
        emit schemeMoved();
        return;
    }
    emit schemeMoved();
    jobs_.start<std::optional<ShownGrid>>(
        {grid_lane, {}},
        [facts = facts_, wanted](const JobContext& job) { return shown_grid(*facts, wanted, job); },
        [this](std::optional<ShownGrid> grid) {
            grid_ = std::move(grid);
            emit schemeMoved();
            emit numbersChanged();
        });
}

void Inspection::loadProfile() {
    const Measurement* measured = document_.currentMeasurement(tensor_);
    if (measured == nullptr || !measured->refused.empty() || document_.scheme(tensor_).family == Family::keep)
        return;
    const std::shared_ptr<const Model> model = document_.model();
    jobs_.start<ErrorProfile>(
        {profile_lane, {}},
        [model, importance = document_.importance(), index = tensor_,
         scheme = document_.scheme(tensor_)](const JobContext& job) {
            return compute_error_profile(*model, model->tensors()[static_cast<std::size_t>(index)], scheme,
                                         profile_bins, job, importance.get());
        },
        [this](ErrorProfile profile) {
            profile_ = std::move(profile);
            emit profileChanged();
            emit numbersChanged();
        });
    if (const auto more = oneMoreBit(document_.scheme(tensor_)))
        measures_.request(neighbour_lane, {}, {tensor_}, {*more});
}

void Inspection::previewClip(double low, double high) {
    Scheme wanted = scheme();
    if (tensor_ < 0 || !has_ranges(wanted)) return;
    wanted.range = Range::clip;
    wanted.percentile = 0;
    if (wanted.family == Family::integer && wanted.symmetry == Symmetry::asym) {
        wanted.clip_low = std::min(fourDigits(low), 0.0F);
        wanted.clip_high = std::max(fourDigits(high), 0.0F);
        if (wanted.clip_low == wanted.clip_high) return;
    } else {
        wanted.clip_high = fourDigits(std::max(std::fabs(low), std::fabs(high)));
        wanted.clip_low = -wanted.clip_high;
        if (wanted.clip_high <= 0) return;
    }
    setPreview(wanted);
}

void Inspection::previewZeroPoint(int zero_point) {
    const Scheme now = scheme();
    if (!grid_ || !grid_->what_if || now.family != Family::integer || now.symmetry != Symmetry::asym) return;
    // The scale stays, and the limits move with the zero-point.
    const double scale = static_cast<double>(grid_->what_if->grid.scale);
    const int qmax = (1 << now.bits) - 1;
    const int wanted = std::clamp(zero_point, 0, qmax);
    previewClip(-scale * wanted, scale * (qmax - wanted));
}

void Inspection::setPreview(const Scheme& scheme) {
    if (preview_ == scheme) return;
    preview_ = scheme;
    updateGrid();
    if (grid_ && grid_->what_if)
        preview_measurement_.reset();
    else
        measurePreview();
    emit numbersChanged();
}

// The last preview always gets measured; those that came while a former one was being measured are skipped.
void Inspection::measurePreview() {
    if (jobs_.isRunning(preview_lane) || !preview_) return;
    const std::shared_ptr<const Model> model = document_.model();
    jobs_.start<Measurement>(
        {preview_lane, {}},
        [model, importance = document_.importance(), index = tensor_,
         scheme = *preview_](const JobContext& job) {
            const TensorInfo& tensor = model->tensors()[static_cast<std::size_t>(index)];
            return measure_tensor(*model, tensor, std::span(&scheme, 1), job, importance.get())
                .results.front();
        },
        [this](Measurement measured) {
            preview_measurement_ = std::move(measured);
            emit numbersChanged();
            if (preview_ && preview_measurement_->scheme != *preview_) measurePreview();
        });
}

void Inspection::commitPreview() {
    if (!preview_ || tensor_ < 0) return;
    const Scheme wanted = *std::exchange(preview_, std::nullopt);
    document_.applyScheme({tensor_}, wanted,
                          tr("clip %1").arg(QString::fromStdString(document_.tensor(tensor_).name)));
}

void Inspection::dropPreview() {
    if (!preview_) return;
    preview_.reset();
    takeScheme();
}

std::optional<Measurement> Inspection::previewFigures() const {
    if (!grid_ || !grid_->what_if) return preview_measurement_;
    const MatrixShape shape = facts_->shape;
    const std::uint64_t bits = stored_bits(scheme(), shape.channels, shape.inputs, info()->dtype);
    Measurement figures;
    figures.scheme = scheme();
    figures.bits_per_weight = static_cast<double>(bits) / static_cast<double>(info()->elements);
    figures.bytes = (bits + 7) / 8;
    figures.sums = grid_->what_if->answer.sums;
    figures.scale = grid_->what_if->grid.scale;
    if (grid_->zero_point) figures.zero_point = grid_->zero_point;
    return figures;
}

std::optional<LiveNumbers> Inspection::numbers() const {
    if (tensor_ < 0) return std::nullopt;
    const Measurement* committed = document_.currentMeasurement(tensor_);
    LiveNumbers numbers;
    numbers.tensor = QString::fromStdString(info()->name);
    if (preview_) {
        const auto figures = previewFigures();
        if (!figures) return std::nullopt;
        numbers.facts.measurement = *figures;
        numbers.estimated = grid_ && grid_->what_if && !facts_->table->exact();
        if (committed != nullptr) numbers.committed = *committed;
    } else if (committed != nullptr) {
        numbers.facts.measurement = *committed;
        numbers.committed = *committed;
        const bool told_apart = profile_ && (profile_->clipping_squared > 0 || profile_->sums.clipped == 0);
        if (told_apart && profile_->sums.error_squared > 0)
            numbers.facts.clipping_share = profile_->clipping_squared / profile_->sums.error_squared;
        if (const auto more = oneMoreBit(document_.scheme(tensor_)))
            if (const Measurement* measured = document_.measurement(tensor_, *more))
                numbers.facts.sqnr_one_more_bit = sqnr_db(measured->sums);
    } else if (document_.scheme(tensor_).family == Family::keep) {
        numbers.facts.measurement = keptFigures(*info());
    } else {
        return std::nullopt;
    }
    if (const TensorStatistics* known = document_.statistics(tensor_)) numbers.facts.statistics = *known;
    if (info()->quantized()) numbers.facts.quantized_as = QString::fromStdString(info()->dtype_name);
    return numbers;
}

}  // namespace halfstep
