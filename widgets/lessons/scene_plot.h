// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/lessons/scene.h"
#include "widgets/plots/plot_view.h"

#include <vector>

namespace halfstep {

class PaintedItem;

// Draws a Scene. Its handles are dragged with the mouse, or moved with the arrow keys (Shift: ten times as
// far); Space, or the arrow keys across, choose the next one.
class ScenePlot : public PlotView {
    Q_OBJECT
  public:
    explicit ScenePlot(QWidget* parent = nullptr);

    void setScene(Scene scene);  // cheap: may follow every mouse move
    const Scene& scene() const { return scene_; }

    QString activeHandle() const { return active_; }
    QPointF handlePosition(const QString& id) const;  // middle of its grip, in coordinates of plot()
    QPointF pixelOf(std::size_t pane, double x, double y) const;

    QString title() const override { return scene_.title; }
    QString fileStem() const override { return file_stem_; }
    void setFileStem(const QString& stem) { file_stem_ = stem; }
    PlotTable table() const override;
    QSize minimumSizeHint() const override { return {300, 200}; }

  signals:
    // While the hand moves; the receiver answers with setScene(). Within the handle's limits.
    void handleMoved(const QString& id, const QPointF& to);
    void handleReleased(const QString& id);

  protected:
    void rebuild() override;
    void plotResized() override;
    QString emptySentence() const override { return {}; }
    QString summary() const override;
    bool mousePressed(QMouseEvent* event) override;
    bool mouseMoved(QMouseEvent* event) override;
    bool mouseReleased(QMouseEvent* event) override;
    void mouseLeft() override;
    bool keyPressed(QKeyEvent* event) override;
    bool keyReleased(QKeyEvent* event) override;

  private:
    struct Place {
        std::size_t pane = 0;
        std::size_t handle = 0;
    };
    std::optional<Place> find(const QString& id) const;
    std::optional<Place> handleAt(const QPointF& point) const;
    const SceneHandle& handle(const Place& place) const {
        return scene_.panes[place.pane].handles[place.handle];
    }
    std::vector<Place> places() const;
    bool sameArrangement(const Scene& other) const;
    void buildPanes();
    void buildPane(QCPLayoutGrid* row, int column, std::size_t pane);
    void updateAxis(QCPAxis* axis, const SceneAxis& scale);
    static void makeSquare(QCPAxisRect* rect, const ScenePane& pane);
    void fitTicks();
    void moveTo(const Place& place, QPointF to);
    void chooseNext(int direction);
    bool nudge(int key, bool far);

    Scene scene_;
    std::vector<QCPAxisRect*> rects_;
    std::vector<PaintedItem*> painted_;
    QCPMarginGroup* margins_ = nullptr;
    std::vector<QCPLayoutElement*> heads_;
    bool arranged_ = false;
    QString active_;  // the one that the keys move
    QString hot_;
    QString dragged_;
    QPointF grab_offset_;
    bool nudged_ = false;
    QString file_stem_ = QStringLiteral("lesson");
};

}  // namespace halfstep
