// SPDX-License-Identifier: GPL-3.0-or-later
// What BudgetPlot paints over its curve: uniform plans, what others choose, and the budget.
#include "widgets/plots/budget_plot.h"
#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

constexpr double handle_height = 18;

double legendLine() {
    return QFontMetricsF(smallFont()).height() + 2;
}

QPolygonF diamond(const QPointF& at, double size) {
    return QPolygonF(
        {at + QPointF(0, -size), at + QPointF(size, 0), at + QPointF(0, size), at + QPointF(-size, 0)});
}

QPolygonF triangle(const QPointF& at, double size) {
    return QPolygonF(
        {at + QPointF(0, -size), at + QPointF(size, size * 0.8), at + QPointF(-size, size * 0.8)});
}

QPolygonF square(const QPointF& at, double size) {
    return QPolygonF(QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size));
}

// The mark of a method, by its place in the list.
QPolygonF methodMark(std::size_t index, const QPointF& at) {
    return index == 0 ? diamond(at, 6) : index == 1 ? square(at, 4.5) : triangle(at, 6);
}

}  // namespace

void BudgetPlot::drawOverBudget(QCPPainter* painter) const {
    if (!data_.hasFront()) return;
    QRectF over = front_rect_->rect();
    over.setLeft(std::clamp(budgetPixel(), over.left(), over.right()));
    QColor shade = theme().mutedText;
    shade.setAlpha(theme().dark ? 34 : 26);
    painter->fillRect(over, shade);
}

// One scheme for all: a point each, named where the name has room.
void BudgetPlot::drawUniform(QCPPainter* painter) const {
    painter->setFont(smallFont());
    painter->setAntialiasing(true);
    const QFontMetricsF metrics(painter->font());
    const QRectF area = front_rect_->rect();
    std::vector<QRectF> taken;
    const auto is_free = [&](const QRectF& box) {
        return area.contains(box) &&
               std::ranges::none_of(taken, [&](const QRectF& other) { return other.intersects(box); });
    };
    for (const BudgetData::Named& named : data_.uniform) {
        const QPointF at = pixelOf(named.at);
        taken.push_back(QRectF(at.x() - 5, at.y() - 5, 10, 10));
    }
    const double line = budgetPixel();
    taken.push_back(QRectF(line - 2, area.top(), 4, area.height()));
    taken.push_back(legendBox(legendNames()));
    for (const BudgetData::Named& named : data_.uniform) {
        const QPointF at = pixelOf(named.at);
        if (!area.contains(at)) continue;
        painter->setPen(QPen(theme().surface, 1));
        painter->setBrush(theme().mutedText);
        painter->drawPolygon(diamond(at, 4.5));
        const double width = metrics.horizontalAdvance(named.name) + 2;
        for (const QPointF& corner :
             {at + QPointF(8, -metrics.height() + 2), at + QPointF(-width / 2, -metrics.height() - 6),
              at + QPointF(8, 0), at + QPointF(-width - 8, -metrics.height() + 2)}) {
            const QRectF box(corner, QSizeF(width, metrics.height()));
            if (!is_free(box)) continue;
            taken.push_back(box);
            painter->setPen(theme().mutedText);
            painter->drawText(box, Qt::AlignLeft | Qt::AlignVCenter, named.name);
            break;
        }
    }
}

void BudgetPlot::drawMethods(QCPPainter* painter) const {
    if (!data_.hasFront()) return;
    painter->setAntialiasing(true);
    const QRectF area = front_rect_->rect();
    for (std::size_t i = 0; i < data_.methods.size(); ++i) {
        const QPointF at = pixelOf(data_.methods[i].at);
        if (!area.contains(at)) continue;
        painter->setPen(QPen(theme().surface, 1));
        painter->setBrush(theme().seriesColor(static_cast<qsizetype>(i) + 1));
        painter->drawPolygon(methodMark(i, at));
    }
    if (!data_.plan) return;
    const QPointF at = pixelOf(*data_.plan);
    painter->setPen(QPen(theme().surface, 1.5));
    painter->setBrush(theme().accent);
    painter->drawEllipse(at, 6, 6);
}

void BudgetPlot::drawBudgetLine(QCPPainter* painter) const {
    const QRectF area = front_rect_->rect();
    const double x = budgetPixel();
    if (!data_.hasFront() || x < area.left() - 1 || x > area.right() + 1) return;
    painter->setAntialiasing(false);
    painter->setPen(QPen(theme().accent, 2));
    painter->drawLine(QPointF(x, area.top() - 4), QPointF(x, area.bottom()));
    QString label = tr("%1 bits").arg(bitsText(std::round(data_.budget * 1000) / 1000));
    if (data_.best) label += QStringLiteral(" · ") + sizeText(data_.budget_bytes);
    if (data_.gap > 0) label += QStringLiteral(" · ") + tr("gap %1").arg(shareText(data_.gap));
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    QRectF handle(0, area.top() - 4 - handle_height, metrics.horizontalAdvance(label) + 16, handle_height);
    handle.moveLeft(std::clamp(x - handle.width() / 2, area.left(),
                               std::max(area.left(), area.right() - handle.width())));
    painter->setAntialiasing(true);
    painter->setPen(Qt::NoPen);
    painter->setBrush(theme().accent);
    painter->drawRoundedRect(handle, 4, 4);
    painter->setPen(theme().accentText);
    painter->drawText(handle, Qt::AlignCenter, label);
}

