// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/histogram_plot.h"

#include "widgets/plots/number_text.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/tickers.h"
#include "widgets/plots/zoom_axes.h"
#include "widgets/style/number_text.h"
#include "widgets/style/plot_style.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QTimer>

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr double range_padding = 0.05;  // of the values' extent, on both sides
constexpr double least_clip = 1e-4;     // of the visible range: limits never meet
constexpr double most_extension =
    1.5;                          // limits beyond this many extents of the weights do not widen the view
constexpr int grab_distance = 9;  // pixels
constexpr double big_nudge = 10;

QString limitsLayer() {
    return QStringLiteral("limits");
}

}  // namespace

HistogramPlot::HistogramPlot(QWidget* parent) : PlotView(parent), log_box_(new QCheckBox(this)) {
    addBufferedLayer(limitsLayer(), QStringLiteral("axes"));
    buildAxes();
    controls()->addWidget(log_box_);
    connect(log_box_, &QCheckBox::toggled, this, [this](bool on) {
        setLogCount(on);
        emit logCountChanged(on);
    });
    clear();
}

HistogramPlot::~HistogramPlot() = default;

void HistogramPlot::buildAxes() {
    rect_ = newAxisRect();
    plot()->plotLayout()->addElement(0, 0, rect_);
    rect_->axis(QCPAxis::atBottom)->setTicker(QSharedPointer<ValueTicker>::create());
    new PaintedItem(rect_, QStringLiteral("main"), [this](QCPPainter* painter) { drawBars(painter); });
    new PaintedItem(
        rect_, QStringLiteral("axes"), [this](QCPPainter* painter) { drawMarks(painter); }, false);
    new PaintedItem(rect_, limitsLayer(), [this](QCPPainter* painter) {
        drawClipped(painter);
        drawLevels(painter);
    });
    new PaintedItem(
        rect_, limitsLayer(), [this](QCPPainter* painter) { drawHandles(painter); }, false);
}

void HistogramPlot::setHistogram(const Histogram& histogram, const TensorStatistics& statistics) {
    histogram_ = histogram;
    statistics_ = statistics;
    drag_.reset();
    dataChanged();
}

void HistogramPlot::setOverlay(const GridOverlay& overlay) {
    overlay_ = overlay;
    overlayChanged();
}

void HistogramPlot::clearOverlay() {
    overlay_.reset();
    drag_.reset();
    overlayChanged();
}

void HistogramPlot::setLogCount(bool log_count) {
    if (log_count_ == log_count) return;
    log_count_ = log_count;
    log_box_->setChecked(log_count);
    if (hasData()) dataChanged();
}

QString HistogramPlot::title() const {
    return tr("Weights");
}

QString HistogramPlot::emptySentence() const {
    return tr("Choose a tensor to see how its weights are distributed.");
}

QString HistogramPlot::summary() const {
    return tr("Histogram of %1 weights from %2 to %3, standard deviation %4.")
        .arg(countText(statistics_.count), valueText(statistics_.min), valueText(statistics_.max),
             valueText(statistics_.std));
}

void HistogramPlot::rebuild() {
    log_box_->setText(tr("Logarithmic count"));
    const int text_height = QFontMetrics(smallFont()).height();
    stylePlot(plot());
    // Beside the handles stand their values.
    const int beyond = QFontMetrics(smallFont()).horizontalAdvance(QStringLiteral("00.0000")) - 10;
    rect_->setMinimumMargins(QMargins(beyond + 16, 2 * text_height + 22, beyond, 0));
    QCPAxis* counts = rect_->axis(QCPAxis::atLeft);
    counts->setLabel(tr("weights per bin"));
    rect_->axis(QCPAxis::atBottom)->setLabel(valueLabel());
    const auto most =
        histogram_.counts.empty() ? 0 : *std::max_element(histogram_.counts.begin(), histogram_.counts.end());
    const double top = std::max(1.0, static_cast<double>(most));
    if (log_count_) {
        counts->setScaleType(QCPAxis::stLogarithmic);
        counts->setTicker(QSharedPointer<LogCountTicker>::create());
        counts->setRange(0.7, std::max(top * 1.6, 10.0));
    } else {
        counts->setScaleType(QCPAxis::stLinear);
        counts->setTicker(QSharedPointer<CountTicker>::create());
        counts->setRange(0, top * 1.05);
    }
    updateRanges();
}

