// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcessEnvironment>
#include <QStringList>

namespace halfstep::testing {

// What a run of halfstep-cli gave.
struct CliRun {
    int code = -1;  // -1: it did not end by itself
    QByteArray out;
    QByteArray err;

    // Standard output as the one JSON document that it must be; empty where it is not.
    QJsonObject json() const;
    // Standard error is one line that holds `part`.
    bool says(const char* part) const;
};

QString cli_program();
CliRun run_cli(const QStringList& arguments, const QProcessEnvironment& environment = {});

}  // namespace halfstep::testing
