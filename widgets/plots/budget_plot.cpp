// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/budget_plot.h"

#include "widgets/plots/number_text.h"
#include "widgets/plots/painted.h"
#include "widgets/plots/zoom_axes.h"
#include "widgets/style/number_text.h"
#include "widgets/style/plot_style.h"
#include "widgets/style/role_text.h"
#include "widgets/style/tensor_name.h"

#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <utility>

namespace halfstep {
namespace {

constexpr int least_height_of_three = 360;  // pixels of all panes
constexpr int least_height_of_two = 250;
constexpr int grab_width = 8;  // pixels at both sides of the line
constexpr int click_slack = 3;
constexpr double near_point = 12;     // pixels
constexpr double key_step = 0.05;     // bits a weight
constexpr double large_step = 0.25;   // with Shift
constexpr double exact_share = 1e-9;  // of the largest loss: below it a plan counts as exact

}  // namespace

BudgetPlot::BudgetPlot(QWidget* parent)
    : PlotView(parent),
      role_ticker_(QSharedPointer<NameTicker>::create()),
      block_ticker_(QSharedPointer<NameTicker>::create()) {
    buildPanes();
    clear();
}

void BudgetPlot::buildPanes() {
    front_rect_ = newAxisRect();
    strip_rect_ = newAxisRect();
    depth_rect_ = newAxisRect();
    strip_title_ = newPaneTitle();
    depth_title_ = newPaneTitle();
    plot()->plotLayout()->setRowSpacing(2);
    front_rect_->setMinimumMargins(QMargins(0, 26, 12, 0));
    front_rect_->axis(QCPAxis::atLeft)->setScaleType(QCPAxis::stLogarithmic);
    front_rect_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<LogValueTicker>::create());
    front_rect_->axis(QCPAxis::atBottom)->setTicker(QSharedPointer<ValueTicker>::create());
    auto* margins = new QCPMarginGroup(plot());
    for (QCPAxisRect* rect : {strip_rect_, depth_rect_}) {
        rect->setMarginGroup(QCP::msLeft | QCP::msRight, margins);
        rect->setMinimumMargins(QMargins(0, 2, 12, 0));
        rect->axis(QCPAxis::atBottom)->setTicker(block_ticker_);
    }
    QCPAxis* roles = strip_rect_->axis(QCPAxis::atLeft);
    roles->setRangeReversed(true);
    roles->grid()->setVisible(false);
    roles->setTicker(role_ticker_);
    strip_rect_->axis(QCPAxis::atBottom)->grid()->setVisible(false);
    depth_rect_->axis(QCPAxis::atLeft)->setScaleType(QCPAxis::stLogarithmic);
    depth_rect_->axis(QCPAxis::atLeft)->setTicker(QSharedPointer<LogValueTicker>::create());
    ZoomAxes::link(strip_rect_->axis(QCPAxis::atBottom), depth_rect_->axis(QCPAxis::atBottom));

    front_ = plot()->addGraph(front_rect_->axis(QCPAxis::atBottom), front_rect_->axis(QCPAxis::atLeft));
    former_depth_ =
        plot()->addGraph(depth_rect_->axis(QCPAxis::atBottom), depth_rect_->axis(QCPAxis::atLeft));
    depth_ = plot()->addGraph(depth_rect_->axis(QCPAxis::atBottom), depth_rect_->axis(QCPAxis::atLeft));
    for (QCPGraph* graph : {front_, former_depth_, depth_})
        graph->setAntialiased(true);
    new PaintedItem(front_rect_, QStringLiteral("grid"), [this](QCPPainter* p) { drawOverBudget(p); });
    new PaintedItem(front_rect_, QStringLiteral("main"), [this](QCPPainter* p) { drawUniform(p); });
    new PaintedItem(front_rect_, QStringLiteral("main"), [this](QCPPainter* p) { drawMethods(p); });
    new PaintedItem(front_rect_, QStringLiteral("main"), [this](QCPPainter* p) { drawLegend(p); });
    new PaintedItem(
        front_rect_, QStringLiteral("main"), [this](QCPPainter* p) { drawBudgetLine(p); }, false);
    new PaintedItem(strip_rect_, QStringLiteral("main"),
                    [this](QCPPainter* p) { strip_.draw(p, strip_rect_, theme(), selected_, data_.cells); });
    connect(plot(), &QCustomPlot::afterLayout, this, &BudgetPlot::fitLabels);
    arrange();
}

