// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/channel_plot.h"

#include "widgets/plots/number_text.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/pane_layout.h"
#include "widgets/plots/tickers.h"
#include "widgets/plots/zoom_axes.h"
#include "widgets/style/plot_style.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace halfstep {
namespace {

constexpr int click_slack = 3;            // pixels between press and release of a click
constexpr int side_width = 92;            // pixels: colour scale and legend on the right
constexpr double importance_share = 0.3;  // of the map's width
constexpr double least_decades = 2.1;
constexpr double most_decades = 6;

double absMax(const ChannelProfile::Channel& channel) {
    return std::max(std::abs(channel.min), std::abs(channel.max));
}

}  // namespace

ChannelPlot::ChannelPlot(QWidget* parent)
    : PlotView(parent), order_box_(new QComboBox(this)), quantity_box_(new QComboBox(this)) {
    buildPanes();
    buildControls();
    clear();
}

void ChannelPlot::buildPanes() {
    ranges_ = newAxisRect();
    outliers_ = newAxisRect();
    map_rect_ = newAxisRect();
    scale_ = new QCPColorScale(plot());
    importance_rect_ = newAxisRect();
    legend_ = new PaintedElement(
        plot(), [this](QCPPainter* painter, const QRect& rect) { drawLegend(painter, rect); });
    legend_->setMinimumSize(side_width, 10);
    legend_->setMaximumSize(side_width, QWIDGETSIZE_MAX);
    plot()->plotLayout()->setRowSpacing(4);
    placeImportance();

    auto* margins = new QCPMarginGroup(plot());
    auto* lower_margins = new QCPMarginGroup(plot());
    for (QCPAxisRect* rect : {ranges_, outliers_, map_rect_}) {
        rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
        rect->setMinimumMargins(QMargins(0, 5, 4, 0));
        rect->axis(QCPAxis::atBottom)->setTicker(QSharedPointer<IndexTicker>::create());
        rect->axis(QCPAxis::atLeft)->ticker()->setTickCount(4);
    }
    for (QCPAxisRect* rect : {map_rect_, importance_rect_})
        rect->setMarginGroup(QCP::msTop | QCP::msBottom, lower_margins);
    scale_->setMarginGroup(QCP::msTop | QCP::msBottom, lower_margins);
    ranges_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<ValueTicker>::create());
    outliers_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<CountTicker>::create());
    outliers_->axis(QCPAxis::atLeft)->ticker()->setTickCount(2);
    map_rect_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<IndexTicker>::create());
    QCPAxis* importance = importance_rect_->axis(QCPAxis::atBottom);
    importance->setScaleType(QCPAxis::stLogarithmic);
    importance->setTicker(QSharedPointer<LogValueTicker>::create());
    importance->ticker()->setTickCount(2);  // the pane is narrow
    importance_rect_->setRangeDragAxes(nullptr, nullptr);
    importance_rect_->setRangeZoomAxes(nullptr, nullptr);
    importance_rect_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<IndexTicker>::create());
    importance_rect_->axis(QCPAxis::atLeft)->setTickLabels(false);
    importance_rect_->setMinimumMargins(QMargins(0, 5, 6, 0));
    ranges_->axis(QCPAxis::atBottom)->setTickLabels(false);
    outliers_->axis(QCPAxis::atBottom)->setTickLabels(false);
    ZoomAxes::link(ranges_->axis(QCPAxis::atBottom), outliers_->axis(QCPAxis::atBottom));
    ZoomAxes::link(ranges_->axis(QCPAxis::atBottom), map_rect_->axis(QCPAxis::atBottom));

    const QString main = QStringLiteral("main");
    new PaintedItem(ranges_, main, [this](QCPPainter* painter) { drawRanges(painter); });
    new PaintedItem(outliers_, main, [this](QCPPainter* painter) { drawOutliers(painter); });
    new PaintedItem(importance_rect_, main, [this](QCPPainter* painter) { drawImportance(painter); });
    new PaintedItem(map_rect_, main,
                    [this](QCPPainter* painter) { drawHeatMap(painter, map_rect_, map_, theme().dark); });
    for (const QCPAxisRect* rect : {ranges_, outliers_, map_rect_}) {
        new PaintedItem(const_cast<QCPAxisRect*>(rect), QStringLiteral("legend"),
                        [this, rect](QCPPainter* painter) { drawSelection(painter, rect); });
    }
}

