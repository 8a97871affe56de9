// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/sensitivity_costs.h"

#include <qcustomplot.h>

#include <optional>

namespace halfstep {

// The tensors that cost most: name, bar and share of all, as many as there is height for.
class CostRankingPane : public QCPLayoutElement {
  public:
    explicit CostRankingPane(QCustomPlot* plot);

    // `names` are those of all rows. Where nothing has a cost, or no cost is above 0, a sentence stands
    // there.
    void show(const CostRanking& ranking, const QStringList& names, const QColor& bars,
              const QString& sentence);
    void setSelectedRow(std::optional<std::size_t> row) { selected_ = row; }
    std::optional<std::size_t> rowAt(const QPoint& point) const;

  protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;

  private:
    std::size_t placesShown() const;
    QRectF lineOf(std::size_t place) const;
    void drawPlace(QCPPainter* painter, std::size_t place, double name_width) const;

    CostRanking ranking_;
    QStringList names_;
    QColor bars_;
    QString sentence_;
    std::optional<std::size_t> selected_;
};

}  // namespace halfstep
