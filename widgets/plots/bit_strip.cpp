// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/bit_strip.h"

#include "widgets/style/color_maps.h"
#include "widgets/style/number_text.h"
#include "widgets/style/role_text.h"
#include "widgets/style/theme.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace halfstep {
namespace {

constexpr double least_mark = 2.5;  // pixels

QString text(const char* source) {
    return QCoreApplication::translate("halfstep::BitStrip", source);
}

// Tensors at the ends have rows of their own only where there are no blocks: else they share one.
bool isAtAnEnd(Role role) {
    return role == Role::token_embedding || role == Role::position_embedding || role == Role::output_head;
}

}  // namespace

void BitStrip::set(const std::vector<BudgetData::Cell>& cells) {
    placeColumns(cells);
    placeRows(cells);
    std::map<std::pair<std::size_t, std::size_t>, Field> fields;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        Field& field = fields[{row_of_[i], column_of_[i]}];
        field.row = row_of_[i];
        field.column = column_of_[i];
        field.cells.push_back(i);
    }
    fields_.clear();
    map_ = {};
    map_.columns = columns();
    map_.rows = rows();
    map_.values.assign(map_.columns * map_.rows, std::numeric_limits<double>::quiet_NaN());
    map_.extent = QRectF(-0.5, -0.5, static_cast<double>(map_.columns), static_cast<double>(map_.rows));
    for (auto& [place, field] : fields) {
        double elements = 0;
        field.locked = true;
        for (const std::size_t i : field.cells) {
            const auto count = static_cast<double>(std::max<std::uint64_t>(1, cells[i].elements));
            elements += count;
            field.bits += count * cells[i].bits;
            field.former_bits += count * cells[i].former_bits;
            field.locked = field.locked && cells[i].locked;
        }
        field.bits /= elements;
        field.former_bits /= elements;
        map_.values[field.row * map_.columns + field.column] = field.bits;
        fields_.push_back(std::move(field));
    }
    // Ends of the scale that stay while a budget is dragged: 2 to 8 bits, or as far as the plan goes.
    map_.range = {2, 8.5};
    for (const Field& field : fields_)
        map_.range.expand(field.bits);
    map_.range.upper = std::min(map_.range.upper, 16.0);
}

void BitStrip::placeColumns(const std::vector<BudgetData::Cell>& cells) {
    column_of_.assign(cells.size(), 0);
    column_names_.clear();
    int blocks = 0;
    for (const BudgetData::Cell& cell : cells)
        if (cell.block) blocks = std::max(blocks, *cell.block + 1);
    if (blocks == 0) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            column_of_[i] = i;
            column_names_ << QString::number(i);
        }
        return;
    }
    bool seen_block = false;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        seen_block = seen_block || cells[i].block.has_value();
        const bool behind = cells[i].role == Role::output_head || (seen_block && !isAtAnEnd(cells[i].role));
        column_of_[i] = cells[i].block ? static_cast<std::size_t>(*cells[i].block) + 1
                        : behind       ? static_cast<std::size_t>(blocks) + 1
                                       : 0;
    }
    column_names_ << text(QT_TRANSLATE_NOOP("halfstep::BitStrip", "in"));
    for (int block = 0; block < blocks; ++block)
        column_names_ << QString::number(block);
    column_names_ << text(QT_TRANSLATE_NOOP("halfstep::BitStrip", "out"));
}

void BitStrip::placeRows(const std::vector<BudgetData::Cell>& cells) {
    row_of_.assign(cells.size(), 0);
    row_names_.clear();
    const bool in_blocks =
        std::ranges::any_of(cells, [](const BudgetData::Cell& cell) { return cell.block.has_value(); });
    std::map<int, std::vector<std::size_t>> by_role;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool shares = in_blocks && isAtAnEnd(cells[i].role) && !cells[i].block;
        by_role[shares ? -1 : static_cast<int>(cells[i].role)].push_back(i);
    }
    for (const auto& [role, members] : by_role) {
        for (const std::size_t i : members)
            row_of_[i] = static_cast<std::size_t>(row_names_.size());
        row_names_ << (role < 0 ? text(QT_TRANSLATE_NOOP("halfstep::BitStrip", "embeddings, head"))
                                : roleText(static_cast<Role>(role)));
    }
}

