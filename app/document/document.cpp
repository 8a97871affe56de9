// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/document.h"

#include "app/document/importance_command.h"
#include "app/document/lock_command.h"
#include "app/document/scheme_command.h"

#include <algorithm>
#include <utility>

namespace halfstep {

Document::Document(QObject* parent) : QObject(parent) {
    connect(&undo_, &QUndoStack::cleanChanged, this, [this](bool clean) { emit modifiedChanged(!clean); });
}

void Document::setModel(std::shared_ptr<const Model> model, const Scheme& initial) {
    model_ = std::move(model);
    fingerprint_ = model_fingerprint(*model_);
    const std::vector<TensorInfo>& tensors = model_->tensors();
    schemes_.clear();
    index_.clear();
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const bool takes_it = tensors[i].quantizable && !tensors[i].quantized() &&
                              why_not_applicable(initial, matrix_shape(tensors[i]).inputs).empty();
        schemes_.push_back(takes_it ? initial : Scheme{});
        index_.insert(QString::fromStdString(tensors[i].name), static_cast<int>(i));
    }
    locked_.assign(tensors.size(), false);
    sensitivities_.assign(tensors.size(), 1.0);
    statistics_.assign(tensors.size(), std::nullopt);
    measurements_.assign(tensors.size(), {});
    undo_.clear();
    setPlanPath({});
    if (std::exchange(importance_, nullptr)) emit importanceChanged();
    emit modelChanged();
    emit issuesChanged();
}

void Document::close() {
    model_.reset();
    schemes_.clear();
    locked_.clear();
    sensitivities_.clear();
    statistics_.clear();
    measurements_.clear();
    index_.clear();
    undo_.clear();
    setPlanPath({});
    if (std::exchange(importance_, nullptr)) emit importanceChanged();
    emit modelChanged();
    emit issuesChanged();
}

int Document::indexOf(const std::string& name) const {
    return index_.value(QString::fromStdString(name), -1);
}

Plan Document::plan() const {
    Plan plan;
    if (!model_) return plan;
    plan.model_name = model_->path().filename().string();
    plan.fingerprint = fingerprint_;
    for (int i = 0; i < tensorCount(); ++i)
        plan.entries.push_back({tensor(i).name, scheme(i), isLocked(i)});
    return plan;
}

QList<Issue> Document::issues() const {
    QList<Issue> issues;
    if (!model_) return issues;
    for (const Issue& issue : model_->issues())
        issues.append(issue);
    if (importance_)
        for (const Issue& issue : importance_->issues())
            issues.append(issue);
    for (int i = 0; i < tensorCount(); ++i) {
        if (const TensorStatistics* known = statistics(i); known != nullptr && known->first_non_finite) {
            issues.append(
                {Severity::error, tensor(i).name,
                 tr("%n weight(s) are NaN or infinite, the first at element %1. They are left out of every "
                    "figure, and this tensor cannot be exported.",
                    nullptr, static_cast<int>(known->nans + known->infs))
                     .arg(*known->first_non_finite)
                     .toStdString()});
        }
        const Measurement* measured = currentMeasurement(i);
        if (measured == nullptr) continue;
        if (!measured->refused.empty())
            issues.append(
                {Severity::warning, tensor(i).name, to_string(scheme(i)) + ": " + measured->refused});
        for (const Issue& issue : measured->issues)
            issues.append(issue);
    }
    return issues;
}

void Document::applyScheme(const QList<int>& tensors, const Scheme& scheme, const QString& text,
                           int gesture) {
    QList<int> changed;
    for (const int tensor : tensors)
        if (schemes_[static_cast<std::size_t>(tensor)] != scheme) changed.append(tensor);
    // A gesture keeps its set of tensors, so that its steps merge.
    const QList<int>& affected = gesture == 0 ? changed : tensors;
    if (changed.isEmpty()) return;
    undo_.push(new SchemeCommand(*this, affected,
                                 std::vector<Scheme>(static_cast<std::size_t>(affected.size()), scheme), text,
                                 gesture));
}

void Document::applyChoice(const QList<int>& tensors, const std::vector<Scheme>& schemes, const QString& text,
                           int gesture, const BudgetMove& budget) {
    std::size_t position = 0;
    bool any = false;
    for (const int tensor : tensors)
        any = any || scheme(tensor) != schemes[position++];
    const auto* last = dynamic_cast<const SchemeCommand*>(undo_.command(undo_.index() - 1));
    const bool goes_on =
        last != nullptr && last->gesture() == gesture && !undo_.canRedo() && !undo_.isClean();
    if (!any && !goes_on) return;
    auto* step = new SchemeCommand(*this, tensors, schemes, text, gesture);
    step->setBudget(budget);
    undo_.push(step);
}

