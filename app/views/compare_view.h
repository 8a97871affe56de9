// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/inspection.h"
#include "app/document/measure_service.h"
#include "app/jobs/job_runner.h"
#include "app/jobs/paced_timer.h"
#include "app/views/view.h"

#include <vector>

class QLabel;
class QLineEdit;

namespace halfstep {

class ComparePlot;

// Several schemes on the selected tensor, side by side. The set is edited as text, one notation after the
// other.
class CompareView : public View {
    Q_OBJECT
  public:
    CompareView(Document& document, Inspection& inspection, MeasureService& measures, JobRunner& jobs,
                QWidget* parent = nullptr);
    ~CompareView() override;

    QString title() const override { return tr("Compare"); }
    QString fileStem() const override { return QStringLiteral("compare"); }
    PlotView* plot() const override;
    bool isSettled() const override;
    void setActive(bool active) override;

  protected:
    void retranslate() override;

  private:
    void takeText();
    void request();
    void show();
    std::vector<Scheme> shownSchemes() const;  // the set, and the tensor's own scheme

    Document& document_;
    Inspection& inspection_;
    MeasureService& measures_;
    JobRunner& jobs_;
    ComparePlot* plot_;
    QLabel* label_;
    QLineEdit* text_;
    std::vector<Scheme> schemes_;
    PacedTimer soon_{std::chrono::milliseconds(80)};
    bool active_ = false;
};

}  // namespace halfstep
