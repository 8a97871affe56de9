// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/budget_data.h"
#include "widgets/plots/heat_map.h"

#include <QStringList>

#include <cstddef>
#include <optional>
#include <vector>

namespace halfstep {

struct Theme;

// The tensors of a plan by depth and role: a column for each block, with what lies before and behind the
// blocks at the ends, a row for each role. Models without blocks have a column for each tensor.
class BitStrip {
  public:
    // Where several tensors share a place (experts), they are one field.
    struct Field {
        std::size_t row = 0;
        std::size_t column = 0;
        std::vector<std::size_t> cells;  // of the data
        double bits = 0;                 // mean over the weights
        double former_bits = 0;
        bool locked = false;  // all of them
    };

    void set(const std::vector<BudgetData::Cell>& cells);

    const std::vector<Field>& fields() const { return fields_; }
    const QStringList& rowNames() const { return row_names_; }
    const QStringList& columnNames() const { return column_names_; }
    std::size_t rows() const { return static_cast<std::size_t>(row_names_.size()); }
    std::size_t columns() const { return static_cast<std::size_t>(column_names_.size()); }
    std::optional<std::size_t> columnOf(std::size_t cell) const;
    const Field* at(const QCPAxisRect* rect, const QPointF& point) const;  // null where there is none
    QRectF place(const QCPAxisRect* rect, const Field& field) const;       // in pixels
    const HeatMap& map() const { return map_; }

    void draw(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme, const QString& selected,
              const std::vector<BudgetData::Cell>& cells) const;

    // Accumulated relative error behind each column: Π(1 + ε_l) − 1 over all tensors up to there, those of
    // the former plan where asked for. Columns before the first known error have none.
    std::vector<std::optional<double>> accumulatedError(const std::vector<BudgetData::Cell>& cells,
                                                        bool former) const;

  private:
    void placeColumns(const std::vector<BudgetData::Cell>& cells);
    void placeRows(const std::vector<BudgetData::Cell>& cells);
    void drawMarks(QCPPainter* painter, const QRectF& cell, const Field& field, const QColor& ink) const;

    std::vector<Field> fields_;
    std::vector<std::size_t> row_of_;  // of each cell
    std::vector<std::size_t> column_of_;
    QStringList row_names_;
    QStringList column_names_;
    HeatMap map_;
};

}  // namespace halfstep
