// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/document/document.h"

#include <QUndoCommand>

#include <memory>

namespace halfstep {

// Another importance matrix to measure with, or none. Undo and redo are the same exchange.
class ImportanceCommand : public QUndoCommand {
  public:
    ImportanceCommand(Document& document, std::shared_ptr<const Importance> importance, const QString& text);

    void undo() override { exchange(); }
    void redo() override { exchange(); }

  private:
    void exchange();

    Document& document_;
    std::shared_ptr<const Importance> importance_;  // what the next exchange sets
};

}  // namespace halfstep
