// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/budget_planner.h"

#include "core/allocation/refusals.h"
#include "core/base/error.h"
#include "core/exports/target_options.h"
#include "widgets/style/number_text.h"

#include <QFile>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <utility>

namespace halfstep {
namespace {

using namespace std::chrono_literals;

constexpr auto measuring_lane = "budget-candidates";
constexpr auto proof_lane = "budget-proof";
constexpr auto sensitivity_lane = "budget-sensitivity";
constexpr auto while_dragged = 6ms;  // a frame has 16
constexpr auto at_rest = 40ms;       // longer proofs are a job
constexpr auto longest_proof = 60s;
constexpr std::size_t most_compared_while_dragged = 300;  // classes; with more, others are asked at rest

}  // namespace

BudgetPlanner::BudgetPlanner(Document& document, MeasureService& measures, JobRunner& jobs, Settings settings,
                             QObject* parent)
    : QObject(parent), document_(document), measures_(measures), jobs_(jobs), settings_(std::move(settings)) {
    connect(&soon_, &PacedTimer::due, this, &BudgetPlanner::rebuild);
    connect(&document_, &Document::modelChanged, this, [this] {
        for (const char* lane : {measuring_lane, proof_lane, sensitivity_lane})
            jobs_.cancelLane(lane);
        loaded_.reset();
        allocation_.reset();
        best_.reset();
        tensors_.clear();
        budget_ = 0;
        soon_.forgetPace();
        requestMeasurements();
        soon_.soon();
    });
    connect(&document_, &Document::budgetReturned, this, &BudgetPlanner::returnTo);
    const auto rebuild_soon = [this] {
        if (active_) soon_.soon();
    };
    connect(&document_, &Document::importanceChanged, this, [this, rebuild_soon] {
        requestMeasurements();
        rebuild_soon();
    });
    connect(&document_, &Document::measurementAdded, this, [this] {
        if (active_ && !allocation_) soon_.news();
    });
    connect(&document_, &Document::locksChanged, this, [this, rebuild_soon] {
        requestMeasurements();
        rebuild_soon();
    });
    connect(&document_, &Document::schemesChanged, this, [this, rebuild_soon](const QList<int>& tensors) {
        if (applying_) return;
        rememberFormer();
        const bool pinned =
            std::ranges::any_of(tensors, [this](int tensor) { return document_.isLocked(tensor); });
        if (pinned) rebuild_soon();
        if (active_) emit changed();
    });
}

void BudgetPlanner::setActive(bool active) {
    active_ = active;
    if (!active || !document_.isOpen()) return;
    requestMeasurements();
    soon_.soon();
}

bool BudgetPlanner::isBusy() const {
    return soon_.isActive() || jobs_.isRunning(measuring_lane) || jobs_.isRunning(proof_lane) ||
           jobs_.isRunning(sensitivity_lane);
}

void BudgetPlanner::setSettings(Settings settings) {
    if (settings == settings_) return;
    settings_ = std::move(settings);
    allocation_.reset();
    requestMeasurements();
    soon_.soon();
}

void BudgetPlanner::loadSensitivities(const QString& path) {
    if (path.isEmpty()) {
        loaded_.reset();
        soon_.soon();
        return;
    }
    const std::shared_ptr<const Model> model = document_.model();
    jobs_.start<std::shared_ptr<const Sensitivities>>(
        {sensitivity_lane, tr("Reading sensitivities")},
        [model, file = QFile::encodeName(path).toStdString()](const JobContext& job) {
            return std::make_shared<const Sensitivities>(load_sensitivities(file, *model, job));
        },
        [this, model](std::shared_ptr<const Sensitivities> loaded) {
            if (document_.model() != model) return;
            loaded_ = std::move(loaded);
            for (const Issue& issue : loaded_->issues)
                emit failed(QString::fromStdString(issue.message));
            soon_.soon();
        },
        [this](const QString& message) {
            emit failed(message);
            emit changed();
        });
}

QString BudgetPlanner::sensitivitySource() const {
    return loaded_ ? QString::fromStdString(loaded_->source) : QString();
}

void BudgetPlanner::countOthers() {
    elements_ = other_bytes_ = 0;
    for (const TensorInfo& tensor : document_.model()->tensors()) {
        if (tensor.quantizable)
            elements_ += static_cast<double>(tensor.elements);
        else
            other_bytes_ += static_cast<double>(tensor.bytes);
    }
}

double BudgetPlanner::bytesOf(double bits_per_weight) const {
    return other_bytes_ + bits_per_weight * elements_ / 8;
}

double BudgetPlanner::bitsOf(double bytes) const {
    return elements_ > 0 ? std::max(0.0, bytes - other_bytes_) * 8 / elements_ : 0;
}

void BudgetPlanner::weigh() {
    document_.setSensitivities(loaded_             ? loaded_->values
                               : settings_.by_role ? sensitivities_by_role(*document_.model()).values
                                                   : equal_sensitivities(*document_.model()).values);
}

std::vector<Scheme> BudgetPlanner::schemesNeeded() const {
    std::vector<Scheme> schemes;
    const auto need = [&schemes](const Scheme& scheme) {
        if (scheme.family != Family::keep && std::ranges::find(schemes, scheme) == schemes.end())
            schemes.push_back(scheme);
    };
    for (const Scheme& scheme : settings_.candidates)
        need(scheme);
    // Layers that share a scheme with a locked one get that scheme.
    for (int tensor = 0; settings_.fuse && tensor < document_.tensorCount(); ++tensor)
        if (document_.isLocked(tensor)) need(document_.scheme(tensor));
    return schemes;
}

void BudgetPlanner::requestMeasurements() {
    if (!active_ || !document_.isOpen()) return;
    QList<int> tensors;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor)
        if (document_.tensor(tensor).quantizable) tensors.append(tensor);
    const std::vector<Scheme> schemes = schemesNeeded();
    measures_.request(
        measuring_lane,
        tr("Measuring %n candidate(s) on every layer", nullptr, static_cast<int>(schemes.size())), tensors,
        schemes);
}

