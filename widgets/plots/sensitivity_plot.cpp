// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sensitivity_plot.h"

#include "widgets/plots/number_text.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/pane_layout.h"
#include "widgets/style/color_maps.h"
#include "widgets/style/number_text.h"
#include "widgets/style/plot_style.h"
#include "widgets/style/tensor_name.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr int click_slack = 3;
constexpr int least_width_of_both = 700;
constexpr int least_width_of_costs = 440;
constexpr int most_curves = 6;        // through the depth: more cannot be told apart
constexpr double roomy_label = 1.25;  // lines of text for each tensor, from which on all are named

double decibels(double rel_error) {
    return -20 * std::log10(rel_error);
}

}  // namespace

SensitivityPlot::SensitivityPlot(QWidget* parent)
    : PlotView(parent),
      tensor_ticker_(QSharedPointer<NameTicker>::create()),
      scheme_ticker_(QSharedPointer<NameTicker>::create()),
      depth_ticker_(QSharedPointer<NameTicker>::create()),
      quantity_box_(new QComboBox(this)),
      ranking_box_(new QComboBox(this)) {
    buildPanes();
    buildControls();
    clear();
}

void SensitivityPlot::buildPanes() {
    map_rect_ = newAxisRect();
    depth_rect_ = newAxisRect();
    scale_ = new QCPColorScale(plot());
    scale_->setType(QCPAxis::atBottom);
    auto* ranking =
        new PaintedElement(plot(), [this](QCPPainter* painter, const QRect&) { drawRanking(painter); });
    ranking->setMinimumSize(120, 60);
    ranking_pane_ = ranking;
    ranking_title_ = newPaneTitle();
    depth_title_ = newPaneTitle();
    legend_ = new QCPLegend;

    auto* left = new QCPLayoutGrid;
    left->setRowSpacing(4);
    left->addElement(0, 0, map_rect_);
    left->addElement(1, 0, scale_);
    left->setRowStretchFactor(1, 0.001);
    map_panes_ = left;
    cost_panes_ = new QCPLayoutGrid;
    cost_panes_->setRowSpacing(3);
    plot()->plotLayout()->addElement(0, 0, map_panes_);
    plot()->plotLayout()->addElement(0, 1, cost_panes_);
    arrange();
    legend_->setLayer(QStringLiteral("legend"));
    legend_->setFillOrder(QCPLayoutGrid::foColumnsFirst);
    legend_->setWrap(3);

    auto* margins = new QCPMarginGroup(plot());
    map_rect_->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
    scale_->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
    map_rect_->setMinimumMargins(QMargins(0, 6, 8, 0));
    depth_rect_->setMinimumMargins(QMargins(0, 4, 12, 0));
    QCPAxis* tensors = map_rect_->axis(QCPAxis::atLeft);
    tensors->setRangeReversed(true);
    tensors->grid()->setVisible(false);
    tensors->setTicker(tensor_ticker_);
    map_rect_->axis(QCPAxis::atBottom)->setTicker(scheme_ticker_);
    map_rect_->setRangeDragAxes(nullptr, tensors);
    map_rect_->setRangeZoomAxes(nullptr, tensors);
    depth_rect_->axis(QCPAxis::atBottom)->setTicker(depth_ticker_);
    depth_rect_->axis(QCPAxis::atLeft)->setScaleType(QCPAxis::stLogarithmic);
    depth_rect_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<LogValueTicker>::create());
    new PaintedItem(map_rect_, QStringLiteral("main"), [this](QCPPainter* painter) { drawMap(painter); });
    connect(plot(), &QCustomPlot::afterLayout, this, &SensitivityPlot::fitLabels);
}

