// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/measure_service.h"

#include "core/quantize/measure.h"

#include <algorithm>
#include <utility>

namespace halfstep {
namespace {

constexpr auto current_lane = "measure-current";

using Schemes = std::shared_ptr<const std::vector<Scheme>>;

// `last` where it holds the same ones.
Schemes shared(std::vector<Scheme> schemes, const Schemes& last) {
    if (last && *last == schemes) return last;
    return std::make_shared<const std::vector<Scheme>>(std::move(schemes));
}

}  // namespace

MeasureService::MeasureService(Document& document, JobRunner& jobs, QObject* parent)
    : QObject(parent), document_(document), jobs_(jobs) {
    soon_.setSingleShot(true);
    soon_.setInterval(0);
    connect(&soon_, &QTimer::timeout, this, &MeasureService::measureWhatIsMissing);
    connect(&document_, &Document::modelChanged, this, [this] {
        jobs_.cancelLane(current_lane);
        soon_.start();
    });
    connect(&document_, &Document::schemesChanged, &soon_, qOverload<>(&QTimer::start));
}

bool MeasureService::isMeasuring() const {
    return soon_.isActive() || jobs_.isRunning(current_lane);
}

void MeasureService::measureWhatIsMissing() {
    if (!document_.isOpen()) return;
    std::vector<Task> tasks;
    for (int i = 0; i < document_.tensorCount(); ++i) {
        const Scheme& scheme = document_.scheme(i);
        if (scheme.family == Family::keep || !document_.tensor(i).measurable()) continue;
        if (document_.currentMeasurement(i) == nullptr)
            tasks.push_back({i, shared({scheme}, tasks.empty() ? nullptr : tasks.back().schemes)});
    }
    if (tasks.empty()) {
        jobs_.cancelLane(current_lane);
        return;
    }
    std::stable_partition(tasks.begin(), tasks.end(),
                          [this](const Task& task) { return preferred_.contains(task.tensor); });
    const QString title = tr("Measuring %n tensor(s)", nullptr, static_cast<int>(tasks.size()));
    run(current_lane, title, std::move(tasks));
}

void MeasureService::request(const QString& lane, const QString& title, const QList<int>& tensors,
                             const std::vector<Scheme>& schemes) {
    std::vector<Task> tasks;
    for (const int tensor : tensors) {
        if (!document_.tensor(tensor).measurable()) continue;
        std::vector<Scheme> missing;
        for (const Scheme& scheme : schemes)
            if (document_.measurement(tensor, scheme) == nullptr) missing.push_back(scheme);
        if (!missing.empty())
            tasks.push_back(
                {tensor, shared(std::move(missing), tasks.empty() ? nullptr : tasks.back().schemes)});
    }
    if (tasks.empty())
        jobs_.cancelLane(lane);
    else
        run(lane, title, std::move(tasks));
}

void MeasureService::run(const QString& lane, const QString& title, std::vector<Task> tasks) {
    const std::shared_ptr<const Model> model = document_.model();
    const std::shared_ptr<const Importance> importance = document_.importance();
    jobs_.start<bool>(
        {lane, title},
        [this, model, importance, tasks = std::move(tasks)](const JobContext& context) {
            double total = 0;
            for (const Task& task : tasks)
                total +=
                    static_cast<double>(model->tensors()[static_cast<std::size_t>(task.tensor)].elements);
            double done = 0;
            for (const Task& task : tasks) {
                const TensorInfo& tensor = model->tensors()[static_cast<std::size_t>(task.tensor)];
                JobContext part = context;
                const double share = static_cast<double>(tensor.elements);
                part.progress = [&](double fraction) { context.report((done + fraction * share) / total); };
                TensorMeasurement measured =
                    measure_tensor(*model, tensor, *task.schemes, part, importance.get());
                done += share;
                jobs_.deliverPart(JobRunner::currentJob(), [this, model, importance, index = task.tensor,
                                                            results = std::move(measured.results)] {
                    if (document_.model() != model || document_.importance() != importance) return;
                    for (const Measurement& result : results)
                        document_.addMeasurement(index, result);
                });
            }
            return true;
        },
        [](bool) {});
}

}  // namespace halfstep
