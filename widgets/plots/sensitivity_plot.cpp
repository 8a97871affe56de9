// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sensitivity_plot.h"

#include "widgets/plots/cost_ranking_pane.h"
#include "widgets/plots/number_text.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/pane_layout.h"
#include "widgets/plots/zoom_axes.h"
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
    ranking_pane_ = new CostRankingPane(plot());
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
    if (hasPlan(data_)) ranking_box_->addItem(tr("Rank by the plan"), planned_scheme);
    for (qsizetype i = 0; i < data_.schemes.size(); ++i) {
        ranking_box_->addItem(tr("Rank by %1").arg(data_.schemes.at(i)), static_cast<int>(i));
    }
    ranking_box_->setCurrentIndex(ranking_box_->findData(ranking_));
}

QString SensitivityPlot::rankingName() const {
    return ranking_ == planned_scheme ? tr("plan") : data_.schemes.value(ranking_);
}

void SensitivityPlot::setData(const SensitivityData& measured) {
    data_ = measured;
    const std::size_t columns = static_cast<std::size_t>(data_.schemes.size());
    short_names_.clear();
    for (SensitivityData::Row& row : data_.rows) {
        row.rel_error.resize(columns);
        short_names_ << shortTensorName(row.tensor);
    }
    if (ranking_ >= data_.schemes.size()) ranking_ = planned_scheme;
    if (ranking_ == planned_scheme && !hasPlan(data_) && !data_.schemes.isEmpty()) ranking_ = 0;
    if (data_.rows.empty() || (data_.schemes.isEmpty() && !hasPlan(data_))) {
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
    ranking_ = std::max(planned_scheme, scheme);
    if (hasData()) dataChanged();
}

std::optional<std::size_t> SensitivityPlot::selectedRow() const {
    const auto row =
        std::find_if(data_.rows.begin(), data_.rows.end(),
                     [this](const SensitivityData::Row& entry) { return entry.tensor == selected_; });
    if (row == data_.rows.end()) return std::nullopt;
    return static_cast<std::size_t>(std::distance(data_.rows.begin(), row));
}

void SensitivityPlot::setSelectedTensor(const QString& tensor) {
    if (selected_ == tensor) return;
    selected_ = tensor;
    const std::optional<std::size_t> row = selectedRow();
    ranking_pane_->setSelectedRow(row);
    if (row) {
        QCPAxis* axis = map_rect_->axis(QCPAxis::atLeft);
        const auto position = static_cast<double>(*row);
        if (!axis->range().contains(position))
            axis->setRange(position, axis->range().size(), Qt::AlignCenter);
    }
    replotSoon();
}

QString SensitivityPlot::title() const {
    return tr("Sensitivity");
}

QString SensitivityPlot::emptySentence() const {
    return tr("Measure the model with a few schemes to see which tensors suffer.");
}

QString SensitivityPlot::summary() const {
    if (costliest_.isEmpty()) return {};
    return tr("%1 tensors under %2 schemes; most of the error comes from %3.")
        .arg(countText(data_.rows.size()), countText(static_cast<std::uint64_t>(data_.schemes.size())),
             costliest_);
}

void SensitivityPlot::rebuild() {
    stylePlot(plot());
    styleAxisRect(map_rect_, theme());
    styleAxisRect(depth_rect_, theme());
    for (QCPTextElement* text : {ranking_title_, depth_title_}) {
        text->setFont(smallFont());
        text->setTextColor(theme().text);
    }
    rebuildRanking();
    retranslate();
    rebuildMap();
    rebuildDepth();
    styleLegend(legend_, theme());
    legend_->setBorderPen(Qt::NoPen);
}

void SensitivityPlot::rebuildRanking() {
    const CostRanking ranking = rankByCost(data_, ranking_);
    costliest_ = ranking.places.empty() ? QString() : data_.rows[ranking.places.front().row].tensor;
    ranking_pane_->show(ranking, short_names_, theme().seriesColor(std::max(0, ranking_)),
                        ranking.places.empty() ? tr("No tensor is measured with this scheme.")
                                               : tr("No error: every tensor is reproduced exactly."));
    ranking_pane_->setSelectedRow(selectedRow());
}

void SensitivityPlot::rebuildMap() {
    map_.set(data_, quantity_);
    updateColorScale(scale_, map_.cells(), theme().dark);
    const QFont font = smallFont();
    for (const auto& ticker : {tensor_ticker_, scheme_ticker_, depth_ticker_})
        ticker->font = font;
    tensor_ticker_->names = short_names_;
    scheme_ticker_->names = data_.schemes;
    map_rect_->axis(QCPAxis::atBottom)
        ->setRange(-0.5, std::max(0.5, static_cast<double>(map_.cells().columns) - 0.5));
    zoom().setFullRange(map_rect_->axis(QCPAxis::atLeft),
                        {-0.5, static_cast<double>(map_.cells().rows) - 0.5});
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

void SensitivityPlot::addDepthCurve(int scheme, const QColor& color, double width, const QString& name) {
    const std::vector<double> sums = costThroughDepth(data_, scheme);
    if (sums.empty()) return;
    QVector<double> depths;
    QVector<double> values;
    for (std::size_t depth = 0; depth < sums.size(); ++depth) {
        if (!(sums[depth] > 0)) continue;  // nothing to show on a logarithmic axis yet
        depths << static_cast<double>(depth);
        values << sums[depth];
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
    if (hasPlan(data_))
        addDepthCurve(planned_scheme, theme().text, ranking_ == planned_scheme ? 2.6 : 1.6, tr("plan"));
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
    const int blocks = blockCount(data_);
    for (int block = 0; block < blocks; ++block)
        depth_ticker_->names << QString::number(block);
    depth_ticker_->names << tr("out");
    zoom().setFullRange(depth_rect_->axis(QCPAxis::atBottom), {-0.3, blocks + 1.3});
}

void SensitivityPlot::drawMap(QCPPainter* painter) const {
    map_.draw(painter, map_rect_, theme());
    if (const std::optional<std::size_t> row = selectedRow())
        map_.drawFrame(painter, map_rect_, theme(), *row);
}

// --- mouse and keys

std::optional<std::size_t> SensitivityPlot::rowAt(const QPoint& point) const {
    if (map_rect_->rect().contains(point)) {
        const double row = std::floor(map_rect_->axis(QCPAxis::atLeft)->pixelToCoord(point.y()) + 0.5);
        if (row >= 0 && row < static_cast<double>(data_.rows.size())) return static_cast<std::size_t>(row);
    }
    return ranking_pane_->rowAt(point);
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
        lines << (*error > 0 ? tr("SQNR %1").arg(decibelText(SensitivityMap::decibels(*error))) : tr("exact"))
              << tr("relative error %1").arg(shareText(*error));
    };
    if (column) {
        add(data_.schemes.at(static_cast<qsizetype>(*column)), row.rel_error[*column]);
    } else if (ranking_ == planned_scheme) {
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
        column ? cellRect(map_rect_, map_.cells(), *column, *row).intersected(map_rect_->rect()) : QRectF();
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
    const std::optional<std::size_t> current = selectedRow();
    if (!current) {
        select(0);
        return true;
    }
    const std::size_t row = *current;
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
        const QString sqnr = error && *error > 0 ? cell(SensitivityMap::decibels(*error)) : QString();
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