// What costs most and the depth stand beside the map where there is width for both, else below it: side by
// side, or one below the other.
void SensitivityPlot::arrange() {
    const int width = plot()->width();
    const Panes panes = width >= least_width_of_both    ? Panes::beside
                        : width >= least_width_of_costs ? Panes::below
                                                        : Panes::stacked;
    if (panes_ == panes) return;
    panes_ = panes;
    QCPLayoutGrid* all = plot()->plotLayout();
    if (panes != Panes::below) {
        placePanes(cost_panes_, {{ranking_title_, 0, 0},
                                 {ranking_pane_, 1, 0},
                                 {depth_title_, 2, 0},
                                 {legend_, 3, 0},
                                 {depth_rect_, 4, 0}});
        for (const int row : {0, 2, 3})
            cost_panes_->setRowStretchFactor(row, 0.001);
        const bool beside = panes == Panes::beside;
        placePanes(all, {{map_panes_, 0, 0}, {cost_panes_, beside ? 0 : 1, beside ? 1 : 0}});
        if (beside) {
            all->setColumnStretchFactor(1, 0.72);
        } else {
            all->setRowStretchFactor(1, 1.3);
            cost_panes_->setRowStretchFactor(4, 1.5);
        }
    } else {
        placePanes(cost_panes_, {{ranking_title_, 0, 0},
                                 {depth_title_, 0, 1},
                                 {ranking_pane_, 1, 0},
                                 {depth_rect_, 1, 1},
                                 {legend_, 2, 1}});
        for (const int row : {0, 2})
            cost_panes_->setRowStretchFactor(row, 0.001);
        placePanes(all, {{map_panes_, 0, 0}, {cost_panes_, 1, 0}});
        all->setRowStretchFactor(1, 0.62);
    }
    replotSoon();
}

void SensitivityPlot::buildControls() {
    controls()->addWidget(quantity_box_);
    controls()->addWidget(ranking_box_);
    for (QComboBox* box : {quantity_box_, ranking_box_})
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    quantity_box_->addItems({QString(), QString()});
    connect(quantity_box_, &QComboBox::currentIndexChanged, this,
            [this](int index) { setQuantity(static_cast<Quantity>(index)); });
    connect(ranking_box_, &QComboBox::activated, this,
            [this](int index) { setRanking(ranking_box_->itemData(index).toInt()); });
}

void SensitivityPlot::retranslate() {
    quantity_box_->setItemText(0, tr("SQNR"));
    quantity_box_->setItemText(1, tr("Relative error"));
    quantity_box_->setAccessibleName(tr("What the map shows"));
    ranking_box_->setAccessibleName(tr("Scheme that tensors are ranked by"));
    ranking_title_->setText(tr("What costs most: share of all squared error, %1").arg(rankingName()));
    depth_title_->setText(tr("How it accumulates through the depth"));
    depth_rect_->axis(QCPAxis::atLeft)->setLabel(tr("Σ relative error²"));
    depth_rect_->axis(QCPAxis::atBottom)->setLabel(tr("block"));
    scale_->axis()->setLabel(quantity_ == Quantity::sqnr ? tr("SQNR in dB") : tr("relative error in %"));
    fillRankingBox();
}

void SensitivityPlot::fillRankingBox() {
    const QSignalBlocker blocker(ranking_box_);
    ranking_box_->clear();
    if (hasPlan()) ranking_box_->addItem(tr("Rank by the plan"), -1);
    for (qsizetype i = 0; i < data_.schemes.size(); ++i) {
        ranking_box_->addItem(tr("Rank by %1").arg(data_.schemes.at(i)), static_cast<int>(i));
    }
    ranking_box_->setCurrentIndex(ranking_box_->findData(ranking_));
}

QString SensitivityPlot::rankingName() const {
    return ranking_ < 0 ? tr("plan") : data_.schemes.value(ranking_);
}

