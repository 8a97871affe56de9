// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/oracle.h"

#include "tests/support/test_data.h"

#include <QJsonDocument>
#include <QProcess>

namespace halfstep::testing {

QJsonObject run_oracle(const QString& script, const QStringList& arguments) {
    QProcess process;
    process.start(
        QString::fromStdString(python_with_numpy()->string()),
        QStringList{QString::fromStdString(project_path(script.toStdString()).string())} + arguments);
    const bool ended = process.waitForFinished(120'000);
    if (!ended || process.exitCode() != 0)
        return {{"failed", QString::fromUtf8(process.readAllStandardError().right(800))}};
    return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
}

}  // namespace halfstep::testing
