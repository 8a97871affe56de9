// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/weight_inspection.h"

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

constexpr auto prepare_lane = "trace-scheme";
constexpr auto trace_lane = "trace-weight";
constexpr auto search_lane = "trace-search";

}  // namespace

WeightInspection::WeightInspection(Document& document, Inspection& inspection, JobRunner& jobs,
                                   QObject* parent)
    : QObject(parent), document_(document), inspection_(inspection), jobs_(jobs) {
    connect(&inspection_, &Inspection::tensorChanged, this, [this] {
        place_ = {};
        tracer_.reset();
        emit tensorChanged();
    });
    connect(&document_, &Document::importanceChanged, this, [this] { tracer_.reset(); });
    connect(&inspection_, &Inspection::schemeMoved, this, &WeightInspection::schemeMoved);
}

std::optional<MatrixShape> WeightInspection::shape() const {
    const TensorInfo* tensor = inspection_.info();
    if (tensor == nullptr || !tensor->has_weights()) return std::nullopt;
    return matrix_shape(*tensor);
}

void WeightInspection::setActive(bool active) {
    active_ = active;
    if (active_ && stale_) refresh();
}

// Also tells that the levels of the same scheme are there: then nothing changes here.
void WeightInspection::schemeMoved() {
    if (tracer_ && !stale_ && tracer_->scheme() == inspection_.scheme()) return;
    for (const char* lane : {prepare_lane, trace_lane, search_lane})
        jobs_.cancelLane(lane);
    tracer_.reset();
    stale_ = true;
    if (active_) refresh();
}

void WeightInspection::refresh() {
    stale_ = false;
    if (!shape()) {
        emit tensorChanged();
        return;
    }
    withTracer([this](const Tracer& tracer) { trace(tracer); });
}

void WeightInspection::withTracer(std::function<void(const Tracer&)> work) {
    if (tracer_ && tracer_->scheme() == inspection_.scheme()) {
        work(tracer_);
        return;
    }
    const std::shared_ptr<const Model> model = document_.model();
    const QString name = QString::fromStdString(inspection_.info()->name);
    jobs_.start<Tracer>(
        {prepare_lane, tr("Scales of %1").arg(name)},
        [model, importance = document_.importance(), index = inspection_.tensor(),
         scheme = inspection_.scheme()](const JobContext& job) {
            const TensorInfo& tensor = model->tensors()[static_cast<std::size_t>(index)];
            return std::make_shared<const WeightTracer>(
                WeightTracer::prepare(model, tensor, scheme, job, importance));
        },
        [this, work = std::move(work)](Tracer tracer) {
            tracer_ = std::move(tracer);
            work(tracer_);
        },
        [this](const QString& sentence) { emit failed(sentence); });
}

void WeightInspection::trace(const Tracer& tracer) {
    jobs_.start<WeightTrace>(
        {trace_lane, {}},
        [tracer, place = place_](const JobContext& job) { return tracer->trace(place, job); },
        [this](WeightTrace traced_weight) { emit traced(traced_weight); },
        [this](const QString& sentence) { emit failed(sentence); });
}

void WeightInspection::setPlace(MatrixPlace place) {
    const auto extent = shape();
    if (!extent) return;
    place_ = {std::min(place.row, extent->channels - 1), std::min(place.input, extent->inputs - 1)};
    jobs_.cancelLane(search_lane);
    if (active_)
        refresh();
    else
        stale_ = true;
}

void WeightInspection::setLargestIn(MatrixPlace first, MatrixShape extent) {
    const auto whole = shape();
    if (!whole || first.row >= whole->channels || first.input >= whole->inputs) return;
    extent.channels = std::min(extent.channels, whole->channels - first.row);
    extent.inputs = std::min(extent.inputs, whole->inputs - first.input);
    withTracer([this, first, extent](const Tracer& tracer) {
        jobs_.start<MatrixPlace>(
            {search_lane, {}},
            [tracer, first, extent](const JobContext& job) {
                return tracer->largest_weight_in(first, extent, job);
            },
            [this](MatrixPlace place) { setPlace(place); },
            [this](const QString& sentence) { emit failed(sentence); });
    });
}

void WeightInspection::setLargestError() {
    findExtremes(true);
}

void WeightInspection::setLargestWeight() {
    findExtremes(false);
}

void WeightInspection::findExtremes(bool error) {
    if (!shape()) return;
    withTracer([this, error](const Tracer& tracer) {
        jobs_.start<WeightTracer::Extremes>(
            {search_lane, tr("Looking for a weight")},
            [tracer](const JobContext& job) { return tracer->find_extremes(job); },
            [this, error](WeightTracer::Extremes found) {
                const std::optional<MatrixPlace>& place = error ? found.largest_error : found.largest_weight;
                if (place) setPlace(*place);
            },
            [this](const QString& sentence) { emit failed(sentence); });
    });
}

}  // namespace halfstep
