// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/importance_command.h"

#include <utility>

namespace halfstep {

ImportanceCommand::ImportanceCommand(Document& document, std::shared_ptr<const Importance> importance,
                                     const QString& text)
    : QUndoCommand(text), document_(document), importance_(std::move(importance)) {}

void ImportanceCommand::exchange() {
    std::shared_ptr<const Importance> next = std::move(importance_);
    importance_ = document_.importance();
    document_.setImportance(std::move(next));
}

}  // namespace halfstep