// The curve always; the others where there is height for them.
void BudgetPlot::arrange() {
    const int height = plot()->height();
    const int panes = height >= least_height_of_three ? 3 : height >= least_height_of_two ? 2 : 1;
    if (panes == panes_) return;
    panes_ = panes;
    const bool strip = panes >= 2;
    const bool depth = panes == 3;
    QCPLayoutGrid* grid = plot()->plotLayout();
    const std::initializer_list<std::pair<QCPLayoutElement*, bool>> elements{{front_rect_, true},
                                                                             {strip_title_, strip},
                                                                             {strip_rect_, strip},
                                                                             {depth_title_, depth},
                                                                             {depth_rect_, depth}};
    for (const auto& [element, shown] : elements)
        if (element->layout() == grid) grid->take(element);
    grid->simplify();
    for (const auto& [element, shown] : elements) {
        element->setVisible(shown);
        if (shown)
            grid->addElement(grid->rowCount(), 0, element);
        else
            element->setOuterRect({});
    }
    grid->setRowStretchFactor(0, 1.55);
    for (int row = 1; row < grid->rowCount(); row += 2)
        grid->setRowStretchFactor(row, 0.001);
    if (depth) grid->setRowStretchFactor(4, 0.62);
    strip_rect_->axis(QCPAxis::atBottom)->setTickLabels(!depth);
    replotSoon();
}

void BudgetPlot::setData(BudgetData data) {
    data_ = std::move(data);
    if (data_.cells.empty()) {
        clear();
    } else {
        dataChanged();
    }
}

void BudgetPlot::setSelectedTensor(const QString& tensor) {
    if (selected_ == tensor) return;
    selected_ = tensor;
    replotSoon();
}

QString BudgetPlot::title() const {
    return tr("Budget");
}

QString BudgetPlot::emptySentence() const {
    return tr("Open a model to find its best plan for a size.");
}

QString BudgetPlot::summary() const {
    if (data_.cells.empty()) return {};
    QString text = tr("Budget %1 bits a weight.").arg(bitsText(data_.budget));
    if (data_.best)
        text += u' ' +
                tr("Least error %1 at %2.").arg(shortNumber(data_.best->loss), sizeText(data_.best->bytes));
    return text;
}

double BudgetPlot::lowestLoss() const {
    if (!data_.hasFront()) return 0;
    double most = 0;
    for (const BudgetData::Point& point : *data_.front)
        most = std::max(most, point.loss);
    double least = most;
    for (const BudgetData::Point& point : *data_.front)
        if (point.loss > exact_share * most) least = std::min(least, point.loss);
    return least;
}

void BudgetPlot::rebuild() {
    stylePlot(plot());
    for (QCPAxisRect* rect : {front_rect_, strip_rect_, depth_rect_})
        styleAxisRect(rect, theme());
    for (QCPTextElement* text : {strip_title_, depth_title_}) {
        text->setFont(smallFont());
        text->setTextColor(theme().text);
    }
    rebuildFront();
    rebuildStrip();
    rebuildDepth();
    fitLabels();
}

// The curve anew where it is another one.
void BudgetPlot::rebuildFront() {
    if (shown_front_ != data_.front) {
        shown_front_ = data_.front;
        QVector<double> bits;
        QVector<double> losses;
        const double least = lowestLoss();
        if (data_.hasFront()) {
            for (const BudgetData::Point& point : *data_.front) {
                if (!(point.loss >= least) || !(point.loss > 0)) continue;
                bits << point.bits;
                losses << point.loss;
            }
        }
        front_->setData(bits, losses, true);
    }
    front_->setPen(QPen(theme().seriesColor(0), 2.4));
    scaleFront();
}

void BudgetPlot::scaleFront() {
    bool found = false;
    const QCPRange losses = front_->getValueRange(found);
    const QCPRange bits = front_->getKeyRange(found);
    double low = found ? losses.lower : std::numeric_limits<double>::infinity();
    double high = found ? losses.upper : 0;
    double last = std::max(data_.budget, found ? bits.upper : 0);
    for (const BudgetData::Named& uniform : data_.uniform) {
        if (!(uniform.at.loss > exact_share * high)) continue;
        high = std::max(high, uniform.at.loss);
        low = std::min(low, uniform.at.loss);
        last = std::max(last, uniform.at.bits);
    }
    const bool any = high > 0 && data_.hasFront();
    front_rect_->axis(QCPAxis::atLeft)->setRange(any ? low / 1.6 : 0.1, any ? high * 1.6 : 1);
    front_rect_->axis(QCPAxis::atBottom)->setLabel(tr("bits a weight"));
    const double first = data_.hasFront() ? std::min(data_.front->front().bits, data_.budget) : 0;
    const double pad = std::max(0.1, 0.04 * (last - first));
    zoom().setFullRange(front_rect_->axis(QCPAxis::atBottom), {first - pad, last + pad});
}