std::optional<std::size_t> BitStrip::columnOf(std::size_t cell) const {
    return cell < column_of_.size() ? std::optional(column_of_[cell]) : std::nullopt;
}

QRectF BitStrip::place(const QCPAxisRect* rect, const Field& field) const {
    return cellRect(rect, map_, field.column, field.row);
}

const BitStrip::Field* BitStrip::at(const QCPAxisRect* rect, const QPointF& point) const {
    if (!rect->rect().contains(point.toPoint())) return nullptr;
    const auto found =
        std::ranges::find_if(fields_, [&](const Field& field) { return place(rect, field).contains(point); });
    return found == fields_.end() ? nullptr : &*found;
}

void BitStrip::draw(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme, const QString& selected,
                    const std::vector<BudgetData::Cell>& cells) const {
    drawHeatMap(painter, rect, map_, theme.dark);
    painter->setFont(smallFont());
    const QFontMetricsF metrics(painter->font());
    const QRectF any = fields_.empty() ? QRectF() : place(rect, fields_.front());
    const bool roomy = any.width() >= metrics.horizontalAdvance(QStringLiteral("8.88")) + 6 &&
                       any.height() >= metrics.height();
    std::map<double, QColor> inks;  // few values, many fields
    for (const Field& field : fields_) {
        const QRectF cell = place(rect, field);
        const auto [ink, added] = inks.try_emplace(field.bits);
        if (added) ink->second = readableOn(sequentialColor(map_.shade(field.bits), theme.dark));
        if (roomy) {
            const QString bits = bitsText(std::round(field.bits * 100) / 100);
            painter->setPen(ink->second);
            painter->drawText(cell, Qt::AlignCenter, bits);
        }
        drawMarks(painter, cell, field, ink->second);
        const bool chosen = std::ranges::any_of(
            field.cells, [&](std::size_t i) { return !selected.isEmpty() && cells[i].tensor == selected; });
        if (!chosen) continue;
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(theme.text, 2));
        painter->drawRect(cell.adjusted(1, 1, -1, -1));
    }
}

// A triangle at the right: more or fewer bits than before. A lock at the left.
void BitStrip::drawMarks(QCPPainter* painter, const QRectF& cell, const Field& field,
                         const QColor& ink) const {
    const double size = std::min(std::min(cell.width(), cell.height()) / 3.2, 8.0);
    if (size < least_mark) return;
    painter->setPen(Qt::NoPen);
    if (std::abs(field.bits - field.former_bits) > 1e-9) {
        const bool more = field.bits > field.former_bits;
        const QPointF corner = cell.topRight() + QPointF(-2, 2);
        const double tip = more ? 0 : size;
        const double base = more ? size : 0;
        painter->setBrush(ink);
        painter->drawPolygon(QPolygonF(
            {corner + QPointF(-size, base), corner + QPointF(0, base), corner + QPointF(-size / 2, tip)}));
    }
    if (!field.locked) return;
    const QRectF body(cell.left() + 2.5, cell.top() + 2 + size * 0.55, size, size * 0.75);
    painter->setBrush(ink);
    painter->drawRect(body);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(QPen(ink, std::max(1.0, size / 6)));
    painter->drawArc(QRectF(body.left() + size * 0.2, body.top() - size * 0.5, size * 0.6, size), 0,
                     180 * 16);
}

std::vector<std::optional<double>> BitStrip::accumulatedError(const std::vector<BudgetData::Cell>& cells,
                                                              bool former) const {
    std::vector<double> factor(columns(), 1);
    std::vector<bool> known(columns(), false);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::optional<double>& error = former ? cells[i].former_rel_error : cells[i].rel_error;
        if (!error) continue;
        factor[column_of_[i]] *= 1 + *error;
        known[column_of_[i]] = true;
    }
    std::vector<std::optional<double>> sums;
    double product = 1;
    bool any = false;
    for (std::size_t column = 0; column < columns(); ++column) {
        product *= factor[column];
        any = any || known[column];
        sums.push_back(any ? std::optional(product - 1) : std::nullopt);
    }
    return sums;
}

}  // namespace halfstep
