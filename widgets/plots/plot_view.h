// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/plot_table.h"

#include <QImage>
#include <QWidget>
#include <qcustomplot.h>

#include <memory>

class QHBoxLayout;
class QLabel;
class QMenu;
class QStackedLayout;

namespace halfstep {

class ElidedLabel;
class ReadOut;
class ZoomAxes;
struct Theme;

enum class PlotFormat { svg, png, pdf, csv };

QString fileSuffix(PlotFormat format);  // "svg"

// What all plots share: a heading with the plot's own controls, queued replots, zoom with the wheel or + and
// -, pan by dragging or with the arrow keys, double click or Home to see everything again, a context menu, a
// centred sentence where there is nothing to show, and export.
class PlotView : public QWidget {
    Q_OBJECT
  public:
    explicit PlotView(QWidget* parent = nullptr);
    ~PlotView() override;

    virtual QString title() const = 0;
    virtual QString fileStem() const = 0;  // "weight-histogram": for the name of an exported file
    virtual PlotTable table() const = 0;   // exactly what is shown

    QCustomPlot* plot() const { return plot_; }
    bool hasData() const { return has_data_; }

    // What is shown, for instance a tensor: beside the title, and in exports. Details such as the scheme
    // follow it; where the heading is narrow, the title goes first, then the details from the first on.
    void setSubject(const QString& subject, const QStringList& details = {});
    QString subject() const { return subject_; }

    // Shows the sentence instead of the plot until data are set again.
    void clear(const QString& sentence = {});
    QString shownSentence() const;  // empty where the plot is shown

    // The bytes of a file, or nothing where there are no data. PNG at twice the size on the screen.
    QByteArray exportAs(PlotFormat format) const;
    QImage renderImage(const QSize& size, double device_pixel_ratio = 1) const;

    QString readOutText() const;  // what the box at the mouse says; empty where there is none

    void resetZoom();
    QSize minimumSizeHint() const override { return {320, 220}; }
    QSize sizeHint() const override { return {760, 520}; }

  signals:
    // From the context menu: the receiver asks for a file name and stores exportAs(format).
    void exportRequested(halfstep::PlotFormat format);

  protected:
    // Draws everything anew from the kept data: after new data, another theme, font or language.
    virtual void rebuild() = 0;
    virtual QString emptySentence() const = 0;
    virtual QString summary() const { return {}; }  // read by screen readers

    // Mouse and keys before the plot sees them; true means done with.
    virtual bool mousePressed(QMouseEvent* event);
    virtual bool mouseMoved(QMouseEvent* event);
    virtual bool mouseReleased(QMouseEvent* event);
    virtual void mouseLeft();
    virtual bool keyPressed(QKeyEvent* event);
    virtual bool keyReleased(QKeyEvent* event);

    virtual void plotResized() {}                                 // panes can be arranged anew
    virtual void addToMenu(QMenu& menu, const QPoint& position);  // what concerns the place in the plot

    void dataChanged();  // to be called by setters: rebuild and show
    const Theme& theme() const;
    QHBoxLayout* controls() const { return controls_; }
    ReadOut* readOut() const { return read_out_; }
    ZoomAxes& zoom() { return *zoom_; }
    void replotSoon();
    void replotOverlay();  // hover read-outs only
    QCPTextElement* newPaneTitle();
    QCPAxisRect* newAxisRect();  // left and bottom axes; only the horizontal one zooms
    QCPLayer* addBufferedLayer(const QString& name, const QString& above);

    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void showMenu(const QPoint& position);
    void zoomBy(double factor);
    void panBy(double share);
    void paintTo(QCPPainter* painter, const QSize& size) const;
    QSize exportSize() const;
    QByteArray svg() const;
    QByteArray pdf() const;
    QByteArray png() const;
    void restyle();
    void updateHeading();

    QCustomPlot* plot_ = nullptr;
    ElidedLabel* heading_ = nullptr;
    QLabel* sentence_ = nullptr;
    QHBoxLayout* controls_ = nullptr;
    QStackedLayout* stack_ = nullptr;
    ReadOut* read_out_ = nullptr;
    ZoomAxes* zoom_ = nullptr;
    QString subject_;
    QStringList details_;
    QString clear_sentence_;
    bool ready_ = false;
    bool has_data_ = false;
    bool ring_ = false;  // the focus came by keyboard and is shown
    bool overlay_replot_pending_ = false;
};

}  // namespace halfstep
