// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <optional>

namespace halfstep {

// What the plan of the moment costs.
struct BudgetNumbers {
    std::uint64_t bytes_before = 0;  // the model as it is stored
    std::uint64_t bytes_after = 0;
    double bits_per_weight = 0;            // over all tensors
    std::optional<double> mean_rel_error;  // over the quantized tensors that are measured
    int measured = 0;                      // quantized tensors whose figures are known
    int quantized = 0;
};

// The line below the views: size before and after, average bits, mean error, undo and redo.
class BudgetStrip : public QWidget {
    Q_OBJECT
  public:
    explicit BudgetStrip(QWidget* parent = nullptr);
    ~BudgetStrip() override;

    void setNumbers(const BudgetNumbers& numbers);
    void clear();  // no model is open
    // What would be undone and redone ("apply int4 to 12 layers"); empty where nothing can be.
    void setUndo(bool available, const QString& what);
    void setRedo(bool available, const QString& what);

  signals:
    void undoRequested();
    void redoRequested();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace halfstep
