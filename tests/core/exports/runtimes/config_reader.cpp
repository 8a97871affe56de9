// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/exports/runtimes/config_reader.h"

#include "core/base/error.h"
#include "core/exports/export_target.h"
#include "tests/support/oracle.h"

#include <QFile>
#include <QJsonDocument>

namespace halfstep::testing {
namespace {

QString difference_of(const QJsonValue& result, const QJsonObject& expected) {
    if (!result.isObject()) return result.toString("no answer");
    const QJsonObject modules = result.toObject();
    for (const QString& name : expected.keys())
        if (modules[name] != expected[name])
            return QString("%1: %2, not %3").arg(name, modules[name].toString(), expected[name].toString());
    return modules.size() == expected.size() ? "" : "other modules";
}

}  // namespace

void ConfigReader::add(const QString& label, const Model& model, const Plan& plan, const QString& target,
                       const QJsonObject& expected) {
    const QString file = folder_.filePath(QString::number(jobs_.size()));
    try {
        find_export_target(target.toStdString()).export_plan({model, plan, file.toStdString()});
    } catch (const Error& error) {
        if (refused_.isEmpty()) refused_ = label + ": " + QString::fromStdString(error.what());
    }
    jobs_.push_back({label, expected});
    described_ << QJsonObject{
        {"target", target}, {"file", file}, {"names", QJsonArray::fromStringList(expected.keys())}};
}

QString ConfigReader::difference() {
    if (!refused_.isEmpty()) return refused_;
    QFile file(folder_.filePath("jobs.json"));
    if (!file.open(QIODevice::WriteOnly)) return "cannot write the jobs";
    file.write(QJsonDocument(described_).toJson());
    file.close();
    const QJsonObject answer = run_oracle("tests/oracle/runtime_configs.py", {file.fileName()});
    if (answer.contains("failed")) return answer["failed"].toString();
    const QJsonArray results = answer["results"].toArray();
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
        const QString difference = difference_of(results[static_cast<int>(job)], jobs_[job].expected);
        if (!difference.isEmpty()) return jobs_[job].label + ": " + difference;
    }
    return results.size() == static_cast<qsizetype>(jobs_.size()) ? "" : "other jobs";
}

}  // namespace halfstep::testing
