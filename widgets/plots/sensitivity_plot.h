// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/plot_view.h"
#include "widgets/plots/sensitivity_costs.h"
#include "widgets/plots/sensitivity_map.h"
#include "widgets/plots/tickers.h"

#include <optional>

class QComboBox;

namespace halfstep {

class CostRankingPane;

// The Sensitivity view: tensor × scheme heat map, the tensors that cost most, and how the cost
// Σ sensitivity·rel_error² accumulates through the depth of the model.
class SensitivityPlot : public PlotView {
    Q_OBJECT
  public:
    using Quantity = SensitivityMap::Quantity;

    explicit SensitivityPlot(QWidget* parent = nullptr);

    void setData(const SensitivityData& measured);
    void setQuantity(Quantity quantity);
    void setRanking(int scheme);  // index of a scheme; -1: the plan
    void setSelectedTensor(const QString& tensor);
    QString selectedTensor() const { return selected_; }

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("sensitivity"); }
    PlotTable table() const override;

  signals:
    void tensorSelected(const QString& tensor);

  protected:
    void rebuild() override;
    void plotResized() override { arrange(); }
    QString emptySentence() const override;
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool mouseMoved(QMouseEvent* event) override;
    bool mouseReleased(QMouseEvent* event) override;
    bool keyPressed(QKeyEvent* event) override;

  private:
    void buildPanes();
    void arrange();
    void buildControls();
    void retranslate();
    void fillRankingBox();
    void rebuildRanking();
    void rebuildMap();
    void rebuildDepth();
    void fitLabels();  // to the space that the layout gave them
    QString rankingName() const;
    void addDepthCurve(int scheme, const QColor& color, double width, const QString& name);
    std::optional<std::size_t> rowAt(const QPoint& point) const;
    std::optional<std::size_t> columnAt(const QPoint& point) const;
    std::optional<std::size_t> selectedRow() const;
    QStringList describe(std::size_t row, std::optional<std::size_t> column) const;
    void select(std::size_t row);
    void drawMap(QCPPainter* painter) const;

    SensitivityData data_;
    QStringList short_names_;  // of the tensors: without what all of them share
    QString costliest_;        // tensor
    QString selected_;
    Quantity quantity_ = Quantity::sqnr;
    int ranking_ = planned_scheme;
    QPoint pressed_at_;
    SensitivityMap map_;
    enum class Panes { unplaced, beside, below, stacked };
    Panes panes_ = Panes::unplaced;
    QCPLayoutGrid* map_panes_ = nullptr;
    QCPLayoutGrid* cost_panes_ = nullptr;
    QCPAxisRect* map_rect_ = nullptr;
    QCPAxisRect* depth_rect_ = nullptr;
    CostRankingPane* ranking_pane_ = nullptr;
    QCPTextElement* ranking_title_ = nullptr;
    QCPTextElement* depth_title_ = nullptr;
    QCPColorScale* scale_ = nullptr;
    QCPLegend* legend_ = nullptr;
    QSharedPointer<NameTicker> tensor_ticker_;
    QSharedPointer<NameTicker> scheme_ticker_;
    QSharedPointer<NameTicker> depth_ticker_;
    QComboBox* quantity_box_ = nullptr;
    QComboBox* ranking_box_ = nullptr;
};

}  // namespace halfstep