void SensitivityPlot::setData(const SensitivityData& measured) {
    data_ = measured;
    const std::size_t columns = static_cast<std::size_t>(data_.schemes.size());
    short_names_.clear();
    blocks_ = 0;
    for (SensitivityData::Row& row : data_.rows) {
        row.rel_error.resize(columns);
        short_names_ << shortTensorName(row.tensor);
        if (row.block) blocks_ = std::max(blocks_, *row.block + 1);
    }
    if (ranking_ >= data_.schemes.size()) ranking_ = -1;
    if (ranking_ < 0 && !hasPlan()) ranking_ = data_.schemes.isEmpty() ? -1 : 0;
    if (data_.rows.empty() || (data_.schemes.isEmpty() && !hasPlan())) {
        clear();
    } else {
        dataChanged();
    }
}

void SensitivityPlot::setQuantity(Quantity quantity) {
    if (quantity_ == quantity) return;
    quantity_ = quantity;
    quantity_box_->setCurrentIndex(static_cast<int>(quantity));
    if (hasData()) dataChanged();
}

void SensitivityPlot::setRanking(int scheme) {
    if (scheme == ranking_ || scheme >= data_.schemes.size()) return;
    ranking_ = std::max(-1, scheme);
    if (hasData()) dataChanged();
}

void SensitivityPlot::setSelectedTensor(const QString& tensor) {
    if (selected_ == tensor) return;
    selected_ = tensor;
    const auto row =
        std::find_if(data_.rows.begin(), data_.rows.end(),
                     [&tensor](const SensitivityData::Row& entry) { return entry.tensor == tensor; });
    if (row != data_.rows.end()) {
        QCPAxis* axis = map_rect_->axis(QCPAxis::atLeft);
        const auto position = static_cast<double>(std::distance(data_.rows.begin(), row));
        if (!axis->range().contains(position))
            axis->setRange(position, axis->range().size(), Qt::AlignCenter);
    }
    replotSoon();
}

bool SensitivityPlot::hasPlan() const {
    return std::any_of(data_.rows.begin(), data_.rows.end(),
                       [](const SensitivityData::Row& row) { return row.planned_rel_error.has_value(); });
}

std::optional<double> SensitivityPlot::cost(const SensitivityData::Row& row, int scheme) const {
    const std::optional<double> error =
        scheme < 0 ? row.planned_rel_error : row.rel_error[static_cast<std::size_t>(scheme)];
    if (!error || !std::isfinite(*error)) return std::nullopt;
    return row.sensitivity * *error * *error;
}

void SensitivityPlot::rank() {
    ranked_.clear();
    total_cost_ = 0;
    for (std::size_t i = 0; i < data_.rows.size(); ++i) {
        if (const std::optional<double> value = cost(data_.rows[i], ranking_)) {
            ranked_.push_back({i, *value});
            total_cost_ += *value;
        }
    }
    std::stable_sort(ranked_.begin(), ranked_.end(),
                     [](const Ranked& a, const Ranked& b) { return a.cost > b.cost; });
}

QString SensitivityPlot::title() const {
    return tr("Sensitivity");
}

QString SensitivityPlot::emptySentence() const {
    return tr("Measure the model with a few schemes to see which tensors suffer.");
}

QString SensitivityPlot::summary() const {
    if (ranked_.empty()) return {};
    return tr("%1 tensors under %2 schemes; most of the error comes from %3.")
        .arg(countText(data_.rows.size()), countText(static_cast<std::uint64_t>(data_.schemes.size())),
             data_.rows[ranked_.front().row].tensor);
}

void SensitivityPlot::rebuild() {
    stylePlot(plot());
    styleAxisRect(map_rect_, theme());
    styleAxisRect(depth_rect_, theme());
    for (QCPTextElement* text : {ranking_title_, depth_title_}) {
        text->setFont(smallFont());
        text->setTextColor(theme().text);
    }
    rank();
    retranslate();
    rebuildMap();
    rebuildDepth();
    styleLegend(legend_, theme());
    legend_->setBorderPen(Qt::NoPen);
}

