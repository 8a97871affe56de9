// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/cost_ranking_pane.h"

#include "widgets/style/number_text.h"
#include "widgets/style/theme.h"

#include <algorithm>

namespace halfstep {
namespace {

constexpr double widest_name = 0.55;  // of a line

int lineHeight() {
    return QFontMetrics(smallFont()).height() + 5;
}

}  // namespace

CostRankingPane::CostRankingPane(QCustomPlot* plot) : QCPLayoutElement(plot) {
    setMinimumSize(120, 60);
}

void CostRankingPane::show(const CostRanking& ranking, const QStringList& names, const QColor& bars,
                           const QString& sentence) {
    ranking_ = ranking;
    names_ = names;
    bars_ = bars;
    sentence_ = sentence;
}

std::size_t CostRankingPane::placesShown() const {
    return std::min(ranking_.places.size(),
                    static_cast<std::size_t>(std::max(1, rect().height() / lineHeight())));
}

QRectF CostRankingPane::lineOf(std::size_t place) const {
    const int line = lineHeight();
    return QRectF(rect().left() + 4, rect().top() + static_cast<double>(place) * line, rect().width() - 16,
                  line);
}

std::optional<std::size_t> CostRankingPane::rowAt(const QPoint& point) const {
    for (std::size_t place = 0; place < placesShown(); ++place) {
        if (lineOf(place).contains(point)) return ranking_.places[place].row;
    }
    return std::nullopt;
}

void CostRankingPane::applyDefaultAntialiasingHint(QCPPainter* painter) const {
    painter->setAntialiasing(true);
}

void CostRankingPane::draw(QCPPainter* painter) {
    painter->setFont(smallFont());
    if (!(ranking_.total > 0)) {
        painter->setPen(themeOf(mParentPlot).mutedText);
        painter->drawText(rect(), Qt::AlignCenter, sentence_);
        return;
    }
    const QFontMetricsF metrics(painter->font());
    double longest = 0;
    for (std::size_t place = 0; place < placesShown(); ++place)
        longest = std::max(longest, metrics.horizontalAdvance(
                                        names_.at(static_cast<qsizetype>(ranking_.places[place].row))));
    for (std::size_t place = 0; place < placesShown(); ++place)
        drawPlace(painter, place, std::min(lineOf(place).width() * widest_name, longest));
}

void CostRankingPane::drawPlace(QCPPainter* painter, std::size_t place, double name_width) const {
    const Theme& theme = themeOf(mParentPlot);
    const QFontMetricsF metrics(painter->font());
    const double number_width = metrics.horizontalAdvance(QStringLiteral("00.00 %")) + 6;
    const auto [row, cost] = ranking_.places[place];
    const bool selected = row == selected_;
    const QRectF line = lineOf(place);
    painter->setPen(selected ? theme.accent : theme.text);
    painter->drawText(
        QRectF(line.left(), line.top(), name_width, line.height()), Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(names_.at(static_cast<qsizetype>(row)), Qt::ElideMiddle, name_width));

    const QRectF whole(line.left() + name_width + 6, line.top() + 2,
                       line.width() - name_width - number_width - 8, line.height() - 4);
    painter->setPen(Qt::NoPen);
    painter->setBrush(theme.grid);
    painter->drawRoundedRect(whole, 2, 2);
    painter->setBrush(selected ? theme.accent : bars_);
    const double length = whole.width() * cost / ranking_.places.front().cost;
    painter->drawRoundedRect(QRectF(whole.topLeft(), QSizeF(std::max(1.0, length), whole.height())), 2, 2);

    painter->setPen(theme.mutedText);
    painter->drawText(QRectF(whole.right() + 2, line.top(), number_width, line.height()),
                      Qt::AlignRight | Qt::AlignVCenter, shareText(cost / ranking_.total));
}

}  // namespace halfstep
