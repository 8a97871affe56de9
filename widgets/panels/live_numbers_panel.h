// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/panels/explain.h"

#include <QString>
#include <QWidget>

#include <memory>
#include <optional>

namespace halfstep {

struct LiveNumbers {
    QString tensor;
    ExplainFacts facts;                    // the scheme being edited
    std::optional<Measurement> committed;  // the scheme in the plan; trends compare with it
    bool estimated = false;                // from the moment table, not yet from the weights themselves
};

// What the edited scheme does to the current tensor, while the hand still moves.
class LiveNumbersPanel : public QWidget {
    Q_OBJECT
  public:
    explicit LiveNumbersPanel(QWidget* parent = nullptr);
    ~LiveNumbersPanel() override;

    void setNumbers(const LiveNumbers& numbers);
    void clear(const QString& tensor = {});  // nothing is known of it yet, or no tensor is selected
    QString tensor() const;

  protected:
    void changeEvent(QEvent* event) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