// Where no importance is known its pane takes no room.
void ChannelPlot::placeImportance() {
    QCPLayoutGrid* grid = plot()->plotLayout();
    const bool shown = !importance_.empty();
    importance_rect_->setVisible(shown);
    if (!shown && importance_rect_->layout() == grid) grid->take(importance_rect_);
    if (shown)
        placePanes(grid, {{ranges_, 0, 0},
                          {outliers_, 1, 0},
                          {map_rect_, 2, 0},
                          {importance_rect_, 2, 1},
                          {legend_, 0, 2},
                          {scale_, 2, 2}});
    else
        placePanes(grid,
                   {{ranges_, 0, 0}, {legend_, 0, 1}, {outliers_, 1, 0}, {map_rect_, 2, 0}, {scale_, 2, 1}});
    grid->setRowStretchFactor(1, 0.28);
    if (shown) grid->setColumnStretchFactor(1, importance_share);
    grid->setColumnStretchFactor(shown ? 2 : 1, 0.001);
}

void ChannelPlot::buildControls() {
    controls()->addWidget(order_box_);
    controls()->addWidget(quantity_box_);
    for (QComboBox* box : {order_box_, quantity_box_})
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    order_box_->addItems({QString(), QString()});
    quantity_box_->addItems({QString(), QString()});
    connect(order_box_, &QComboBox::currentIndexChanged, this,
            [this](int index) { setOrder(static_cast<Order>(index)); });
    connect(quantity_box_, &QComboBox::currentIndexChanged, this,
            [this](int index) { setQuantity(static_cast<Quantity>(index)); });
}

void ChannelPlot::retranslate() {
    order_box_->setItemText(0, tr("In order"));
    order_box_->setItemText(1, tr("Widest first"));
    order_box_->setAccessibleName(tr("Order of the channels"));
    quantity_box_->setItemText(0, tr("Largest weight"));
    quantity_box_->setItemText(1, tr("Error"));
    quantity_box_->setAccessibleName(tr("What the map shows"));
    ranges_->axis(QCPAxis::atLeft)->setLabel(tr("weight"));
    outliers_->axis(QCPAxis::atLeft)->setLabel(tr("outliers"));
    map_rect_->axis(QCPAxis::atLeft)->setLabel(tr("input"));
    const bool sorted = sort_ == Order::range;
    map_rect_->axis(QCPAxis::atBottom)
        ->setLabel(!sorted             ? tr("channel")
                   : mapFollowsOrder() ? tr("channel, widest first")
                                       : tr("channel (above: widest first; the map stays in order)"));
    importance_rect_->axis(QCPAxis::atBottom)->setLabel(tr("importance"));
    scale_->axis()->setLabel(quantity_ == Quantity::abs_max ? tr("largest |weight|") : tr("rms error"));
}

void ChannelPlot::setProfile(const ChannelProfile& profile, std::vector<double> importance) {
    profile_ = profile;
    if (importance_.empty() != importance.empty()) {
        importance_ = std::move(importance);
        placeImportance();
    } else {
        importance_ = std::move(importance);
    }
    outlier_count_ = 0;
    for (const ChannelProfile::Channel& channel : profile_.channels)
        outlier_count_ += channel.outliers;
    if (selected_ && *selected_ >= profile_.channels.size()) selected_.reset();
    sortChannels();
    dataChanged();
}