void SensitivityPlot::rebuildMap() {
    const std::size_t columns = static_cast<std::size_t>(data_.schemes.size());
    map_ = {};
    map_.columns = columns;
    map_.rows = data_.rows.size();
    const bool sqnr = quantity_ == Quantity::sqnr;
    for (const SensitivityData::Row& row : data_.rows) {
        for (const std::optional<double>& error : row.rel_error) {
            const double none = std::numeric_limits<double>::quiet_NaN();
            map_.values.push_back(!error ? none : sqnr ? decibels(*error) : 100 * *error);
        }
    }
    map_.extent = QRectF(-0.5, -0.5, static_cast<double>(columns), static_cast<double>(map_.rows));
    map_.logarithmic = !sqnr;
    map_.reversed = sqnr;  // strong colours: much error
    map_.range = colorRange(map_);
    updateColorScale(scale_, map_, theme().dark);
    const QFont font = smallFont();
    for (const auto& ticker : {tensor_ticker_, scheme_ticker_, depth_ticker_})
        ticker->font = font;
    tensor_ticker_->names = short_names_;
    scheme_ticker_->names = data_.schemes;
    map_rect_->axis(QCPAxis::atBottom)->setRange(-0.5, std::max(0.5, static_cast<double>(columns) - 0.5));
    setFullRange(map_rect_->axis(QCPAxis::atLeft), {-0.5, static_cast<double>(map_.rows) - 0.5});
    fitLabels();
}

void SensitivityPlot::fitLabels() {
    const QFontMetrics metrics(smallFont());
    int widest = 0;
    for (const QString& scheme : data_.schemes)
        widest = std::max(widest, metrics.horizontalAdvance(scheme));
    QCPAxis* schemes = map_rect_->axis(QCPAxis::atBottom);
    const int columns = std::max(1, static_cast<int>(data_.schemes.size()));
    const bool upright = widest + 8 > map_rect_->width() / columns;
    const double rotation = upright ? -60 : 0;
    bool changed = schemes->tickLabelRotation() != rotation;
    schemes->setTickLabelRotation(rotation);
    const int line = static_cast<int>(metrics.height() * roomy_label);
    changed |= scheme_ticker_->fit(map_rect_->width(), upright ? line : 1, 140);
    changed |= tensor_ticker_->fit(map_rect_->height(), line, std::max(90, plot()->width() * 3 / 10));
    changed |=
        depth_ticker_->fit(depth_rect_->width(), metrics.horizontalAdvance(QStringLiteral("0000")), 60);
    if (changed) replotSoon();
}

// Positions on the depth axis: what lies before the blocks, the blocks, what lies behind them.
int SensitivityPlot::depthOf(std::size_t row) const {
    if (data_.rows[row].block) return *data_.rows[row].block + 1;
    for (std::size_t before = row; before-- > 0;) {
        if (data_.rows[before].block) return blocks_ + 1;
    }
    return 0;
}

void SensitivityPlot::addDepthCurve(int scheme, const QColor& color, double width, const QString& name) {
    std::vector<double> sums(static_cast<std::size_t>(blocks_) + 2, 0);
    bool any = false;
    for (std::size_t i = 0; i < data_.rows.size(); ++i) {
        const std::optional<double> value = cost(data_.rows[i], scheme);
        if (!value) continue;
        sums[static_cast<std::size_t>(depthOf(i))] += *value;
        any = true;
    }
    if (!any) return;
    QVector<double> depths;
    QVector<double> values;
    double sum = 0;
    for (std::size_t depth = 0; depth < sums.size(); ++depth) {
        sum += sums[depth];
        if (!(sum > 0)) continue;  // nothing to show on a logarithmic axis yet
        depths << static_cast<double>(depth);
        values << sum;
    }
    QCPGraph* graph =
        plot()->addGraph(depth_rect_->axis(QCPAxis::atBottom), depth_rect_->axis(QCPAxis::atLeft));
    graph->setData(depths, values, true);
    graph->setPen(QPen(color, width));
    graph->setAntialiased(true);
    graph->setName(name);
    if (depths.size() < 12) graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 4));
    graph->addToLegend(legend_);
}

