// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/scheme_command.h"

#include <utility>

namespace halfstep {

SchemeCommand::SchemeCommand(Document& document, QList<int> tensors, std::vector<Scheme> schemes,
                             const QString& text, int gesture)
    : QUndoCommand(text),
      document_(document),
      tensors_(std::move(tensors)),
      schemes_(std::move(schemes)),
      gesture_(gesture) {}

void SchemeCommand::exchange() {
    std::vector<Scheme> former;
    former.reserve(schemes_.size());
    for (const int tensor : tensors_)
        former.push_back(document_.scheme(tensor));
    document_.setSchemes(tensors_, schemes_);
    schemes_ = std::move(former);
}

void SchemeCommand::undo() {
    exchange();
    if (budget_) emit document_.budgetReturned(budget_->from);
}

void SchemeCommand::redo() {
    exchange();
    if (budget_) emit document_.budgetReturned(budget_->to);
}

bool SchemeCommand::mergeWith(const QUndoCommand* other) {
    // The stack has already run `other`, and what this command would restore is still right.
    const auto* next = dynamic_cast<const SchemeCommand*>(other);
    if (next == nullptr || next->gesture_ != gesture_ || next->tensors_ != tensors_) return false;
    setText(next->text());  // what the gesture came to
    if (budget_ && next->budget_) budget_->to = next->budget_->to;
    return true;
}

}  // namespace halfstep
