// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/model_files/model.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QTemporaryDir>

#include <vector>

namespace halfstep::testing {

// Exports plans and has tests/oracle/runtime_configs.py read what was written, all of it in one run.
class ConfigReader {
  public:
    // `expected` says what the reader is to say of each module. The label is for the message.
    void add(const QString& label, const Model& model, const Plan& plan, const QString& target,
             const QJsonObject& expected);

    // What is not as expected, the first of it; empty where all is.
    QString difference();

  private:
    struct Job {
        QString label;
        QJsonObject expected;
    };

    QTemporaryDir folder_;
    std::vector<Job> jobs_;
    QJsonArray described_;
    QString refused_;  // an export that failed
};

}  // namespace halfstep::testing