void ChannelPlot::setOrder(Order order) {
    if (sort_ == order) return;
    sort_ = order;
    order_box_->setCurrentIndex(static_cast<int>(order));
    sortChannels();
    if (hasData()) dataChanged();
}

void ChannelPlot::setQuantity(Quantity quantity) {
    if (quantity_ == quantity) return;
    quantity_ = quantity;
    quantity_box_->setCurrentIndex(static_cast<int>(quantity));
    if (hasData()) dataChanged();
}

void ChannelPlot::setSelectedChannel(std::optional<std::size_t> channel) {
    selected_ = channel && *channel < profile_.channels.size() ? channel : std::nullopt;
    replotSoon();
}

void ChannelPlot::sortChannels() {
    order_.resize(profile_.channels.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (sort_ == Order::range) {
        std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
            return absMax(profile_.channels[a]) > absMax(profile_.channels[b]);
        });
    }
    position_.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i)
        position_[order_[i]] = i;
}

bool ChannelPlot::mapFollowsOrder() const {
    return profile_.map.rows == order_.size();
}

QString ChannelPlot::title() const {
    return tr("Channels");
}

QString ChannelPlot::emptySentence() const {
    return tr("Choose a tensor to see how its channels differ.");
}

QString ChannelPlot::summary() const {
    return tr("%1 channels, %2 outliers beyond six standard deviations.")
        .arg(countText(profile_.channels.size()), countText(outlier_count_));
}

void ChannelPlot::rebuild() {
    stylePlot(plot());
    retranslate();
    double low = 0;
    double high = 0;
    std::uint64_t most = 0;
    for (const ChannelProfile::Channel& channel : profile_.channels) {
        low = std::min(low, static_cast<double>(channel.min));
        high = std::max(high, static_cast<double>(channel.max));
        most = std::max(most, channel.outliers);
    }
    const double padding = high > low ? 0.05 * (high - low) : 1;
    QCPAxis* values = ranges_->axis(QCPAxis::atLeft);
    values->setRange(low - padding, high + padding);
    values->grid()->setZeroLinePen(QPen(theme().axis, 1));
    outliers_->axis(QCPAxis::atLeft)->setRange(0, std::max(1.0, 1.15 * static_cast<double>(most)));
    const QCPRange all(-0.5, std::max(0.5, static_cast<double>(order_.size()) - 0.5));
    for (QCPAxisRect* rect : {ranges_, outliers_, map_rect_})
        zoom().setFullRange(rect->axis(QCPAxis::atBottom), all);
    rebuildImportance();
    rebuildMap();
}

void ChannelPlot::rebuildImportance() {
    if (importance_.empty()) return;
    const double top = *std::ranges::max_element(importance_);
    double least = top;
    for (const double value : importance_)
        if (value > 0) least = std::min(least, value);
    const double decades =
        std::clamp(top > 0 ? std::log10(top / least) + 0.4 : 0, least_decades, most_decades);
    const double upper = top > 0 ? top * 1.25 : 1;
    importance_rect_->axis(QCPAxis::atBottom)->setRange(upper / std::pow(10, decades), upper);
}

void ChannelPlot::rebuildMap() {
    const ChannelProfile::Map& source = profile_.map;
    map_ = {};
    map_.columns = source.rows;  // channels run to the right, inputs upwards
    map_.rows = source.columns;
    const std::vector<float>& figures = quantity_ == Quantity::abs_max ? source.abs_max : source.rms_error;
    if (figures.size() != map_.columns * map_.rows) map_.columns = map_.rows = 0;
    map_.values.resize(map_.columns * map_.rows);
    for (std::size_t column = 0; column < map_.columns; ++column) {
        const std::size_t row_of_source = mapFollowsOrder() ? order_[column] : column;
        for (std::size_t row = 0; row < map_.rows; ++row) {
            map_.values[row * map_.columns + column] = figures[row_of_source * source.columns + row];
        }
    }
    const double channels = static_cast<double>(source.rows * source.channels_per_row);
    const double inputs = static_cast<double>(source.columns * source.inputs_per_column);
    map_.extent = QRectF(-0.5, 0, std::max(1.0, channels), std::max(1.0, inputs));
    map_.logarithmic = wantsLogScale(map_.values);
    map_.range = colorRange(map_);
    for (QCPAxisRect* rect : {map_rect_, importance_rect_})
        rect->axis(QCPAxis::atLeft)->setRange(0, std::max(1.0, inputs));
    updateColorScale(scale_, map_, theme().dark);
}

