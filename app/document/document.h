// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/analysis/statistics.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"
#include "core/quantize/measurement.h"
#include "core/schemes/scheme.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QUndoStack>

#include <memory>
#include <optional>
#include <vector>

namespace halfstep {

// What the window works on: one open model, a scheme for each of its tensors, and everything measured so far.
// Edits go through undo commands only; measurements are facts and are not undone.
class Document : public QObject {
    Q_OBJECT
  public:
    explicit Document(QObject* parent = nullptr);

    // Replaces the model. Every quantizable tensor starts with `initial`, but those that are quantized
    // already are kept, and so is the rest. Clears the undo stack.
    void setModel(std::shared_ptr<const Model> model, const Scheme& initial);
    void close();

    bool isOpen() const { return model_ != nullptr; }
    const std::shared_ptr<const Model>& model() const { return model_; }
    int tensorCount() const { return static_cast<int>(schemes_.size()); }
    const TensorInfo& tensor(int index) const { return model_->tensors()[static_cast<std::size_t>(index)]; }
    int indexOf(const std::string& name) const;  // -1 where there is none

    const Scheme& scheme(int index) const { return schemes_[static_cast<std::size_t>(index)]; }
    Plan plan() const;
    bool isLocked(int index) const { return locked_[static_cast<std::size_t>(index)]; }  // for allocations
    // What the inputs of the tensors matter; null where no importance matrix is loaded.
    const std::shared_ptr<const Importance>& importance() const { return importance_; }
    const TensorImportance* importance(int index) const;  // null where nothing is known of the tensor
    QList<Issue> issues() const;  // of the model, its values, its importance, and of the schemes in use

    // --- edits, each one step on the undo stack ------------------------------------------------------------
    // Edits with the same non-zero `gesture` merge into one step: a drag is undone as a whole.
    void applyScheme(const QList<int>& tensors, const Scheme& scheme, const QString& text, int gesture = 0);
    void applyPlan(const Plan& plan, const QString& text);
    // The schemes of these tensors, in their order, chosen for a budget that was moved so; as one step with
    // others of the same gesture. Where nothing changes it is none, but goes on with the gesture's step.
    struct BudgetMove {
        double from = 0;  // bits a weight
        double to = 0;
    };
    void applyChoice(const QList<int>& tensors, const std::vector<Scheme>& schemes, const QString& text,
                     int gesture, const BudgetMove& budget);
    // Locked tensors keep their schemes when a plan is sought for a budget.
    void setLocked(const QList<int>& tensors, bool locked, const QString& text);
    // Measures with this from now on, or without any (null). What was measured otherwise is forgotten.
    void useImportance(std::shared_ptr<const Importance> importance, const QString& text);
    QUndoStack& undoStack() { return undo_; }

    // --- facts ---------------------------------------------------------------------------------------------
    void setStatistics(std::vector<std::optional<TensorStatistics>> statistics);
    const TensorStatistics* statistics(int index) const;  // null where not known
    void addMeasurement(int index, const Measurement& measurement);
    // Null where not measured yet; valid until the tensor's next measurement.
    const Measurement* measurement(int index, const Scheme& scheme) const;
    // How much a tensor's squared relative error counts; 1 until something is known.
    void setSensitivities(std::vector<double> sensitivities);  // one for each tensor
    double sensitivity(int index) const { return sensitivities_[static_cast<std::size_t>(index)]; }
    const Measurement* currentMeasurement(int index) const { return measurement(index, scheme(index)); }
    std::vector<TensorMeasurement> allMeasurements() const;  // for the workspace

    // --- where the plan is stored
    // ----------------------------------------------------------------------------
    const QString& planPath() const { return plan_path_; }
    void setPlanPath(const QString& path);
    bool isModified() const { return isOpen() && !undo_.isClean(); }

  signals:
    void modelChanged();
    // Also where the importance has changed for these tensors: what was measured of them is forgotten.
    void schemesChanged(const QList<int>& tensors);
    void budgetReturned(double bits_per_weight);  // a step that moved it was undone or done again
    void locksChanged(const QList<int>& tensors);
    void importanceChanged();  // before schemesChanged()
    void statisticsChanged();
    void sensitivitiesChanged();
    void measurementAdded(int tensor);
    void issuesChanged();
    void modifiedChanged(bool modified);
    void planPathChanged();

  private:
    friend class SchemeCommand;
    friend class ImportanceCommand;
    friend class LockCommand;
    void setLocks(const QList<int>& tensors, const std::vector<bool>& locked);
    void setSchemes(const QList<int>& tensors, const std::vector<Scheme>& schemes);
    void setImportance(std::shared_ptr<const Importance> importance);

    std::shared_ptr<const Model> model_;
    std::vector<Scheme> schemes_;
    std::vector<bool> locked_;
    std::shared_ptr<const Importance> importance_;
    std::vector<std::optional<TensorStatistics>> statistics_;
    std::vector<double> sensitivities_;
    std::string fingerprint_;                             // of the model
    std::vector<std::vector<Measurement>> measurements_;  // of each tensor, some tens at most
    QHash<QString, int> index_;
    QUndoStack undo_;
    QString plan_path_;
};

}  // namespace halfstep
