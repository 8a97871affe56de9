// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/weights_view.h"

#include "app/views/nothing_to_show.h"
#include "widgets/plots/histogram_plot.h"
#include "widgets/style/tensor_name.h"

#include <QVBoxLayout>

namespace halfstep {
namespace {

int firstCode(const Scheme& scheme) {
    if (scheme.family != Family::integer || scheme.symmetry == Symmetry::asym) return 0;
    const int half = 1 << (scheme.bits - 1);
    return scheme.symmetry == Symmetry::symfull ? -half : 1 - half;
}

QString levelsOf(const Scheme& scheme, const ShownGrid& grid) {
    const bool whole_row = scheme.family != Family::ggml && scheme.granularity == Granularity::channel;
    return whole_row ? WeightsView::tr("channel %1").arg(grid.channel)
                     : WeightsView::tr("channel %1, from input %2").arg(grid.channel).arg(grid.first_input);
}

GridOverlay overlayOf(const ShownGrid& grid, const Scheme& scheme) {
    GridOverlay overlay;
    overlay.levels = grid.levels;
    if (!grid.whole_tensor) overlay.levels_of = levelsOf(scheme, grid);
    overlay.first_code = firstCode(scheme);
    overlay.clip_low = static_cast<double>(grid.clip_low);
    overlay.clip_high = static_cast<double>(grid.clip_high);
    overlay.clip_draggable = has_ranges(scheme);
    overlay.symmetric = scheme.family != Family::integer || scheme.symmetry != Symmetry::asym;
    if (grid.what_if) overlay.clipped_share = clipped_share(grid.what_if->answer.sums);
    if (grid.whole_tensor && grid.zero_point)
        overlay.zero_point = GridOverlay::ZeroPoint{*grid.zero_point, 0, (1 << scheme.bits) - 1};
    return overlay;
}

}  // namespace

WeightsView::WeightsView(Document& document, Inspection& inspection, QWidget* parent)
    : View(parent), document_(document), inspection_(inspection), histogram_(new HistogramPlot) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(histogram_);
    histogram_->setLogCount(true);
    connect(&inspection_, &Inspection::tensorChanged, this, &WeightsView::showTensor);
    connect(&inspection_, &Inspection::loaded, this, &WeightsView::showTensor);
    connect(&inspection_, &Inspection::schemeMoved, this, &WeightsView::showGrid);
    connect(histogram_, &HistogramPlot::clipDragged, &inspection_, &Inspection::previewClip);
    connect(histogram_, &HistogramPlot::zeroPointDragged, &inspection_, &Inspection::previewZeroPoint);
    connect(histogram_, &HistogramPlot::dragFinished, &inspection_, &Inspection::commitPreview);
}

PlotView* WeightsView::plot() const {
    return histogram_;
}

bool WeightsView::isSettled() const {
    const TensorInfo* tensor = inspection_.info();
    return tensor == nullptr || !whyNothingToShow(*tensor).isEmpty() || inspection_.facts() != nullptr;
}

// The histogram is cheap to keep up to date, and the drag needs it at once: it does not rest.
void WeightsView::setActive(bool active) {
    Q_UNUSED(active)
}

void WeightsView::retranslate() {
    if (inspection_.facts() != nullptr)
        showGrid();
    else
        showTensor();
}

void WeightsView::showTensor() {
    const TensorInfo* tensor = inspection_.info();
    const TensorFacts* facts = inspection_.facts();
    if (tensor == nullptr) {
        histogram_->clear();
        return;
    }
    if (const QString why = whyNothingToShow(*tensor); !why.isEmpty() || facts == nullptr) {
        histogram_->clear(why.isEmpty() ? tr("Reading the weights…") : why);
        return;
    }
    histogram_->setHistogram(facts->histogram, facts->statistics);
    showGrid();
}

void WeightsView::showGrid() {
    const TensorInfo* tensor = inspection_.info();
    if (tensor == nullptr || inspection_.facts() == nullptr) return;
    const Scheme scheme = inspection_.scheme();
    const std::optional<ShownGrid>& grid = inspection_.grid();
    histogram_->setSubject(shortTensorName(QString::fromStdString(tensor->name)),
                           {QString::fromStdString(to_string(scheme))});
    if (grid)
        histogram_->setOverlay(overlayOf(*grid, scheme));
    else
        histogram_->clearOverlay();
}

}  // namespace halfstep