void BudgetPlot::rebuildStrip() {
    strip_.set(data_.cells);
    role_ticker_->names = strip_.rowNames();
    block_ticker_->names = strip_.columnNames();
    for (const auto& ticker : {role_ticker_, block_ticker_})
        ticker->font = smallFont();
    strip_rect_->axis(QCPAxis::atLeft)->setRange(-0.5, static_cast<double>(strip_.rows()) - 0.5);
    zoom().setFullRange(strip_rect_->axis(QCPAxis::atBottom),
                        {-0.5, static_cast<double>(strip_.columns()) - 0.5});
    const QString changes = changesText();
    strip_title_->setText(changes.isEmpty() ? tr("Bits a weight by depth and role")
                                            : tr("Bits a weight by depth and role: %1").arg(changes));
}

QString BudgetPlot::changesText() const {
    int more = 0;
    int fewer = 0;
    int others = 0;
    for (const BudgetData::Cell& cell : data_.cells) {
        if (cell.scheme == cell.former_scheme) continue;
        if (cell.bits > cell.former_bits)
            ++more;
        else if (cell.bits < cell.former_bits)
            ++fewer;
        else
            ++others;
    }
    QStringList parts;
    if (more > 0) parts << tr("%n got more bits", nullptr, more);
    if (fewer > 0) parts << tr("%n got fewer", nullptr, fewer);
    if (others > 0) parts << tr("%n changed", nullptr, others);
    return parts.join(QStringLiteral(", "));
}

void BudgetPlot::rebuildDepth() {
    double low = std::numeric_limits<double>::infinity();
    const auto fill = [&](QCPGraph* graph, bool former) {
        QVector<double> columns;
        QVector<double> errors;
        const auto sums = strip_.accumulatedError(data_.cells, former);
        for (std::size_t column = 0; column < sums.size(); ++column) {
            if (!sums[column] || !(*sums[column] > 0)) continue;
            low = std::min(low, 100 * *sums[column]);
            columns << static_cast<double>(column);
            errors << 100 * *sums[column];
        }
        graph->setData(columns, errors, true);
        return errors.isEmpty() ? 0.0 : errors.last();
    };
    const double now = fill(depth_, false);
    const double before = fill(former_depth_, true);
    depth_->setPen(QPen(theme().seriesColor(0), 2.2));
    former_depth_->setPen(QPen(theme().mutedText, 1.2, Qt::DashLine));
    former_depth_->setVisible(std::abs(now - before) > 1e-9);
    const bool few = strip_.columns() < 16;
    depth_->setScatterStyle(few ? QCPScatterStyle(QCPScatterStyle::ssDisc, 4) : QCPScatterStyle());
    const double high = std::max(now, before);
    depth_rect_->axis(QCPAxis::atLeft)->setRange(high > 0 ? low / 1.5 : 0.1, high > 0 ? high * 1.5 : 1);
    depth_rect_->axis(QCPAxis::atLeft)->setLabel(QStringLiteral("%"));
    const bool blocks =
        std::ranges::any_of(data_.cells, [](const BudgetData::Cell& cell) { return cell.block.has_value(); });
    depth_rect_->axis(QCPAxis::atBottom)->setLabel(blocks ? tr("block") : tr("layer"));
    depth_title_->setText(
        former_depth_->visible()
            ? tr("Relative error accumulated through the depth, Π(1 + ε) − 1; dashed: before")
            : tr("Relative error accumulated through the depth, Π(1 + ε) − 1"));
}

void BudgetPlot::plotResized() {
    arrange();
    fitLabels();
}

