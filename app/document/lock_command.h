// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"

#include <QUndoCommand>

#include <utility>
#include <vector>

namespace halfstep {

// Locks tensors at their schemes, or unlocks them; those that are it already are not among them.
class LockCommand : public QUndoCommand {
  public:
    LockCommand(Document& document, QList<int> tensors, bool locked, const QString& text)
        : QUndoCommand(text), document_(document), tensors_(std::move(tensors)), locked_(locked) {}

    void undo() override { set(!locked_); }
    void redo() override { set(locked_); }

  private:
    void set(bool locked) {
        document_.setLocks(tensors_, std::vector<bool>(static_cast<std::size_t>(tensors_.size()), locked));
    }

    Document& document_;
    QList<int> tensors_;
    bool locked_;
};

}  // namespace halfstep
