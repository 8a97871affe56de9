// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>

namespace halfstep::testing {

// Runs a Python script of the project ("tests/oracle/gguf_oracle.py") and gives the JSON object that it
// prints, or
// {"failed": what went wrong}. Needs python_with_numpy().
QJsonObject run_oracle(const QString& script, const QStringList& arguments);

}  // namespace halfstep::testing
