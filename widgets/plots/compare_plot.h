// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/measurement.h"
#include "widgets/plots/plot_view.h"
#include "widgets/plots/radar_chart.h"

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
    std::optional<std::size_t> selected() const { return selected_; }
    QRect rowRect(std::size_t index) const;  // in coordinates of plot()

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("compare"); }
    PlotTable table() const override;

  signals:
    void schemeSelected(std::size_t index);  // a row was clicked: the radar brings it out

  protected:
    void rebuild() override;
    void plotResized() override { arrange(); }
    QString emptySentence() const override;
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool mouseMoved(QMouseEvent* event) override;
    bool keyPressed(QKeyEvent* event) override;

  private:
    // One figure of the table: its bar runs from 0 to the largest shown.
    struct Figure {
        QString name;
        QString hint;
        bool less_is_better = true;
        std::vector<std::optional<double>> values;  // infinity: exact
        std::vector<QString> texts;
    };

    std::vector<Figure> figures() const;
    std::vector<std::size_t> onRadar() const;  // indices of schemes
    RadarChart radar() const;
    void drawTable(QCPPainter* painter, const QRect& rect) const;
    void drawRow(QCPPainter* painter, std::size_t index, const std::vector<double>& tops) const;
    QRectF radarArea(const QRect& pane) const;
    void drawRadarPane(QCPPainter* painter, const QRect& rect) const;
    void arrange();
    double namesWidth(double table_width) const;
    int hintLines() const;
    int headerHeight() const;
    void select(std::size_t index);
    std::size_t rowsShown() const;
    QRectF columnRect(std::size_t column, const QRectF& row) const;
    QColor colorOf(std::size_t index) const;

    std::vector<ComparedScheme> schemes_;
    std::vector<Figure> figures_;
    std::optional<std::size_t> selected_;
    QCPLayoutElement* table_pane_ = nullptr;
    QCPLayoutElement* radar_pane_ = nullptr;
    std::optional<bool> wide_;  // none before the first layout
};

}  // namespace halfstep
