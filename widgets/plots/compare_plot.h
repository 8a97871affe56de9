// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/measurement.h"
#include "widgets/plots/plot_view.h"

#include <optional>
#include <vector>

namespace halfstep {

struct ComparedScheme {
    QString label;  // its notation
    Measurement measurement;
};

// The Compare view: schemes side by side as rows of bars, and as a radar chart of at most six. A refused
// scheme stands in the table with its reason.
class ComparePlot : public PlotView {
    Q_OBJECT
  public:
    static constexpr std::size_t radar_limit = 6;

    explicit ComparePlot(QWidget* parent = nullptr);

    void setSchemes(std::vector<ComparedScheme> schemes);
    void setSelected(std::optional<std::size_t> index);

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("compare"); }
    PlotTable table() const override;

  signals:
    void schemeSelected(std::size_t index);  // a row was clicked: the radar brings it out

  protected:
    void rebuild() override;
    QString emptySentence() const override;
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool keyPressed(QKeyEvent* event) override;

  private:
    void drawTable(QCPPainter* painter, const QRect& rect) const;
    void drawRadar(QCPPainter* painter, const QRect& rect) const;
    void select(std::size_t index);
    QRect rowRect(std::size_t index) const;

    std::vector<ComparedScheme> schemes_;
    std::optional<std::size_t> selected_;
    QCPLayoutElement* table_ = nullptr;
    QCPLayoutElement* radar_ = nullptr;
};

}  // namespace halfstep