void SensitivityPlot::rebuildDepth() {
    legend_->clearItems();
    plot()->clearGraphs();
    for (int i = 0; i < std::min<int>(most_curves, static_cast<int>(data_.schemes.size())); ++i) {
        addDepthCurve(i, theme().seriesColor(i), i == ranking_ ? 2.6 : 1.3, data_.schemes.at(i));
    }
    if (ranking_ >= most_curves) addDepthCurve(ranking_, theme().seriesColor(6), 2.6, rankingName());
    if (hasPlan()) addDepthCurve(-1, theme().text, ranking_ < 0 ? 2.6 : 1.6, tr("plan"));
    double low = std::numeric_limits<double>::infinity();
    double high = 0;
    for (int i = 0; i < plot()->graphCount(); ++i) {
        bool found = false;
        const QCPRange range = plot()->graph(i)->getValueRange(found);
        if (!found) continue;
        low = std::min(low, range.lower);
        high = std::max(high, range.upper);
    }
    const bool any = high > 0;
    depth_rect_->axis(QCPAxis::atLeft)->setRange(any ? low / 1.5 : 0.1, any ? high * 1.5 : 1);
    depth_ticker_->names = QStringList{tr("in")};
    for (int block = 0; block < blocks_; ++block)
        depth_ticker_->names << QString::number(block);
    depth_ticker_->names << tr("out");
    setFullRange(depth_rect_->axis(QCPAxis::atBottom), {-0.3, blocks_ + 1.3});
}

// --- painting

void SensitivityPlot::drawMap(QCPPainter* painter) const {
    drawHeatMap(painter, map_rect_, map_, theme().dark);
    drawUnmeasured(painter);
    drawFigures(painter);
    for (std::size_t row = 0; row < map_.rows && map_.columns > 0; ++row) {
        if (data_.rows[row].tensor != selected_) continue;
        const QRectF line =
            cellRect(map_rect_, map_, 0, row).united(cellRect(map_rect_, map_, map_.columns - 1, row));
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(theme().text, 2));
        painter->drawRect(line.adjusted(1, 0, -1, 0));
    }
}

// Hatched, since a cell without colour could pass for one at the pale end of the scale.
void SensitivityPlot::drawUnmeasured(QCPPainter* painter) const {
    painter->setPen(Qt::NoPen);
    for (std::size_t row = 0; row < map_.rows; ++row) {
        for (std::size_t column = 0; column < map_.columns; ++column) {
            if (!std::isnan(map_.at(column, row))) continue;
            const QRectF cell = cellRect(map_rect_, map_, column, row).intersected(map_rect_->rect());
            painter->fillRect(cell, theme().surface);
            painter->fillRect(cell, QBrush(theme().mutedText, Qt::BDiagPattern));
        }
    }
}

void SensitivityPlot::drawFigures(QCPPainter* painter) const {
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    const double needed = metrics.horizontalAdvance(quantity_ == Quantity::sqnr ? QStringLiteral("00.0")
                                                                                : QStringLiteral("0.0000"));
    const QRect area = map_rect_->rect();
    for (std::size_t row = 0; row < map_.rows; ++row) {
        for (std::size_t column = 0; column < map_.columns; ++column) {
            const QRectF cell = cellRect(map_rect_, map_, column, row);
            if (!cell.intersects(area)) continue;
            if (cell.height() < metrics.height() || cell.width() < needed + 4) return;
            const double value = map_.at(column, row);
            if (std::isnan(value)) continue;
            painter->setPen(readableOn(sequentialColor(map_.shade(value), theme().dark)));
            painter->drawText(cell, Qt::AlignCenter,
                              quantity_ == Quantity::rel_error ? valueText(value, 2)
                              : std::isinf(value)              ? tr("exact")
                                                               : QLocale().toString(value, 'f', 1));
        }
    }
}