const Measurement* BudgetPlanner::figures(int tensor, const Scheme& scheme) const {
    const Measurement* measured = document_.measurement(tensor, scheme);
    return measured != nullptr && measured->refused.empty() ? measured : nullptr;
}

double BudgetPlanner::measuredShare() const {
    const std::vector<Scheme> schemes = schemesNeeded();
    std::size_t needed = 0;
    std::size_t known = 0;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor) {
        if (!document_.tensor(tensor).quantizable) continue;
        for (const Scheme& scheme : schemes) {
            ++needed;
            if (document_.measurement(tensor, scheme) != nullptr) ++known;
        }
    }
    return needed == 0 ? 1 : static_cast<double>(known) / static_cast<double>(needed);
}

AllocationRules BudgetPlanner::rules(const AllocationProblem& problem) const {
    AllocationRules rules;
    rules.candidates = settings_.candidates;
    for (std::size_t place = 0; place < tensors_.size(); ++place)
        if (document_.isLocked(tensors_[place]))
            rules.pins.push_back({place, document_.scheme(tensors_[place]), tr("its lock").toStdString()});
    if (settings_.fuse) rules.ties = fused_ties(problem);
    if (settings_.protect) {
        rules.limits = sensitive_layers_limit(problem);
        // A lock is a decision, the limit a default.
        std::erase_if(rules.limits,
                      [this](const LeastBits& limit) { return document_.isLocked(tensors_[limit.tensor]); });
    }
    return rules;
}

std::shared_ptr<const Allocation> BudgetPlanner::prepared() {
    const Model& model = *document_.model();
    std::vector<Scheme> schemes = settings_.candidates;
    for (const int tensor : tensors_)
        if (document_.isLocked(tensor)) schemes.push_back(document_.scheme(tensor));
    std::vector<double> sensitivities;
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor)
        sensitivities.push_back(document_.sensitivity(tensor));
    AllocationProblem problem = allocation_problem(model, schemes, document_.allMeasurements(), sensitivities,
                                                   document_.importance() != nullptr);
    AllocationRules wishes;
    if (settings_.target.empty()) {
        wishes = rules(problem);
    } else {
        const ExportTarget& target = find_export_target(settings_.target);
        for (const std::string& sentence : leave_to_target(target, model, problem))
            left_out_.append(QString::fromStdString(sentence));
        wishes = rules(problem);
        restricted_ = !add_target_rules(target, model, problem, wishes).empty();
    }
    return std::make_shared<const Allocation>(std::move(problem), wishes);
}

void BudgetPlanner::rebuild() {
    if (!document_.isOpen() || !active_) return;
    tensors_.clear();
    for (int tensor = 0; tensor < document_.tensorCount(); ++tensor)
        if (document_.tensor(tensor).quantizable) tensors_.push_back(tensor);
    if (former_.size() != tensors_.size()) rememberFormer();
    countOthers();
    weigh();
    if (budget_ <= 0) budget_ = stood_at_ = planBits();
    allocation_.reset();
    problem_.clear();
    left_out_.clear();
    restricted_ = false;
    if (measuredShare() >= 1) {
        try {
            allocation_ = prepared();
        } catch (const Error& error) {
            problem_ = textOf(error);
        }
    }
    solve(at_rest);
    finishProof();
    emit changed();
}

// The usual problems in the user's language, the others in the engine's words.
QString BudgetPlanner::textOf(const Error& error) const {
    const auto notation = [](const Scheme& scheme) { return QString::fromStdString(to_string(scheme)); };
    const QString tensor = QString::fromStdString(error.place().tensor);
    if (const auto* small = dynamic_cast<const BudgetTooSmall*>(&error))
        return tr("No plan fits into %1 bits a weight: the smallest takes %2, and the model then %3. Raise "
                  "the "
                  "budget, or add candidates of fewer bits.")
            .arg(bitsText(budget_), bitsText(std::ceil(small->least_bits_per_weight * 1000) / 1000),
                 sizeText(small->least_bytes));
    if (const auto* limit = dynamic_cast<const LimitOutOfReach*>(&error))
        return tr("No candidate gives '%1' the %2 bits a weight of protected ends. Add one of more bits, "
                  "such "
                  "as int8 or keep.")
            .arg(tensor, bitsText(limit->bits_per_weight));
    if (const auto* apart = dynamic_cast<const PinsApart*>(&error))
        return tr("'%1' and '%2' share a scheme, but are locked to %3 and %4. Unlock one of them.")
            .arg(tensor, QString::fromStdString(apart->other), notation(apart->scheme),
                 notation(apart->other_scheme));
    return QString::fromUtf8(error.what());
}