void BudgetPlot::fitLabels() {
    const QFontMetrics metrics(smallFont());
    for (QCPAxisRect* rect : {front_rect_, depth_rect_})
        rect->axis(QCPAxis::atLeft)
            ->ticker()
            ->setTickCount(std::max(2, rect->height() / (2 * metrics.height())));
    const QString label = tr("Σ sensitivity · relative error²");
    const bool has_room = metrics.horizontalAdvance(label) <= front_rect_->outerRect().height();
    front_rect_->axis(QCPAxis::atLeft)->setLabel(has_room ? label : tr("Σ error²"));
    bool changed =
        role_ticker_->fit(strip_rect_->height(), metrics.height(), std::max(70, plot()->width() / 5));
    changed |=
        block_ticker_->fit(strip_rect_->width(), metrics.horizontalAdvance(QStringLiteral("0000")), 60);
    if (changed) replotSoon();
}

// --- mouse and keys
// ----------------------------------------------------------------------------------------------

double BudgetPlot::budgetPixel() const {
    return front_rect_->axis(QCPAxis::atBottom)->coordToPixel(data_.budget);
}

QPointF BudgetPlot::pixelOf(const BudgetData::Point& point) const {
    const QCPAxis* losses = front_rect_->axis(QCPAxis::atLeft);
    return {front_rect_->axis(QCPAxis::atBottom)->coordToPixel(point.bits),
            losses->coordToPixel(std::max(point.loss, losses->range().lower))};
}

void BudgetPlot::moveBudget(double bits) {
    if (!data_.hasFront()) return;
    const double low = data_.front->front().bits;
    const double high = data_.front->back().bits;
    const double moved = std::clamp(bits, low, std::max(low, high));
    if (moved != data_.budget) emit budgetDragged(moved);
}

bool BudgetPlot::mousePressed(QMouseEvent* event) {
    pressed_at_ = event->position().toPoint();
    if (event->button() != Qt::LeftButton || !hasData()) return false;
    const QRect reach = front_rect_->rect().adjusted(0, -front_rect_->margins().top(), 0, 0);
    const double distance = event->position().x() - budgetPixel();
    if (!reach.contains(pressed_at_) || std::abs(distance) > grab_width) return false;
    dragging_ = true;
    grab_offset_ = distance;
    readOut()->hide();
    return true;
}

bool BudgetPlot::mouseMoved(QMouseEvent* event) {
    const QPointF point = event->position();
    if (dragging_) {
        moveBudget(front_rect_->axis(QCPAxis::atBottom)->pixelToCoord(point.x() - grab_offset_));
        return true;
    }
    if (event->buttons() != Qt::NoButton) return false;
    const bool over_front = front_rect_->rect().contains(point.toPoint());
    const bool on_line = hasData() && std::abs(point.x() - budgetPixel()) <= grab_width &&
                         point.y() < front_rect_->rect().bottom();
    plot()->setCursor(on_line ? Qt::SizeHorCursor : Qt::ArrowCursor);
    if (const BitStrip::Field* field = strip_.at(strip_rect_, point)) {
        readOut()->showCell(point, describeField(*field), strip_.place(strip_rect_, *field));
        replotOverlay();
    } else if (over_front && hasData()) {
        readOut()->show(point, describeFront(point));
        replotOverlay();
    } else {
        mouseLeft();
    }
    return false;
}

bool BudgetPlot::mouseReleased(QMouseEvent* event) {
    if (std::exchange(dragging_, false)) {
        emit budgetReleased();
        return true;
    }
    const QPoint point = event->position().toPoint();
    if (event->button() != Qt::LeftButton || (point - pressed_at_).manhattanLength() > click_slack)
        return false;
    if (const BitStrip::Field* field = strip_.at(strip_rect_, point)) {
        setSelectedTensor(data_.cells[field->cells.front()].tensor);
        emit tensorSelected(selected_);
    }
    return false;
}

bool BudgetPlot::keyPressed(QKeyEvent* event) {
    const bool left = event->key() == Qt::Key_Left;
    if ((!left && event->key() != Qt::Key_Right) || !hasData()) return PlotView::keyPressed(event);
    const double step = (event->modifiers() & Qt::ShiftModifier) != 0 ? large_step : key_step;
    moveBudget(data_.budget + (left ? -step : step));
    return true;
}

bool BudgetPlot::keyReleased(QKeyEvent* event) {
    const bool moved = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (!moved || event->isAutoRepeat()) return PlotView::keyReleased(event);
    emit budgetReleased();
    return true;
}

