// SPDX-License-Identifier: GPL-3.0-or-later
// What ComparePlot paints: the table's rows and bars, the radar and its note.
#include "widgets/plots/compare_plot.h"
#include "widgets/style/plot_style.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

void ComparePlot::drawTable(QCPPainter* painter, const QRect& rect) const {
    if (figures_.empty()) return;
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    std::vector<double> tops;
    for (std::size_t column = 0; column < figures_.size(); ++column) {
        const Figure& figure = figures_[column];
        double top = 0;
        for (const std::optional<double>& value : figure.values) {
            if (value && std::isfinite(*value)) top = std::max(top, *value);
        }
        tops.push_back(top);
        const QRectF head =
            columnRect(column, QRectF(rect.left(), rect.top(), rect.width(), metrics.height()));
        painter->setPen(theme().text);
        painter->drawText(head, Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(figure.name, Qt::ElideRight, head.width()));
        if (hintLines() == 0) continue;
        painter->setPen(theme().faintText);
        const double hint_height = headerHeight() - 8 - metrics.height();
        painter->drawText(QRectF(head.left(), head.bottom(), head.width(), hint_height),
                          Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap | Qt::TextDontClip, figure.hint);
    }
    for (std::size_t index = 0; index < rowsShown(); ++index)
        drawRow(painter, index, tops);
    if (rowsShown() == schemes_.size()) return;
    painter->setPen(theme().mutedText);
    painter->drawText(rowRect(rowsShown()), Qt::AlignLeft | Qt::AlignVCenter,
                      tr("and %n more", nullptr, static_cast<int>(schemes_.size() - rowsShown())));
}

void ComparePlot::drawRow(QCPPainter* painter, std::size_t index, const std::vector<double>& tops) const {
    const QRectF row = rowRect(index);
    const ComparedScheme& scheme = schemes_[index];
    const QColor color = colorOf(index);
    painter->setPen(Qt::NoPen);
    if (selected_ == index) {
        painter->setBrush(theme().raised);
        painter->drawRoundedRect(row.adjusted(-4, 1, 0, -1), 4, 4);
    }
    const QFontMetricsF metrics(painter->font());
    painter->setBrush(color);
    painter->drawRoundedRect(QRectF(row.left() + 1, row.center().y() - 5, 10, 10), 2, 2);
    painter->setPen(theme().text);
    const double name_width = namesWidth(row.width()) - 24;
    painter->drawText(QRectF(row.left() + 17, row.top(), name_width, row.height()),
                      Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(scheme.label, Qt::ElideRight, name_width));
    if (!scheme.measurement.refused.empty()) {
        const QRectF reason = columnRect(0, row).united(columnRect(figures_.size() - 1, row));
        painter->setPen(theme().mutedText);
        painter->drawText(reason, Qt::AlignLeft | Qt::AlignVCenter,
                          metrics.elidedText(QString::fromStdString(scheme.measurement.refused),
                                             Qt::ElideRight, reason.width()));
        return;
    }
    for (std::size_t column = 0; column < figures_.size(); ++column) {
        const Figure& figure = figures_[column];
        const QRectF cell = columnRect(column, row);
        const std::optional<double>& value = figure.values[index];
        const double share = !value               ? 0
                             : std::isinf(*value) ? 1
                             : tops[column] > 0   ? *value / tops[column]
                                                  : 0;
        const QRectF track(cell.left(), cell.center().y() + metrics.height() / 2 - 1, cell.width() - 4, 4);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme().grid);
        painter->drawRoundedRect(track, 2, 2);
        painter->setBrush(color);
        if (share > 0)
            painter->drawRoundedRect(QRectF(track.topLeft(), QSizeF(std::max(2.0, share * track.width()), 4)),
                                     2, 2);
        double best = figure.less_is_better ? infinity : -infinity;
        for (const std::optional<double>& other : figure.values) {
            if (other) best = figure.less_is_better ? std::min(best, *other) : std::max(best, *other);
        }
        QFont font = smallFont();
        font.setBold(value && *value == best);
        painter->setFont(font);
        painter->setPen(theme().text);
        painter->drawText(cell.adjusted(0, -4, 0, -4), Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetricsF(font).elidedText(figure.texts[index], Qt::ElideRight, cell.width()));
        painter->setFont(smallFont());
    }
}

// Above its note. Beside the table it stands at the middle of that, however tall the pane is.
QRectF ComparePlot::radarArea(const QRect& pane) const {
    const double note = 2.5 * QFontMetrics(smallFont()).height();
    const QRectF all = QRectF(pane).adjusted(0, 0, 0, -note);
    if (wide_ != true) return all;
    const double height = std::min(all.height(), all.width());
    const double table = rowRect(rowsShown() - 1).bottom() - pane.top();
    const double above = std::clamp((table - height - note) / 2, 0.0, all.height() - height);
    return {all.left(), all.top() + above, all.width(), height};
}

void ComparePlot::drawRadarPane(QCPPainter* painter, const QRect& rect) const {
    painter->setFont(smallFont());
    const int line = QFontMetrics(smallFont()).height();
    const std::size_t shown = onRadar().size();
    if (shown == 0) return;
    const QRectF area = radarArea(rect);
    drawRadar(painter, area, radar(), theme());
    const auto applicable = std::count_if(schemes_.begin(), schemes_.end(), [](const ComparedScheme& scheme) {
        return scheme.measurement.refused.empty();
    });
    QString note = tr("Outside is best, among the schemes shown.");
    if (static_cast<std::size_t>(applicable) > shown) {
        note += u'\n' + tr("%1 of %2: click a row to bring it in.").arg(shown).arg(applicable);
    }
    painter->setPen(theme().faintText);
    painter->drawText(QRectF(rect.left(), area.bottom() + 0.2 * line, rect.width(), 2.3 * line),
                      Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, note);
}

}  // namespace halfstep