// --- mouse and keys

std::optional<std::size_t> ChannelPlot::channelAt(const QPoint& point) const {
    for (const QCPAxisRect* rect : {ranges_, outliers_, map_rect_}) {
        if (!rect->rect().contains(point)) continue;
        const double position = std::floor(rect->axis(QCPAxis::atBottom)->pixelToCoord(point.x()) + 0.5);
        if (position < 0 || position >= static_cast<double>(order_.size())) return std::nullopt;
        const auto index = static_cast<std::size_t>(position);
        return rect == map_rect_ && !mapFollowsOrder() ? index : order_[index];
    }
    return std::nullopt;
}

QStringList ChannelPlot::describe(std::size_t index) const {
    const ChannelProfile::Channel& channel = profile_.channels[index];
    QStringList lines{tr("channel %1").arg(countText(index)),
                      tr("%1 to %2").arg(valueText(channel.min), valueText(channel.max)),
                      tr("rms %1").arg(valueText(channel.rms))};
    if (channel.outliers > 0) lines << tr("%1 beyond 6 σ").arg(countText(channel.outliers));
    if (channel.error_squared > 0 && channel.value_squared > 0) {
        lines << tr("SQNR %1 dB")
                     .arg(valueText(10 * std::log10(channel.value_squared / channel.error_squared), 3));
    }
    return lines;
}

std::optional<QPoint> ChannelPlot::cellAt(const QPoint& point) const {
    if (!map_rect_->rect().contains(point) || map_.values.empty()) return std::nullopt;
    const double x = map_rect_->axis(QCPAxis::atBottom)->pixelToCoord(point.x()) - map_.extent.left();
    const double y = map_rect_->axis(QCPAxis::atLeft)->pixelToCoord(point.y()) - map_.extent.top();
    if (x < 0 || y < 0 || x >= map_.extent.width() || y >= map_.extent.height()) return std::nullopt;
    const auto column =
        std::min(map_.columns - 1,
                 static_cast<std::size_t>(x / map_.extent.width() * static_cast<double>(map_.columns)));
    const auto row = std::min(
        map_.rows - 1, static_cast<std::size_t>(y / map_.extent.height() * static_cast<double>(map_.rows)));
    return QPoint(static_cast<int>(column), static_cast<int>(row));
}

QStringList ChannelPlot::describeCell(const QPoint& point) const {
    const std::optional<QPoint> cell = cellAt(point);
    if (!cell) return {};
    const auto row = static_cast<std::size_t>(cell->y());
    const std::uint64_t first = row * profile_.map.inputs_per_column;
    const QString value = valueText(map_.at(static_cast<std::size_t>(cell->x()), row));
    return {
        tr("inputs %1 to %2").arg(countText(first), countText(first + profile_.map.inputs_per_column - 1)),
        quantity_ == Quantity::abs_max ? tr("largest |weight| %1").arg(value)
                                       : tr("rms error %1").arg(value)};
}

// Of the inputs that share a pixel row with the point.
QStringList ChannelPlot::describeImportance(const QPoint& point) const {
    if (importance_.empty()) return {};
    for (const QCPAxisRect* rect : {map_rect_, importance_rect_}) {
        if (!rect->rect().contains(point)) continue;
        const double input = std::floor(rect->axis(QCPAxis::atLeft)->pixelToCoord(point.y()));
        if (input < 0 || input >= static_cast<double>(importance_.size())) return {};
        const auto index = static_cast<std::size_t>(input);
        return {tr("importance of input %1: %2").arg(countText(index), valueText(importance_[index]))};
    }
    return {};
}

