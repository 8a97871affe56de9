// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/error_profile.h"
#include "widgets/plots/plot_view.h"

#include <optional>

namespace halfstep {

// The Error view: how the error x̂−x is distributed, how it depends on the weight's value, and what part of
// its energy comes from rounding and what from clipping. The two panes over the value zoom together. In a
// narrow window the panes stand one below the other.
class ErrorPlot : public PlotView {
    Q_OBJECT
  public:
    explicit ErrorPlot(QWidget* parent = nullptr);

    void setProfile(const ErrorProfile& profile);

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("error"); }
    PlotTable table() const override;

  protected:
    void rebuild() override;
    QString emptySentence() const override;
    QString summary() const override;
    bool mouseMoved(QMouseEvent* event) override;
    void plotResized() override { arrange(); }

  private:
    void buildPanes();
    void arrange();
    void rebuildDistribution();
    void rebuildByValue();
    void rebuildShares();
    void drawDistribution(QCPPainter* painter) const;
    void drawShares(QCPPainter* painter) const;
    bool tellsClippingApart() const;
    void drawTotal(QCPPainter* painter, const QRect& rect) const;
    const ErrorProfile::ValueBin* binAt(double value) const;

    ErrorProfile profile_;
    std::optional<bool> stacked_;  // none before the first layout
    QCPLayoutGrid* distribution_panes_ = nullptr;
    QCPLayoutGrid* value_panes_ = nullptr;
    QCPMarginGroup* margins_ = nullptr;
    QCPAxisRect* distribution_ = nullptr;
    QCPAxisRect* by_value_ = nullptr;
    QCPAxisRect* shares_ = nullptr;
    QCPTextElement* distribution_title_ = nullptr;
    QCPTextElement* by_value_title_ = nullptr;
    QCPTextElement* shares_title_ = nullptr;
    QCPLegend* legend_ = nullptr;
};

}  // namespace halfstep