void HistogramPlot::updateRanges() {
    double low = histogram_.low;
    double high = histogram_.high;
    if (!(high > low)) {
        const double margin = low != 0 ? std::abs(low) : 1.0;
        high = low + margin;
        low -= margin;
    }
    const double extent = high - low;
    if (overlay_) {
        low = std::max(std::min(low, overlay_->clip_low), low - most_extension * extent);
        high = std::min(std::max(high, overlay_->clip_high), high + most_extension * extent);
    }
    const double padding = range_padding * (high - low);
    zoom().setFullRange(rect_->axis(QCPAxis::atBottom), {low - padding, high + padding});
}

QString HistogramPlot::valueLabel() const {
    return overlay_ && !overlay_->levels_of.isEmpty() ? tr("value; levels of %1").arg(overlay_->levels_of)
                                                      : tr("value");
}

void HistogramPlot::overlayChanged() {
    if (!hasData()) return;
    QCPAxis* axis = rect_->axis(QCPAxis::atBottom);
    if (axis->label() != valueLabel()) {
        axis->setLabel(valueLabel());
        replotSoon();
    }
    const QCPRange before = axis->range();
    if (!drag_ && !nudged_) updateRanges();
    if (before.lower != axis->range().lower || before.upper != axis->range().upper) {
        replotSoon();
    } else {
        replotLimits();
    }
}

void HistogramPlot::replotLimits() {
    if (limits_replot_pending_) return;
    limits_replot_pending_ = true;
    QTimer::singleShot(0, this, [this] {
        limits_replot_pending_ = false;
        plot()->layer(limitsLayer())->replot();
    });
}

// --- handles

bool HistogramPlot::isDraggable(Handle handle) const {
    if (!overlay_ || !hasData()) return false;
    switch (handle) {
        case Handle::low:
        case Handle::high:
            return overlay_->clip_draggable;
        case Handle::zero_point:
            return overlay_->zero_point.has_value() && overlay_->clip_high > overlay_->clip_low;
        case Handle::none:
            break;
    }
    return false;
}

std::vector<HistogramPlot::Handle> HistogramPlot::handles() const {
    std::vector<Handle> draggable;
    for (const Handle handle : {Handle::low, Handle::zero_point, Handle::high}) {
        if (isDraggable(handle)) draggable.push_back(handle);
    }
    return draggable;
}

double HistogramPlot::coordinateOf(Handle handle) const {
    if (handle == Handle::low) return overlay_->clip_low;
    if (handle == Handle::high) return overlay_->clip_high;
    return (overlay_->clip_low + overlay_->clip_high) / 2;
}

QPointF HistogramPlot::handlePosition(Handle handle) const {
    if (!overlay_ || handle == Handle::none) return {};
    const QRect area = rect_->rect();
    const double x = rect_->axis(QCPAxis::atBottom)->coordToPixel(coordinateOf(handle));
    return {std::clamp(x, static_cast<double>(area.left()), static_cast<double>(area.right())),
            area.top() - 9.0};
}

HistogramPlot::Handle HistogramPlot::handleAt(const QPointF& position) const {
    const QRect area = rect_->rect();
    if (position.y() < area.top() - 20 || position.y() > area.bottom()) return Handle::none;
    const bool on_rail = position.y() < area.top();
    Handle nearest = Handle::none;
    double nearest_distance = grab_distance;
    for (const Handle handle : handles()) {
        const bool zero_point = handle == Handle::zero_point;
        if (zero_point && !on_rail) continue;
        const double reach = zero_point ? 24 : grab_distance;
        const double distance = std::abs(position.x() - handlePosition(handle).x()) * grab_distance / reach;
        if (distance <= nearest_distance) {
            nearest = handle;
            nearest_distance = distance;
        }
    }
    return nearest;
}

