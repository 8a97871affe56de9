// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/bit_strip.h"
#include "widgets/plots/budget_data.h"
#include "widgets/plots/plot_view.h"
#include "widgets/plots/tickers.h"

#include <optional>

namespace halfstep {

// The Budget view: the least error for every size, with the budget as a line that is dragged; below it the
// bits of every tensor by depth and role, and how the relative error accumulates through the depth.
class BudgetPlot : public PlotView {
    Q_OBJECT
  public:
    explicit BudgetPlot(QWidget* parent = nullptr);

    void setData(BudgetData data);
    const BudgetData& data() const { return data_; }
    void setSelectedTensor(const QString& tensor);

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("budget"); }
    PlotTable table() const override;

    // Where the budget line lies, in pixels of plot(); for those who drag it by program.
    double budgetPixel() const;
    const QCPAxisRect* frontRect() const { return front_rect_; }
    const QCPAxisRect* stripRect() const { return strip_rect_; }  // hidden where there is no height for it
    const BitStrip& strip() const { return strip_; }

  signals:
    void budgetDragged(double bits_per_weight);
    void budgetReleased();  // the drag has ended
    void tensorSelected(const QString& tensor);
    void lockRequested(const QStringList& tensors, bool lock);

  protected:
    void rebuild() override;
    void plotResized() override;
    QString emptySentence() const override;
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool mouseMoved(QMouseEvent* event) override;
    bool mouseReleased(QMouseEvent* event) override;
    bool keyPressed(QKeyEvent* event) override;
    bool keyReleased(QKeyEvent* event) override;
    void addToMenu(QMenu& menu, const QPoint& position) override;

  private:
    void buildPanes();
    void arrange();
    void rebuildFront();
    void scaleFront();
    void rebuildStrip();
    void rebuildDepth();
    void fitLabels();
    void drawOverBudget(QCPPainter* painter) const;
    void drawUniform(QCPPainter* painter) const;
    void drawBudgetLine(QCPPainter* painter) const;
    void drawMethods(QCPPainter* painter) const;
    void drawLegend(QCPPainter* painter) const;
    bool isBesideBudget(const QRectF& place) const;
    bool isFree(const QRectF& place) const;  // beside the curve and the uniform plans too
    std::vector<QString> legendNames() const;
    QRectF legendBox(const std::vector<QString>& names) const;  // empty where there is no room for it
    QPointF pixelOf(const BudgetData::Point& point) const;
    double lowestLoss() const;
    void moveBudget(double bits);
    QStringList describeFront(const QPointF& point) const;
    QStringList describeField(const BitStrip::Field& field) const;
    QString changesText() const;

    BudgetData data_;
    BitStrip strip_;
    QString selected_;
    bool dragging_ = false;
    double grab_offset_ = 0;
    QPoint pressed_at_;
    int panes_ = 0;  // that there is height for
    QCPAxisRect* front_rect_ = nullptr;
    QCPAxisRect* strip_rect_ = nullptr;
    QCPAxisRect* depth_rect_ = nullptr;
    QCPTextElement* strip_title_ = nullptr;
    QCPTextElement* depth_title_ = nullptr;
    QCPGraph* front_ = nullptr;
    std::shared_ptr<const std::vector<BudgetData::Point>> shown_front_;
    QCPGraph* depth_ = nullptr;
    QCPGraph* former_depth_ = nullptr;
    QSharedPointer<NameTicker> role_ticker_;
    QSharedPointer<NameTicker> block_ticker_;
};

}  // namespace halfstep
