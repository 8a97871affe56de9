// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/sensitivity_view.h"

#include "app/views/nothing_to_show.h"
#include "app/views/scheme_sets.h"
#include "widgets/plots/sensitivity_plot.h"

#include <QVBoxLayout>

#include <utility>

namespace halfstep {
namespace {

constexpr auto lane = "screening";

}  // namespace

SensitivityView::SensitivityView(Document& document, Inspection& inspection, MeasureService& measures,
                                 JobRunner& jobs, QWidget* parent)
    : View(parent),
      document_(document),
      inspection_(inspection),
      measures_(measures),
      jobs_(jobs),
      plot_(new SensitivityPlot),
      schemes_(screening_schemes()) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_);
    connect(&soon_, &PacedTimer::due, this, &SensitivityView::show);
    const auto show_soon = [this] {
        if (active_) soon_.news();
    };
    connect(&document_, &Document::modelChanged, this, [this, show_soon] {
        jobs_.cancelLane(lane);
        requested_ = false;
        request();
        show_soon();
    });
    connect(&document_, &Document::importanceChanged, this, [this] {
        requested_ = false;
        request();
    });
    connect(&document_, &Document::measurementAdded, this, show_soon);
    connect(&document_, &Document::schemesChanged, this, show_soon);
    connect(&document_, &Document::sensitivitiesChanged, this, show_soon);
    connect(&inspection_, &Inspection::tensorChanged, this, [this] {
        if (const TensorInfo* tensor = inspection_.info())
            plot_->setSelectedTensor(QString::fromStdString(tensor->name));
    });
    connect(plot_, &SensitivityPlot::tensorSelected, this,
            [this](const QString& name) { emit tensorChosen(document_.indexOf(name.toStdString())); });
}

PlotView* SensitivityView::plot() const {
    return plot_;
}

bool SensitivityView::isSettled() const {
    return !soon_.isActive() && !jobs_.isRunning(lane);
}

void SensitivityView::setActive(bool active) {
    active_ = active;
    request();
    if (active) show();
}

void SensitivityView::retranslate() {
    if (active_ && !plot_->hasData()) show();
}

void SensitivityView::request() {
    if (!active_ || requested_ || !document_.isOpen()) return;
    requested_ = true;
    QList<int> tensors;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor)
        if (document_.tensor(tensor).quantizable) tensors.append(tensor);
    measures_.request(lane,
                      tr("Measuring %n scheme(s) on every layer", nullptr, static_cast<int>(schemes_.size())),
                      tensors, schemes_);
}

void SensitivityView::show() {
    if (!document_.isOpen()) {
        plot_->clear();
        return;
    }
    SensitivityData shown;
    for (const Scheme& scheme : schemes_)
        shown.schemes.append(QString::fromStdString(to_string(scheme)));
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor) {
        const TensorInfo& info = document_.tensor(tensor);
        if (!info.quantizable) continue;
        SensitivityData::Row row;
        row.tensor = QString::fromStdString(info.name);
        row.block = info.block;
        row.sensitivity = document_.sensitivity(tensor);
        for (const Scheme& scheme : schemes_) {
            const Measurement* measured = document_.measurement(tensor, scheme);
            const bool known = measured != nullptr && measured->refused.empty();
            row.rel_error.push_back(known ? rel_error(measured->sums) : std::nullopt);
        }
        row.planned_scheme = QString::fromStdString(to_string(document_.scheme(tensor)));
        if (document_.scheme(tensor).family == Family::keep)
            row.planned_rel_error = 0;
        else if (const Measurement* planned = document_.currentMeasurement(tensor);
                 planned && planned->refused.empty())
            row.planned_rel_error = rel_error(planned->sums);
        shown.rows.push_back(std::move(row));
    }
    if (shown.rows.empty())
        plot_->clear(nothingToQuantize());
    else
        plot_->setData(shown);
}

}  // namespace halfstep