void HistogramPlot::moveHandle(Handle handle, double position, const GridOverlay& start) {
    const double least = least_clip * rect_->axis(QCPAxis::atBottom)->range().size();
    if (handle == Handle::zero_point) {
        const GridOverlay::ZeroPoint& zero = *start.zero_point;
        const double scale = (start.clip_high - start.clip_low) / std::max(1, zero.qmax - zero.qmin);
        const double middle = (zero.qmin + zero.qmax) / 2.0;
        const double wanted = std::clamp(middle - position / scale, 1.0 * zero.qmin, 1.0 * zero.qmax);
        const int value = static_cast<int>(std::lround(wanted));
        if (value == overlay_->zero_point->value) return;
        overlay_->zero_point->value = value;
        overlay_->clip_low = scale * (zero.qmin - value);
        overlay_->clip_high = scale * (zero.qmax - value);
        replotLimits();
        emit zeroPointDragged(value);
        return;
    }
    double low = start.clip_low;
    double high = start.clip_high;
    if (start.symmetric) {
        const double ratio =
            start.clip_high > 0 && start.clip_low < 0 ? start.clip_low / start.clip_high : -1;
        high = handle == Handle::high ? std::max(position, least) : std::min(position, -least) / ratio;
        low = ratio * high;
    } else if (handle == Handle::low) {
        low = std::min({position, 0.0, high - least});
    } else {
        high = std::max({position, 0.0, low + least});
    }
    if (low == overlay_->clip_low && high == overlay_->clip_high) return;
    overlay_->clip_low = low;
    overlay_->clip_high = high;
    replotLimits();
    emit clipDragged(low, high);
}

void HistogramPlot::cancelDrag() {
    const Drag drag = *drag_;
    drag_.reset();
    overlay_ = drag.start;
    if (drag.handle == Handle::zero_point) {
        emit zeroPointDragged(drag.start.zero_point->value);
    } else {
        emit clipDragged(drag.start.clip_low, drag.start.clip_high);
    }
    overlayChanged();
    emit dragFinished();
}

bool HistogramPlot::mousePressed(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || drag_) return drag_.has_value();
    const Handle handle = handleAt(event->position());
    if (handle == Handle::none) return false;
    plot()->setFocus(Qt::MouseFocusReason);
    active_ = handle;
    drag_ = Drag{handle, handlePosition(handle).x() - event->position().x(), *overlay_};
    readOut()->hide();
    replotOverlay();
    replotLimits();
    return true;
}

bool HistogramPlot::mouseMoved(QMouseEvent* event) {
    if (drag_) {
        const double pixel = event->position().x() + drag_->grab_offset;
        const GridOverlay start = drag_->start;
        moveHandle(drag_->handle, rect_->axis(QCPAxis::atBottom)->pixelToCoord(pixel), start);
        return true;
    }
    const Handle handle = event->buttons() == Qt::NoButton ? handleAt(event->position()) : Handle::none;
    setHot(handle);
    if (handle == Handle::none && event->buttons() == Qt::NoButton) {
        showReadOut(event->position());
    } else if (readOut()->visible()) {
        readOut()->hide();
        replotOverlay();
    }
    return false;
}

bool HistogramPlot::mouseReleased(QMouseEvent* event) {
    if (!drag_ || event->button() != Qt::LeftButton) return drag_.has_value();
    drag_.reset();
    overlayChanged();
    emit dragFinished();
    return true;
}

void HistogramPlot::mouseLeft() {
    if (!drag_) setHot(Handle::none);
    PlotView::mouseLeft();
}

void HistogramPlot::setHot(Handle handle) {
    if (hot_ == handle) return;
    hot_ = handle;
    plot()->setCursor(handle == Handle::none ? Qt::ArrowCursor : Qt::SizeHorCursor);
    plot()->setToolTip(handleText(handle));
    replotLimits();
}

QString HistogramPlot::handleText(Handle handle) const {
    switch (handle) {
        case Handle::low:
            return tr("Lower clip limit: %1\nDrag, or use the arrow keys (Shift: faster)")
                .arg(valueText(overlay_->clip_low));
        case Handle::high:
            return tr("Upper clip limit: %1\nDrag, or use the arrow keys (Shift: faster)")
                .arg(valueText(overlay_->clip_high));
        case Handle::zero_point:
            return tr("Zero-point: %1\nDrag to move the grid, or use the arrow keys (Shift: faster)")
                .arg(overlay_->zero_point->value);
        case Handle::none:
            break;
    }
    return {};
}

