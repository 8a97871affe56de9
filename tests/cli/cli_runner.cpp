// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"

#include <QJsonDocument>
#include <QProcess>

namespace halfstep::testing {

QJsonObject CliRun::json() const {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(out, &error);  // refuses anything after the value
    return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
}

bool CliRun::says(const char* part) const {
    return err.startsWith("halfstep-cli: ") && err.count('\n') == 1 && err.contains(part);
}

QString cli_program() {
    return QStringLiteral(HALFSTEP_CLI);
}

CliRun run_cli(const QStringList& arguments, const QProcessEnvironment& environment) {
    QProcess process;
    QProcessEnvironment whole = QProcessEnvironment::systemEnvironment();
    whole.insert(environment);
    process.setProcessEnvironment(whole);
    process.start(cli_program(), arguments);
    process.closeWriteChannel();
    CliRun run;
    if (process.waitForFinished(240'000) && process.exitStatus() == QProcess::NormalExit)
        run.code = process.exitCode();
    run.out = process.readAllStandardOutput();
    run.err = process.readAllStandardError();
    return run;
}

}  // namespace halfstep::testing