bool BudgetPlot::isBesideBudget(const QRectF& place) const {
    const double line = budgetPixel();
    return front_rect_->rect().contains(place.toAlignedRect()) &&
           (line < place.left() - 3 || line > place.right() + 3);
}

// The curve falls: between two sides of a box it is no higher than at the left one and no lower than at the
// right.
bool BudgetPlot::isFree(const QRectF& place) const {
    if (!isBesideBudget(place)) return false;
    const QCPAxis* bits = front_rect_->axis(QCPAxis::atBottom);
    const auto corner_after = [&](double x) {
        return std::ranges::upper_bound(*data_.front, bits->pixelToCoord(x), {}, &BudgetData::Point::bits);
    };
    const auto left = corner_after(place.left());
    const auto right = corner_after(place.right());
    const bool curve_is_below = left == data_.front->begin()
                                    ? right == left || pixelOf(*left).y() > place.bottom()
                                    : pixelOf(*(left - 1)).y() > place.bottom();
    const bool curve_is_above = right == data_.front->end() ? pixelOf(data_.front->back()).y() < place.top()
                                                            : pixelOf(*right).y() < place.top();
    return (curve_is_below || curve_is_above) &&
           std::ranges::none_of(data_.uniform, [&](const BudgetData::Named& uniform) {
               return place.contains(pixelOf(uniform.at));
           });
}

QRectF BudgetPlot::legendBox(const std::vector<QString>& names) const {
    const QFontMetricsF metrics(smallFont());
    double widest = 0;
    for (const QString& name : names)
        widest = std::max(widest, metrics.horizontalAdvance(name));
    const QSizeF size(widest + 32, legendLine() * static_cast<double>(names.size()) + 8);
    const QRectF area = front_rect_->rect();
    if (!data_.hasFront() || size.width() > area.width() * 0.7 || size.height() > area.height() * 0.8)
        return {};
    const double upper = area.top() + 6;
    const double lower = area.bottom() - size.height() - 8;
    const std::array<QRectF, 4> places{
        QRectF({area.right() - size.width() - 6, upper}, size), QRectF({area.left() + 8, lower}, size),
        QRectF({budgetPixel() - size.width() - 8, upper}, size), QRectF({budgetPixel() + 8, lower}, size)};
    for (const QRectF& place : places)
        if (isFree(place)) return place;
    if (size.height() > area.height() * 0.6) return {};
    const auto* beside =
        std::ranges::find_if(places, [this](const QRectF& place) { return isBesideBudget(place); });
    return beside == places.end() ? places.front() : *beside;
}

std::vector<QString> BudgetPlot::legendNames() const {
    std::vector<QString> names{tr("best plan for each size"), tr("one scheme for all"), tr("the plan")};
    for (const BudgetData::Named& method : data_.methods)
        names.push_back(method.name);
    return names;
}

void BudgetPlot::drawLegend(QCPPainter* painter) const {
    painter->setFont(smallFont());
    if (!data_.hasFront()) {
        painter->setPen(theme().mutedText);
        painter->drawText(front_rect_->rect().adjusted(24, 8, -24, -8), Qt::AlignCenter | Qt::TextWordWrap,
                          data_.note);
        return;
    }
    painter->setAntialiasing(true);
    const std::vector<QString> names = legendNames();
    const QRectF box = legendBox(names);
    if (box.isEmpty()) return;
    const double line = legendLine();
    QColor background = theme().surface;
    background.setAlpha(225);
    painter->setPen(QPen(theme().border, 1));
    painter->setBrush(background);
    painter->drawRoundedRect(box, 3, 3);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const QPointF at(box.left() + 13, box.top() + 4 + line * (static_cast<double>(i) + 0.5));
        painter->setPen(QPen(theme().surface, 1));
        if (i == 0) {
            painter->setPen(QPen(theme().seriesColor(0), 2.4));
            painter->drawLine(at + QPointF(-8, 0), at + QPointF(8, 0));
        } else if (i == 1) {
            painter->setBrush(theme().mutedText);
            painter->drawPolygon(diamond(at, 4.5));
        } else if (i == 2) {
            painter->setBrush(theme().accent);
            painter->drawEllipse(at, 5, 5);
        } else {
            painter->setBrush(theme().seriesColor(static_cast<qsizetype>(i) - 2));
            painter->drawPolygon(methodMark(i - 3, at));
        }
        painter->setPen(theme().text);
        painter->drawText(QRectF(box.left() + 26, at.y() - line / 2, box.width() - 28, line),
                          Qt::AlignLeft | Qt::AlignVCenter, names[i]);
    }
}

}  // namespace halfstep
