// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/inspection.h"
#include "app/views/view.h"

namespace halfstep {

class ErrorPlot;

// Where the error of the selected tensor comes from.
class ErrorView : public View {
    Q_OBJECT
  public:
    ErrorView(Document& document, Inspection& inspection, QWidget* parent = nullptr);

    QString title() const override { return tr("Error"); }
    QString fileStem() const override { return QStringLiteral("error"); }
    PlotView* plot() const override;
    bool isSettled() const override;
    void setActive(bool active) override;

  protected:
    void retranslate() override { show(); }

  private:
    void show();
    QString whyEmpty() const;

    Document& document_;
    Inspection& inspection_;
    ErrorPlot* plot_;
    bool active_ = false;
};

}  // namespace halfstep
