// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/budget_planner.h"
#include "app/document/inspection.h"
#include "app/jobs/paced_timer.h"
#include "app/views/view.h"
#include "core/allocation/device.h"
#include "widgets/plots/budget_data.h"

#include <memory>
#include <utility>
#include <vector>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace halfstep {

class BudgetPlot;
class CandidatePicker;
class ElidedLabel;

// The best plan for a budget: the front of all best plans, the budget as a line to drag, the bits of every
// tensor; what may be chosen, what others would choose, and what the plan costs on a device.
class BudgetView : public View {
    Q_OBJECT
  public:
    BudgetView(Document& document, Inspection& inspection, MeasureService& measures, JobRunner& jobs,
               QWidget* parent = nullptr);
    ~BudgetView() override;

    QString title() const override { return tr("Budget"); }
    QString fileStem() const override { return QStringLiteral("budget"); }
    PlotView* plot() const override;
    bool isSettled() const override;
    void setActive(bool active) override;

    BudgetPlanner& planner() { return planner_; }
    const std::vector<Device>& devices() const { return devices_; }

  signals:
    void tensorChosen(int tensor);
    // A file with sensitivities is wanted; answer with planner().loadSensitivities().
    void sensitivityFileRequested();
    void devicesRequested();  // their table is to be edited; answer with devicesChanged()
    void failed(const QString& message);

  public slots:
    void devicesChanged();

  protected:
    void retranslate() override;

  private:
    void buildControls();
    void connectParts();
    void fillSensitivities();
    void takeCandidates();
    void takeSensitivity(int index);
    void takeRules();
    void show();
    void showNumbers();
    BudgetData shownData();
    void fillChoices(BudgetData& shown);
    void describeTensors();  // what of the cells stays while a budget moves
    const QString& textOf(const Scheme& scheme);
    QString comparisonText() const;
    QString stateText() const;
    void showCost();
    void chooseSizeUnit();

    Document& document_;
    Inspection& inspection_;
    BudgetPlanner planner_;
    BudgetPlot* plot_;
    CandidatePicker* candidates_;
    QComboBox* sensitivity_;
    QCheckBox* protect_;
    QCheckBox* fuse_;
    QDoubleSpinBox* bits_;
    QDoubleSpinBox* size_;  // the same budget, in units of size_unit_ bytes
    double size_unit_ = 1e6;
    QPushButton* use_;
    ElidedLabel* comparison_;
    QComboBox* device_;
    QToolButton* edit_devices_;
    ElidedLabel* cost_;
    QLabel* device_label_;
    std::vector<Device> devices_;
    std::vector<BudgetData::Cell> cells_;
    std::vector<std::pair<Scheme, QString>> texts_;  // notations, found faster than made
    std::shared_ptr<const Allocation> front_of_;
    std::shared_ptr<const std::vector<BudgetData::Point>> front_;
    QLabel* candidates_label_;
    QLabel* sensitivity_label_;
    QLabel* bits_label_;
    PacedTimer soon_{std::chrono::milliseconds(120)};
    bool active_ = false;
    bool showing_ = false;
};

}  // namespace halfstep
