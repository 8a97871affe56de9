// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/inspection.h"
#include "app/jobs/job_runner.h"
#include "app/views/view.h"

namespace halfstep {

class ChannelPlot;

// How the selected tensor differs from channel to channel.
class ChannelsView : public View {
    Q_OBJECT
  public:
    ChannelsView(Document& document, Inspection& inspection, JobRunner& jobs, QWidget* parent = nullptr);

    QString title() const override { return tr("Channels"); }
    QString fileStem() const override { return QStringLiteral("channels"); }
    PlotView* plot() const override;
    bool isSettled() const override;
    void setActive(bool active) override;

    void showChannel(std::uint64_t channel);  // outlined, until another one is

  signals:
    void weightsChosen(halfstep::MatrixPlace first, halfstep::MatrixShape extent);  // a cell of the map

  protected:
    void retranslate() override;  // the sentence

  private:
    void refresh();

    Document& document_;
    Inspection& inspection_;
    JobRunner& jobs_;
    ChannelPlot* plot_;
    bool active_ = false;
    bool stale_ = true;
};

}  // namespace halfstep