bool HistogramPlot::keyPressed(QKeyEvent* event) {
    const std::vector<Handle> all = handles();
    if (all.empty() || event->modifiers().testFlag(Qt::ControlModifier)) return PlotView::keyPressed(event);
    const auto current = std::find(all.begin(), all.end(), active_);
    const auto index = current == all.end() ? 0 : std::distance(all.begin(), current);
    const auto count = static_cast<std::ptrdiff_t>(all.size());
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? big_nudge : 1;
    switch (event->key()) {
        case Qt::Key_Left:
            nudge(-step);
            return true;
        case Qt::Key_Right:
            nudge(step);
            return true;
        case Qt::Key_Up:
        case Qt::Key_Down: {
            const std::ptrdiff_t next = (index + (event->key() == Qt::Key_Up ? 1 : count - 1)) % count;
            active_ = all[static_cast<std::size_t>(next)];
            replotLimits();
            return true;
        }
        case Qt::Key_Escape:
            if (!drag_) return false;
            cancelDrag();
            return true;
        default:
            return PlotView::keyPressed(event);
    }
}

void HistogramPlot::nudge(double steps) {
    if (drag_) return;
    if (!isDraggable(active_)) active_ = handles().front();
    nudged_ = true;
    const GridOverlay start = *overlay_;
    const QCPAxis* axis = rect_->axis(QCPAxis::atBottom);
    double step = axis->range().size() / std::max(1, rect_->width());
    if (active_ == Handle::zero_point) {
        step =
            (start.clip_high - start.clip_low) / std::max(1, start.zero_point->qmax - start.zero_point->qmin);
    }
    moveHandle(active_, coordinateOf(active_) + steps * step, start);
}

bool HistogramPlot::keyReleased(QKeyEvent* event) {
    if (event->isAutoRepeat() || !nudged_) return false;
    if (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right) return false;
    nudged_ = false;
    overlayChanged();
    emit dragFinished();
    return true;
}

// --- read-out and figures

void HistogramPlot::showReadOut(const QPointF& position) {
    const QRect area = rect_->rect();
    if (!area.contains(position.toPoint())) {
        PlotView::mouseLeft();
        return;
    }
    const double value = rect_->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    QStringList lines{tr("value %1").arg(valueText(value))};
    const double width = histogram_.bin_width();
    if (width > 0 && value >= histogram_.low && value <= histogram_.high) {
        const auto bin = std::min(histogram_.counts.size() - 1,
                                  static_cast<std::size_t>((value - histogram_.low) / width));
        const std::uint64_t count = histogram_.counts[bin];
        const double share =
            statistics_.count > 0 ? static_cast<double>(count) / static_cast<double>(statistics_.count) : 0;
        lines << tr("%1 weights in the bin (%2)").arg(countText(count), shareText(share));
    }
    if (overlay_ && !overlay_->levels.empty()) {
        const std::vector<float>& levels = overlay_->levels;
        auto above = std::lower_bound(levels.begin(), levels.end(), static_cast<float>(value));
        if (above == levels.end() || (above != levels.begin() && value - *(above - 1) < *above - value))
            --above;
        const auto code = overlay_->first_code + std::distance(levels.begin(), above);
        lines << tr("code %1 stands for %2").arg(code).arg(valueText(*above));
        if (value < overlay_->clip_low || value > overlay_->clip_high) lines << tr("clipped");
    }
    readOut()->show(position, lines, QLineF(position.x(), area.top(), position.x(), area.bottom()));
    replotOverlay();
}

PlotTable HistogramPlot::table() const {
    PlotTable table;
    table.headers = {QStringLiteral("series"), QStringLiteral("low [weight]"),
                     QStringLiteral("high [weight]"), QStringLiteral("count [weights]"),
                     QStringLiteral("code")};
    const double width = histogram_.bin_width();
    for (std::size_t i = 0; i < histogram_.counts.size(); ++i) {
        const double low = histogram_.low + static_cast<double>(i) * width;
        table.rows.push_back(
            {QStringLiteral("histogram"), cell(low), cell(low + width), cell(histogram_.counts[i]), {}});
    }
    if (!overlay_) return table;
    int code = overlay_->first_code;
    for (const float level : overlay_->levels) {
        const QString value = cell(double{level});
        table.rows.push_back({QStringLiteral("level"), value, value, {}, QString::number(code++)});
    }
    table.rows.push_back(
        {QStringLiteral("clip"), cell(overlay_->clip_low), cell(overlay_->clip_high), {}, {}});
    return table;
}

}  // namespace halfstep
