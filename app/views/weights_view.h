// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/inspection.h"
#include "app/views/view.h"

namespace halfstep {

class HistogramPlot;

// The weights of the selected tensor under the grid of its scheme, whose limits and zero-point are dragged
// there.
class WeightsView : public View {
    Q_OBJECT
  public:
    WeightsView(Document& document, Inspection& inspection, QWidget* parent = nullptr);

    QString title() const override { return tr("Weights"); }
    QString fileStem() const override { return QStringLiteral("weights"); }
    PlotView* plot() const override;
    bool isSettled() const override;
    void setActive(bool active) override;

    HistogramPlot* histogram() const { return histogram_; }

  protected:
    void retranslate() override;

  private:
    void showTensor();
    void showGrid();

    Document& document_;
    Inspection& inspection_;
    HistogramPlot* histogram_;
};

}  // namespace halfstep
