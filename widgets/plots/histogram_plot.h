// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/histogram.h"
#include "core/analysis/statistics.h"
#include "widgets/plots/plot_view.h"

#include <optional>
#include <vector>

class QCheckBox;

namespace halfstep {

// The grid of a scheme as laid over the weights.
struct GridOverlay {
    struct ZeroPoint {
        int value = 0;
        int qmin = 0;
        int qmax = 0;
    };

    std::vector<float> levels;  // reconstructions, ascending
    QString levels_of;          // "channel 24", where other weights have other levels
    int first_code = 0;         // code of levels[0]
    double clip_low = 0;        // limits of the representable range
    double clip_high = 0;
    bool clip_draggable = false;
    bool symmetric = false;  // both limits move together
    std::optional<double> clipped_share;
    std::optional<ZeroPoint> zero_point;  // draggable; asymmetric integers only
};

// The Weights view: the weights of a tensor with the levels of a grid, whose clip limits and zero-point are
// dragged with the mouse or nudged with the arrow keys (Shift: ten times as far; Tab's neighbours Up and Down
// choose the handle). The overlay is on a layer of its own, so that a drag redraws no bar.
class HistogramPlot : public PlotView {
    Q_OBJECT
  public:
    enum class Handle { none, low, high, zero_point };

    explicit HistogramPlot(QWidget* parent = nullptr);
    ~HistogramPlot() override;

    void setHistogram(const Histogram& histogram, const TensorStatistics& statistics);
    void setOverlay(const GridOverlay& overlay);  // cheap: may follow every mouse move
    void clearOverlay();
    const GridOverlay* overlay() const { return overlay_ ? &*overlay_ : nullptr; }

    void setLogCount(bool log_count);
    bool logCount() const { return log_count_; }

    Handle activeHandle() const { return active_; }
    QPointF handlePosition(Handle handle) const;  // middle of its grip, in coordinates of plot()

    QString title() const override;
    QString fileStem() const override { return QStringLiteral("weights"); }
    PlotTable table() const override;

  signals:
    // While the hand moves; the receiver answers with setOverlay(). Limits are those of the whole grid.
    void clipDragged(double low, double high);
    void zeroPointDragged(int zero_point);
    void
    dragFinished();  // the button or key was released, or the drag cancelled (Escape restores the limits)
    void logCountChanged(bool log_count);

  protected:
    void rebuild() override;
    QString emptySentence() const override;
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool mouseMoved(QMouseEvent* event) override;
    bool mouseReleased(QMouseEvent* event) override;
    bool keyPressed(QKeyEvent* event) override;
    bool keyReleased(QKeyEvent* event) override;
    void mouseLeft() override;

  private:
    struct Drag {
        Handle handle = Handle::none;
        double grab_offset = 0;  // grip minus mouse, in pixels
        GridOverlay start;
    };

    void buildAxes();
    void updateRanges();
    void overlayChanged();
    QString valueLabel() const;
    void replotLimits();
    void moveHandle(Handle handle, double position, const GridOverlay& start);
    void cancelDrag();
    Handle handleAt(const QPointF& position) const;
    bool isDraggable(Handle handle) const;
    double coordinateOf(Handle handle) const;
    std::vector<Handle> handles() const;
    void nudge(double steps);
    void showReadOut(const QPointF& position);
    void setHot(Handle handle);
    QString handleText(Handle handle) const;

    void drawBars(QCPPainter* painter) const;
    void drawMarks(QCPPainter* painter) const;
    void drawLevels(QCPPainter* painter) const;
    void drawClipped(QCPPainter* painter) const;
    void drawHandles(QCPPainter* painter) const;

    Histogram histogram_;
    TensorStatistics statistics_;
    std::optional<GridOverlay> overlay_;
    std::optional<Drag> drag_;
    Handle active_ = Handle::high;  // the one that the arrow keys move
    Handle hot_ = Handle::none;     // under the mouse
    bool log_count_ = false;
    bool nudged_ = false;
    bool limits_replot_pending_ = false;
    QCPAxisRect* rect_ = nullptr;
    QCheckBox* log_box_ = nullptr;
};

}  // namespace halfstep
