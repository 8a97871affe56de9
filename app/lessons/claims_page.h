// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/jobs/job_runner.h"
#include "core/claims/claims.h"

#include <QWidget>

#include <map>
#include <string_view>

class QLabel;
class QProgressBar;
class QPushButton;
class QTextBrowser;
class QTreeWidget;
class QTreeWidgetItem;

namespace halfstep {

// What textbooks and papers say about quantization, measured one after another while one watches: verdicts,
// the figures behind them, and the case in which a claim fails.
class ClaimsPage : public QWidget {
    Q_OBJECT
  public:
    // `sample`: path of the bundled model; where it is empty, random weights alone are measured.
    ClaimsPage(JobRunner& jobs, QString sample, QWidget* parent = nullptr);
    ~ClaimsPage() override;

    void measure();
    void stop();
    bool isRunning() const { return running_; }
    const std::map<std::string_view, ClaimResult>& results() const { return results_; }  // by id

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void build();
    void fill();
    void take(const ClaimResult& result);
    void showVerdict(QTreeWidgetItem& item, const Claim& claim) const;
    void showDetails();
    void showState();
    void retranslate();
    const Claim* selected() const;

    JobRunner& jobs_;
    QString sample_;
    std::map<std::string_view, ClaimResult> results_;
    bool running_ = false;
    QString problem_;
    QLabel* title_;
    QLabel* introduction_;
    QPushButton* button_;
    QProgressBar* progress_;
    QLabel* state_;
    QTreeWidget* list_;
    QTextBrowser* details_;
};

}  // namespace halfstep
