// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <QString>
#include <QStringList>
#include <QWidget>

#include <string>
#include <vector>

class QComboBox;

namespace halfstep {

// The schemes that a plan is chosen from, typed or by the name of a usual set, and beside them the export
// target that has to hold the plan. A target comes with all that it takes.
class CandidatePicker : public QWidget {
    Q_OBJECT
  public:
    explicit CandidatePicker(QWidget* parent = nullptr);
    ~CandidatePicker() override;

    const std::vector<Scheme>& schemes() const { return schemes_; }  // at least one
    const std::string& target() const { return target_; }            // empty: none
    QString problem() const { return problem_; }  // why what is typed is not taken; empty where it is

    // Why the target is not given all schemes for all layers: told in its tool-tip.
    void setLeftOut(const QStringList& sentences);

    void retranslate();

  signals:
    void changed();  // also where there is a problem now, or none any more

  private:
    void takeText();
    void takeTarget(int index);
    void take(std::vector<Scheme> schemes);
    void showProblem();
    void fillSets();
    void fillTargets();

    QComboBox* text_;
    QComboBox* targets_;  // each with its name as data, none with an empty one
    std::vector<Scheme> schemes_;
    std::string target_;
    QString problem_;
};

}  // namespace halfstep
