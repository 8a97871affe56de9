// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"

#include <QUndoCommand>

#include <optional>

namespace halfstep {

// Gives tensors new schemes. Undo and redo are the same exchange; steps of one gesture merge.
class SchemeCommand : public QUndoCommand {
  public:
    SchemeCommand(Document& document, QList<int> tensors, std::vector<Scheme> schemes, const QString& text,
                  int gesture);

    void setBudget(const Document::BudgetMove& budget) { budget_ = budget; }  // that the schemes are for
    int gesture() const { return gesture_; }

    void undo() override;
    void redo() override;
    int id() const override { return gesture_ == 0 ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override;

  private:
    void exchange();

    Document& document_;
    QList<int> tensors_;
    std::vector<Scheme> schemes_;  // those that the next exchange sets
    int gesture_;
    std::optional<Document::BudgetMove> budget_;
};

}  // namespace halfstep