void ChannelPlot::selectCell(const QPoint& point) {
    const std::optional<QPoint> cell = cellAt(point);
    if (!cell) return;
    const auto column = static_cast<std::size_t>(cell->x());
    const ChannelProfile::Map& map = profile_.map;
    const std::uint64_t channel =
        map.channels_per_row * (mapFollowsOrder() ? order_[column] : std::uint64_t{column});
    const std::uint64_t input = map.inputs_per_column * static_cast<std::uint64_t>(cell->y());
    emit cellSelected(channel, input,
                      std::min<std::uint64_t>(map.channels_per_row, profile_.channels.size() - channel),
                      map.inputs_per_column);
}

bool ChannelPlot::mousePressed(QMouseEvent* event) {
    pressed_at_ = event->position().toPoint();
    return false;
}

bool ChannelPlot::mouseMoved(QMouseEvent* event) {
    if (event->buttons() != Qt::NoButton) return false;
    const QPoint point = event->position().toPoint();
    const std::optional<std::size_t> channel = channelAt(point);
    if (!channel) {
        const QStringList lines = describeImportance(point);
        if (lines.isEmpty()) {
            mouseLeft();
            return false;
        }
        readOut()->show(point, lines,
                        QLineF(map_rect_->left(), point.y(), importance_rect_->right(), point.y()));
        replotOverlay();
        return false;
    }
    readOut()->show(point, describe(*channel) + describeCell(point) + describeImportance(point),
                    QLineF(point.x(), ranges_->top(), point.x(), map_rect_->bottom()));
    replotOverlay();
    return false;
}

bool ChannelPlot::mouseReleased(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (event->button() != Qt::LeftButton || (point - pressed_at_).manhattanLength() > click_slack)
        return false;
    if (const std::optional<std::size_t> channel = channelAt(point)) {
        setSelectedChannel(channel);
        emit channelSelected(*channel);
        selectCell(point);
    }
    return false;
}

bool ChannelPlot::keyPressed(QKeyEvent* event) {
    const bool left = event->key() == Qt::Key_Left;
    const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    if (!selected_ || !plain || (!left && event->key() != Qt::Key_Right)) return PlotView::keyPressed(event);
    const std::size_t position = position_[*selected_];
    if ((left && position == 0) || (!left && position + 1 == order_.size())) return true;
    setSelectedChannel(order_[left ? position - 1 : position + 1]);
    emit channelSelected(*selected_);
    return true;
}

PlotTable ChannelPlot::table() const {
    PlotTable table;
    table.headers = {QStringLiteral("channel"),
                     QStringLiteral("min [weight]"),
                     QStringLiteral("max [weight]"),
                     QStringLiteral("rms [weight]"),
                     QStringLiteral("value squared [weight^2]"),
                     QStringLiteral("error squared [weight^2]"),
                     QStringLiteral("outliers [weights]")};
    for (const std::size_t index : order_) {
        const ChannelProfile::Channel& channel = profile_.channels[index];
        table.rows.push_back({QString::number(index), cell(double{channel.min}), cell(double{channel.max}),
                              cell(channel.rms), cell(channel.value_squared), cell(channel.error_squared),
                              cell(channel.outliers)});
    }
    if (importance_.empty()) return table;
    // Inputs stand beside the channels, row by row, as many as there are.
    table.headers << QStringLiteral("input") << QStringLiteral("importance [mean squared activation]");
    table.rows.resize(std::max(table.rows.size(), importance_.size()), QStringList(table.headers.size() - 2));
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const bool is_input = row < importance_.size();
        table.rows[row] << (is_input ? QString::number(row) : QString())
                        << (is_input ? cell(importance_[row]) : QString());
    }
    return table;
}

}  // namespace halfstep