std::size_t SensitivityPlot::placesShown() const {
    const int line = QFontMetrics(smallFont()).height() + 5;
    return std::min(ranked_.size(),
                    static_cast<std::size_t>(std::max(1, ranking_pane_->rect().height() / line)));
}

QRectF SensitivityPlot::rankedBar(std::size_t place) const {
    const int line = QFontMetrics(smallFont()).height() + 5;
    const QRect pane = ranking_pane_->rect();
    return QRectF(pane.left() + 4, pane.top() + static_cast<double>(place) * line, pane.width() - 16, line);
}

void SensitivityPlot::drawRanking(QCPPainter* painter) const {
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    if (ranked_.empty() || !(total_cost_ > 0)) {
        painter->setPen(theme().mutedText);
        painter->drawText(ranking_pane_->rect(), Qt::AlignCenter,
                          ranked_.empty() ? tr("No tensor is measured with this scheme.")
                                          : tr("No error: every tensor is reproduced exactly."));
        return;
    }
    const double number_width = metrics.horizontalAdvance(QStringLiteral("00.00 %")) + 6;
    double widest_name = 0;
    for (std::size_t place = 0; place < placesShown(); ++place)
        widest_name =
            std::max(widest_name,
                     metrics.horizontalAdvance(short_names_.at(static_cast<qsizetype>(ranked_[place].row))));
    for (std::size_t place = 0; place < placesShown(); ++place) {
        const Ranked& ranked = ranked_[place];
        const QRectF line = rankedBar(place);
        const double name_width = std::min(line.width() * 0.55, widest_name);
        const QRectF bar_area(line.left() + name_width + 6, line.top() + 2,
                              line.width() - name_width - number_width - 8, line.height() - 4);
        const bool selected = data_.rows[ranked.row].tensor == selected_;
        painter->setPen(selected ? theme().accent : theme().text);
        painter->drawText(QRectF(line.left(), line.top(), name_width, line.height()),
                          Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(short_names_.at(static_cast<qsizetype>(ranked.row)),
                                             Qt::ElideMiddle, name_width));
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme().grid);
        painter->drawRoundedRect(bar_area, 2, 2);
        painter->setBrush(selected ? theme().accent : theme().seriesColor(ranking_ < 0 ? 0 : ranking_));
        const double length = bar_area.width() * ranked.cost / ranked_.front().cost;
        painter->drawRoundedRect(QRectF(bar_area.topLeft(), QSizeF(std::max(1.0, length), bar_area.height())),
                                 2, 2);
        painter->setPen(theme().mutedText);
        painter->drawText(QRectF(bar_area.right() + 2, line.top(), number_width, line.height()),
                          Qt::AlignRight | Qt::AlignVCenter, shareText(ranked.cost / total_cost_));
    }
}

// --- mouse and keys

std::optional<std::size_t> SensitivityPlot::rowAt(const QPoint& point) const {
    if (map_rect_->rect().contains(point)) {
        const double row = std::floor(map_rect_->axis(QCPAxis::atLeft)->pixelToCoord(point.y()) + 0.5);
        if (row >= 0 && row < static_cast<double>(data_.rows.size())) return static_cast<std::size_t>(row);
    }
    for (std::size_t place = 0; place < placesShown(); ++place) {
        if (rankedBar(place).contains(point)) return ranked_[place].row;
    }
    return std::nullopt;
}

std::optional<std::size_t> SensitivityPlot::columnAt(const QPoint& point) const {
    if (!map_rect_->rect().contains(point)) return std::nullopt;
    const double column = std::floor(map_rect_->axis(QCPAxis::atBottom)->pixelToCoord(point.x()) + 0.5);
    if (column < 0 || column >= static_cast<double>(data_.schemes.size())) return std::nullopt;
    return static_cast<std::size_t>(column);
}