void BudgetPlanner::solve(std::chrono::nanoseconds limit) {
    best_.reset();
    uniform_.reset();
    greedy_.reset();
    closed_form_.reset();
    if (!allocation_ || allocation_->classes().empty()) return;
    problem_.clear();
    const Budget budget{Budget::Of::bits_per_weight, budget_};
    try {
        best_ = allocation_->best(budget, {.time = limit});
    } catch (const Error& error) {  // no plan is as small as that
        problem_ = textOf(error);
        return;
    }
    checkForTarget();
    if (limit < at_rest && allocation_->classes().size() > most_compared_while_dragged) return;
    uniform_ = allocation_->best_uniform(budget);
    greedy_ = allocation_->greedy(budget);
    closed_form_ = allocation_->closed_form(budget);
}

// A plan that the target cannot hold is none.
void BudgetPlanner::checkForTarget() {
    if (!best_ || settings_.target.empty()) return;
    try {
        check_for_target(find_export_target(settings_.target), *document_.model(),
                         allocation_->plan(*document_.model(), *best_));
    } catch (const Error& error) {
        problem_ = QString::fromUtf8(error.what());
        best_.reset();
    }
}

// What could not be proven at once is proven beside; the plan is brought up to it if the budget still stands.
void BudgetPlanner::finishProof() {
    jobs_.cancelLane(proof_lane);
    if (!best_ || best_->proven()) return;
    const Budget budget{Budget::Of::bits_per_weight, budget_};
    const bool in_use = allocation_ && planLoss() == best_->loss;
    jobs_.start<BestChoice>(
        {proof_lane, tr("Proving the plan")},
        [allocation = allocation_, budget](const JobContext& job) {
            return allocation->best(budget, {.time = longest_proof, .stop = job.stop});
        },
        [this, in_use, allocation = allocation_, at = budget_](BestChoice best) {
            if (allocation != allocation_ || at != budget_) return;
            best_ = std::move(best);
            checkForTarget();
            if (in_use) apply();
            emit changed();
        });
}

void BudgetPlanner::rememberFormer() {
    former_.clear();
    for (const int tensor : tensors_)
        former_.push_back(document_.scheme(tensor));
}

void BudgetPlanner::moveBudget(double bits_per_weight) {
    budget_ = bits_per_weight;
    if (!allocation_) {
        emit changed();
        return;
    }
    if (gesture_ == 0) {
        gesture_ = --last_gesture_;
        rememberFormer();
    }
    solve(while_dragged);
    apply();
    emit changed();
}

void BudgetPlanner::endMove() {
    if (gesture_ == 0) return;
    solve(at_rest);
    apply();
    if (best_) stood_at_ = budget_;
    finishProof();
    gesture_ = 0;
    emit changed();
}

void BudgetPlanner::usePlan() {
    moveBudget(budget_);
    endMove();
}

void BudgetPlanner::apply() {
    if (!best_) return;
    QList<int> tensors;
    std::vector<Scheme> schemes;
    for (std::size_t place = 0; place < tensors_.size(); ++place) {
        tensors.append(tensors_[place]);
        schemes.push_back(allocation_->scheme(*best_, place));
    }
    applying_ = true;
    document_.applyChoice(tensors, schemes,
                          tr("the best plan for %1 bits a weight").arg(QLocale().toString(budget_, 'f', 2)),
                          gesture_ != 0 ? gesture_ : last_gesture_, {stood_at_, budget_});
    applying_ = false;
}

void BudgetPlanner::returnTo(double budget) {
    if (applying_) return;
    budget_ = stood_at_ = budget;
    if (!active_) return;
    solve(at_rest);
    finishProof();
    emit changed();
}

std::optional<double> BudgetPlanner::planLoss() const {
    double loss = 0;
    for (const int tensor : tensors_) {
        const Scheme& scheme = document_.scheme(tensor);
        if (scheme.family == Family::keep) continue;
        const Measurement* measured = figures(tensor, scheme);
        if (measured == nullptr) return std::nullopt;
        loss += document_.sensitivity(tensor) * squared_error(*measured, document_.importance() != nullptr);
    }
    return loss;
}

double BudgetPlanner::planBits() const {
    double bits = 0;
    double elements = 0;
    for (const int tensor : tensors_) {
        const TensorInfo& info = document_.tensor(tensor);
        const Measurement* measured = figures(tensor, document_.scheme(tensor));
        elements += static_cast<double>(info.elements);
        bits += measured != nullptr ? measured->bits_per_weight * static_cast<double>(info.elements)
                                    : static_cast<double>(planned_bits(info, document_.scheme(tensor)));
    }
    return elements > 0 ? bits / elements : 0;
}

}  // namespace halfstep