void Document::applyPlan(const Plan& plan, const QString& text) {
    QList<int> changed;
    std::vector<Scheme> schemes;
    QList<int> lock;
    QList<int> unlock;
    for (int i = 0; i < tensorCount(); ++i) {
        const auto planned = std::ranges::find(plan.entries, tensor(i).name, &Plan::Entry::tensor);
        const bool known = planned != plan.entries.end();
        if (isLocked(i) != (known && planned->locked)) (isLocked(i) ? unlock : lock).append(i);
        const Scheme wanted = known ? planned->scheme : Scheme{};
        if (wanted == scheme(i)) continue;
        changed.append(i);
        schemes.push_back(wanted);
    }
    if (changed.isEmpty() && lock.isEmpty() && unlock.isEmpty()) return;
    undo_.beginMacro(text);
    if (!changed.isEmpty()) undo_.push(new SchemeCommand(*this, changed, std::move(schemes), text, 0));
    if (!lock.isEmpty()) setLocked(lock, true, text);
    if (!unlock.isEmpty()) setLocked(unlock, false, text);
    undo_.endMacro();
}

void Document::setLocked(const QList<int>& tensors, bool locked, const QString& text) {
    QList<int> changed;
    for (const int tensor : tensors)
        if (isLocked(tensor) != locked) changed.append(tensor);
    if (!changed.isEmpty()) undo_.push(new LockCommand(*this, changed, locked, text));
}

void Document::setLocks(const QList<int>& tensors, const std::vector<bool>& locked) {
    std::size_t position = 0;
    for (const int tensor : tensors)
        locked_[static_cast<std::size_t>(tensor)] = locked[position++];
    emit locksChanged(tensors);
}

void Document::setSchemes(const QList<int>& tensors, const std::vector<Scheme>& schemes) {
    std::size_t position = 0;
    for (const int tensor : tensors)
        schemes_[static_cast<std::size_t>(tensor)] = schemes[position++];
    emit schemesChanged(tensors);
    emit issuesChanged();
}

const TensorImportance* Document::importance(int index) const {
    return importance_ ? importance_->find(tensor(index).name) : nullptr;
}

void Document::useImportance(std::shared_ptr<const Importance> importance, const QString& text) {
    if (importance != importance_) undo_.push(new ImportanceCommand(*this, std::move(importance), text));
}

void Document::setImportance(std::shared_ptr<const Importance> importance) {
    const std::shared_ptr<const Importance> former = std::exchange(importance_, std::move(importance));
    QList<int> affected;
    for (int i = 0; i < tensorCount(); ++i) {
        const std::string& name = tensor(i).name;
        const bool was_known = former && former->find(name) != nullptr;
        if (!was_known && this->importance(i) == nullptr) continue;
        measurements_[static_cast<std::size_t>(i)].clear();
        affected.append(i);
    }
    emit importanceChanged();
    emit schemesChanged(affected);  // their figures are missing, as after a change of scheme
    emit issuesChanged();
}

void Document::setStatistics(std::vector<std::optional<TensorStatistics>> statistics) {
    if (statistics.size() != schemes_.size()) return;
    statistics_ = std::move(statistics);
    emit statisticsChanged();
    emit issuesChanged();
}

const TensorStatistics* Document::statistics(int index) const {
    const auto& known = statistics_[static_cast<std::size_t>(index)];
    return known ? &*known : nullptr;
}

void Document::setSensitivities(std::vector<double> sensitivities) {
    if (sensitivities.size() != schemes_.size() || sensitivities == sensitivities_) return;
    sensitivities_ = std::move(sensitivities);
    emit sensitivitiesChanged();
}

void Document::addMeasurement(int index, const Measurement& measurement) {
    std::vector<Measurement>& of_tensor = measurements_[static_cast<std::size_t>(index)];
    const auto known = std::ranges::find(of_tensor, measurement.scheme, &Measurement::scheme);
    if (known == of_tensor.end())
        of_tensor.push_back(measurement);
    else
        *known = measurement;
    emit measurementAdded(index);
    if (!measurement.refused.empty() || !measurement.issues.empty()) emit issuesChanged();
}

const Measurement* Document::measurement(int index, const Scheme& scheme) const {
    const auto& of_tensor = measurements_[static_cast<std::size_t>(index)];
    const auto found = std::ranges::find(of_tensor, scheme, &Measurement::scheme);
    return found == of_tensor.end() ? nullptr : &*found;
}

std::vector<TensorMeasurement> Document::allMeasurements() const {
    std::vector<TensorMeasurement> all;
    for (int i = 0; i < tensorCount(); ++i) {
        const auto& of_tensor = measurements_[static_cast<std::size_t>(i)];
        if (of_tensor.empty()) continue;
        all.push_back({tensor(i).name, tensor(i).elements, of_tensor});
        std::ranges::sort(all.back().results, {},
                          [](const Measurement& measurement) { return to_string(measurement.scheme); });
    }
    return all;
}

void Document::setPlanPath(const QString& path) {
    if (plan_path_ == path) return;
    plan_path_ = path;
    emit planPathChanged();
}

}  // namespace halfstep
