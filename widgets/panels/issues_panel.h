// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"

#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

namespace halfstep {

// The problems found in the model and by the measurements, worst first.
class IssuesPanel : public QWidget {
    Q_OBJECT
  public:
    explicit IssuesPanel(QWidget* parent = nullptr);
    ~IssuesPanel() override;

    void setIssues(std::vector<Issue> issues);
    int issueCount() const;
    int problemCount() const;  // warnings and errors

  signals:
    void jumpToTensor(const QString& tensor);  // Enter or double click on an issue of a tensor

  protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
