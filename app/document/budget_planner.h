// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"
#include "app/document/measure_service.h"
#include "app/jobs/job_runner.h"
#include "app/jobs/paced_timer.h"
#include "core/allocation/allocation.h"
#include "core/allocation/sensitivity.h"

#include <QObject>
#include <QStringList>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace halfstep {

class Error;

// Seeks the best plan of the document's model for a budget, and makes it the document's plan. Has the
// candidates measured first; everything that is locked stays as it is.
class BudgetPlanner : public QObject {
    Q_OBJECT
  public:
    struct Settings {
        std::vector<Scheme> candidates;
        std::string target = {};  // that has to hold the plan; empty: none
        bool by_role = false;     // sensitivities; those of a file count before
        bool protect = false;     // embeddings, head, first and last block: at least 8 bits
        bool fuse = false;        // q, k, v and gate, up share a scheme
        friend bool operator==(const Settings&, const Settings&) = default;
    };

    BudgetPlanner(Document& document, MeasureService& measures, JobRunner& jobs, Settings settings,
                  QObject* parent = nullptr);

    // Measures and solves only while somebody looks.
    void setActive(bool active);
    bool isBusy() const;

    const Settings& settings() const { return settings_; }
    void setSettings(Settings settings);

    // Sensitivities from a file (see load_sensitivities); an empty path takes them away.
    void loadSensitivities(const QString& path);
    QString sensitivitySource() const;

    // Null while candidates are being measured, and where the rules contradict each other: see problem().
    const std::shared_ptr<const Allocation>& allocation() const { return allocation_; }
    QString problem() const { return problem_; }
    double measuredShare() const;  // of the figures that are needed
    // A sentence for each reason why the target is not given all candidates for all layers.
    const QStringList& leftOut() const { return left_out_; }
    // Whether the target wants schemes that go together, or one for several layers: the best is the best of
    // such plans.
    bool isRestricted() const { return restricted_; }

    double budget() const { return budget_; }  // bits a weight over the quantizable tensors
    const std::optional<BestChoice>& best() const { return best_; }
    const std::optional<UniformChoice>& uniform() const { return uniform_; }
    const std::optional<AllocationChoice>& greedy() const { return greedy_; }
    const std::optional<AllocationChoice>& closedForm() const { return closed_form_; }

    // The size of the whole model that a budget stands for, tensors that are kept included; and back.
    double bytesOf(double bits_per_weight) const;
    double bitsOf(double bytes) const;

    // The plan follows the budget; all moves up to endMove() are one step of undo.
    void moveBudget(double bits_per_weight);
    void endMove();
    void usePlan();  // the best for the budget as it stands

    // The tensors that are chosen for, and the scheme each had before the budget was last moved.
    const std::vector<int>& tensors() const { return tensors_; }
    const Scheme& formerScheme(std::size_t place) const { return former_[place]; }
    std::optional<double> planLoss() const;  // of the document's plan; none where a figure is missing
    double planBits() const;                 // a weight

  signals:
    void changed();
    void failed(const QString& message);

  private:
    void requestMeasurements();
    std::vector<Scheme> schemesNeeded() const;
    void rebuild();
    void weigh();
    void countOthers();
    AllocationRules rules(const AllocationProblem& problem) const;
    std::shared_ptr<const Allocation> prepared();
    QString textOf(const Error& error) const;
    void solve(std::chrono::nanoseconds limit);
    void checkForTarget();
    void finishProof();
    void apply();
    void returnTo(double budget);
    void rememberFormer();
    const Measurement* figures(int tensor, const Scheme& scheme) const;  // null where not measured or refused

    Document& document_;
    MeasureService& measures_;
    JobRunner& jobs_;
    Settings settings_;
    std::shared_ptr<const Sensitivities> loaded_;
    std::vector<int> tensors_;
    std::vector<Scheme> former_;
    std::shared_ptr<const Allocation> allocation_;
    QString problem_;
    QStringList left_out_;
    bool restricted_ = false;
    double budget_ = 0;
    double stood_at_ = 0;     // the budget, when the plan last followed it
    double elements_ = 0;     // of the tensors that are chosen for
    double other_bytes_ = 0;  // of all others
    std::optional<BestChoice> best_;
    std::optional<UniformChoice> uniform_;
    std::optional<AllocationChoice> greedy_;
    std::optional<AllocationChoice> closed_form_;
    PacedTimer soon_{std::chrono::milliseconds(60)};
    bool active_ = false;
    bool applying_ = false;
    int gesture_ = 0;  // negative while a move goes on
    int last_gesture_ = 0;
};

}  // namespace halfstep
