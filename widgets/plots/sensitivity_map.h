// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/heat_map.h"
#include "widgets/plots/sensitivity_costs.h"

#include <QCoreApplication>

namespace halfstep {

struct Theme;

// Tensor × scheme as colours, with the figures where the cells have room for them.
class SensitivityMap {
    Q_DECLARE_TR_FUNCTIONS(halfstep::SensitivityMap)
  public:
    enum class Quantity { sqnr, rel_error };

    static double decibels(double rel_error);  // infinite where there is no error

    void set(const SensitivityData& data, Quantity quantity);
    const HeatMap& cells() const { return cells_; }

    void draw(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme) const;
    void drawFrame(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme, std::size_t row) const;

  private:
    void drawUnmeasured(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme) const;
    void drawFigures(QCPPainter* painter, const QCPAxisRect* rect, const Theme& theme) const;
    QString figure(double value) const;

    HeatMap cells_;
    Quantity quantity_ = Quantity::sqnr;
};

}  // namespace halfstep