QStringList SensitivityPlot::describe(std::size_t row_index, std::optional<std::size_t> column) const {
    const SensitivityData::Row& row = data_.rows[row_index];
    QStringList lines{row.tensor};
    const auto add = [&](const QString& scheme, const std::optional<double>& error) {
        lines << scheme;
        if (!error) {
            lines << tr("no figure");
            return;
        }
        lines << (*error > 0 ? tr("SQNR %1").arg(decibelText(decibels(*error))) : tr("exact"))
              << tr("relative error %1").arg(shareText(*error));
    };
    if (column) {
        add(data_.schemes.at(static_cast<qsizetype>(*column)), row.rel_error[*column]);
    } else if (ranking_ < 0) {
        add(row.planned_scheme, row.planned_rel_error);
    } else {
        add(rankingName(), row.rel_error[static_cast<std::size_t>(ranking_)]);
    }
    if (row.sensitivity != 1) lines << tr("sensitivity %1").arg(valueText(row.sensitivity, 3));
    return lines;
}

bool SensitivityPlot::mousePressed(QMouseEvent* event) {
    pressed_at_ = event->position().toPoint();
    return false;
}

bool SensitivityPlot::mouseMoved(QMouseEvent* event) {
    if (event->buttons() != Qt::NoButton) return false;
    const QPoint point = event->position().toPoint();
    const std::optional<std::size_t> row = rowAt(point);
    if (!row) {
        mouseLeft();
        return false;
    }
    const std::optional<std::size_t> column = columnAt(point);
    const QRectF cell =
        column ? cellRect(map_rect_, map_, *column, *row).intersected(map_rect_->rect()) : QRectF();
    readOut()->showCell(point, describe(*row, column), cell);
    replotOverlay();
    return false;
}

void SensitivityPlot::select(std::size_t row) {
    setSelectedTensor(data_.rows[row].tensor);
    emit tensorSelected(selected_);
}

bool SensitivityPlot::mouseReleased(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (event->button() != Qt::LeftButton || (point - pressed_at_).manhattanLength() > click_slack)
        return false;
    if (const std::optional<std::size_t> row = rowAt(point)) select(*row);
    return false;
}

bool SensitivityPlot::keyPressed(QKeyEvent* event) {
    const bool up = event->key() == Qt::Key_Up;
    if ((!up && event->key() != Qt::Key_Down) || data_.rows.empty()) return PlotView::keyPressed(event);
    const auto current =
        std::find_if(data_.rows.begin(), data_.rows.end(),
                     [this](const SensitivityData::Row& row) { return row.tensor == selected_; });
    if (current == data_.rows.end()) {
        select(0);
        return true;
    }
    const auto row = static_cast<std::size_t>(std::distance(data_.rows.begin(), current));
    if (up && row > 0) select(row - 1);
    if (!up && row + 1 < data_.rows.size()) select(row + 1);
    return true;
}

PlotTable SensitivityPlot::table() const {
    PlotTable table;
    table.headers = {QStringLiteral("tensor"), QStringLiteral("block"),     QStringLiteral("sensitivity"),
                     QStringLiteral("scheme"), QStringLiteral("rel_error"), QStringLiteral("sqnr [dB]")};
    const auto add = [&](const SensitivityData::Row& row, const QString& scheme,
                         const std::optional<double>& error) {
        const QString block = row.block ? QString::number(*row.block) : QString();
        const QString sqnr = error && *error > 0 ? cell(decibels(*error)) : QString();
        table.rows.push_back({row.tensor, block, cell(row.sensitivity), scheme, cell(error), sqnr});
    };
    for (const SensitivityData::Row& row : data_.rows) {
        for (qsizetype i = 0; i < data_.schemes.size(); ++i) {
            add(row, data_.schemes.at(i), row.rel_error[static_cast<std::size_t>(i)]);
        }
        if (row.planned_rel_error)
            add(row, QStringLiteral("plan: ") + row.planned_scheme, row.planned_rel_error);
    }
    return table;
}

}  // namespace halfstep
