// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/inspection.h"
#include "app/document/measure_service.h"
#include "app/jobs/job_runner.h"
#include "app/jobs/paced_timer.h"
#include "app/views/view.h"

#include <vector>

namespace halfstep {

class SensitivityPlot;

// Every quantizable tensor against a row of schemes: which layers break at which bits.
class SensitivityView : public View {
    Q_OBJECT
  public:
    SensitivityView(Document& document, Inspection& inspection, MeasureService& measures, JobRunner& jobs,
                    QWidget* parent = nullptr);

    QString title() const override { return tr("Sensitivity"); }
    QString fileStem() const override { return QStringLiteral("sensitivity"); }
    PlotView* plot() const override;
    bool isSettled() const override;
    void setActive(bool active) override;

  signals:
    void tensorChosen(int tensor);

  protected:
    void retranslate() override;  // the sentence

  private:
    void request();
    void show();

    Document& document_;
    Inspection& inspection_;
    MeasureService& measures_;
    JobRunner& jobs_;
    SensitivityPlot* plot_;
    std::vector<Scheme> schemes_;
    PacedTimer soon_{
        std::chrono::milliseconds(150)};  // figures come one by one; the plot is drawn a few times a second
    bool active_ = false;
    bool requested_ = false;
};

}  // namespace halfstep