void BudgetPlot::addToMenu(QMenu& menu, const QPoint& position) {
    const BitStrip::Field* field = strip_.at(strip_rect_, position);
    if (field == nullptr) return;
    QStringList tensors;
    for (const std::size_t i : field->cells)
        tensors << data_.cells[i].tensor;
    const QString name = tensors.size() == 1 ? shortTensorName(tensors.front())
                                             : tr("%n tensors", nullptr, static_cast<int>(tensors.size()));
    const bool lock = !field->locked;
    menu.addAction(lock ? tr("&Lock %1 at its scheme").arg(name) : tr("Un&lock %1").arg(name), this,
                   [this, tensors, lock] { emit lockRequested(tensors, lock); });
}

QStringList BudgetPlot::describeFront(const QPointF& point) const {
    const BudgetData::Named* nearest = nullptr;
    double distance = near_point;
    for (const auto* list : {&data_.uniform, &data_.methods}) {
        for (const BudgetData::Named& named : *list) {
            const QPointF offset = pixelOf(named.at) - point;
            const double away = std::hypot(offset.x(), offset.y());
            if (away >= distance) continue;
            distance = away;
            nearest = &named;
        }
    }
    if (nearest != nullptr) {
        QStringList lines{
            nearest->name,
            tr("%1 bits a weight, %2").arg(bitsText(nearest->at.bits), sizeText(nearest->at.bytes)),
            tr("error %1").arg(shortNumber(nearest->at.loss))};
        if (data_.best && data_.best->loss > 0 && std::abs(nearest->at.bits - data_.best->bits) < 0.02)
            lines << tr("%1 times the best").arg(shortNumber(nearest->at.loss / data_.best->loss, 3));
        return lines;
    }
    const double bits = front_rect_->axis(QCPAxis::atBottom)->pixelToCoord(point.x());
    if (!data_.hasFront()) return {};
    const auto after = std::ranges::upper_bound(*data_.front, bits, {}, &BudgetData::Point::bits);
    if (after == data_.front->begin()) return {tr("No plan is as small as this.")};
    const BudgetData::Point& corner = *std::prev(after);
    return {tr("Best plan of %1 bits a weight").arg(bitsText(std::round(corner.bits * 1000) / 1000)),
            tr("%1, error %2").arg(sizeText(corner.bytes), shortNumber(corner.loss))};
}

QStringList BudgetPlot::describeField(const BitStrip::Field& field) const {
    constexpr std::size_t most = 6;
    QStringList lines;
    for (std::size_t n = 0; n < std::min(most, field.cells.size()); ++n) {
        const BudgetData::Cell& cell = data_.cells[field.cells[n]];
        lines << cell.tensor;
        QString figures = tr("%1: %2 bits").arg(cell.scheme, bitsText(cell.bits));
        if (cell.rel_error) figures += tr(", relative error %1").arg(shareText(*cell.rel_error));
        lines << figures;
        if (cell.scheme != cell.former_scheme)
            lines << tr("before: %1, %2 bits").arg(cell.former_scheme, bitsText(cell.former_bits));
        if (cell.locked) lines << tr("locked");
    }
    if (field.cells.size() > most)
        lines << tr("and %n more", nullptr, static_cast<int>(field.cells.size() - most));
    return lines;
}

PlotTable BudgetPlot::table() const {
    PlotTable table;
    table.headers = {
        QStringLiteral("kind"),      QStringLiteral("name"),  QStringLiteral("bits per weight [bit]"),
        QStringLiteral("bytes"),     QStringLiteral("loss"),  QStringLiteral("scheme"),
        QStringLiteral("rel_error"), QStringLiteral("locked")};
    const auto add = [&table](const char* kind, const QString& name, const BudgetData::Point& point) {
        table.rows.push_back({QString::fromLatin1(kind),
                              name,
                              cell(point.bits),
                              cell(point.bytes),
                              cell(point.loss),
                              {},
                              {},
                              {}});
    };
    if (data_.hasFront())
        for (const BudgetData::Point& point : *data_.front)
            add("front", {}, point);
    for (const BudgetData::Named& named : data_.uniform)
        add("uniform", named.name, named.at);
    for (const BudgetData::Named& named : data_.methods)
        add("method", named.name, named.at);
    if (data_.plan) add("plan", {}, *data_.plan);
    for (const BudgetData::Cell& of : data_.cells)
        table.rows.push_back({QStringLiteral("tensor"),
                              of.tensor,
                              cell(of.bits),
                              {},
                              {},
                              of.scheme,
                              cell(of.rel_error),
                              of.locked ? QStringLiteral("1") : QStringLiteral("0")});
    return table;
}

}  // namespace halfstep
