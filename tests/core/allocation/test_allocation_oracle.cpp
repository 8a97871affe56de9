// SPDX-License-Identifier: GPL-3.0-or-later
// The exact choice against integer programs that CBC and GLPK solve.
#include "core/allocation/allocation.h"
#include "tests/core/allocation/allocation_samples.h"
#include "tests/core/allocation/hawq_v3.h"
#include "tests/support/oracle.h"
#include "tests/support/test_data.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// What the oracle is asked, and what we say.
struct Asked {
    QJsonArray problems;
    std::vector<BestChoice> answers;
    std::vector<QString> names;
};

QJsonArray classes_json(const Allocation& allocation) {
    QJsonArray classes;
    for (const AllocationClass& of : allocation.classes()) {
        QJsonArray options;
        for (const AllocationOption& option : of.options)
            options.append(QJsonArray{static_cast<double>(option.bits), option.loss});
        classes.append(options);
    }
    return classes;
}

void ask(Asked& asked, const QString& name, const Allocation& allocation, const std::vector<double>& limits) {
    const QJsonArray classes = classes_json(allocation);
    for (const double limit : limits) {
        const double capacity = std::floor(limit * static_cast<double>(allocation.problem().elements()));
        asked.problems.append(QJsonObject{{"classes", classes}, {"capacity", capacity}});
        asked.answers.push_back(allocation.best({Budget::Of::bits_per_weight, limit}));
        asked.names.push_back(QStringLiteral("%1 at %2 bits").arg(name).arg(limit));
    }
}

std::vector<double> budgets(const Allocation& allocation, int count) {
    const double low = allocation.smallest().bits_per_weight;
    const double high = allocation.most_exact().bits_per_weight;
    std::vector<double> limits;
    for (int i = 0; i < count; ++i)
        limits.push_back(low + (high - low) * (i + 0.5) / count);
    return limits;
}

void compare(const Asked& asked, const QString& solver) {
    const QTemporaryDir folder;
    QFile file(folder.filePath("problems.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QJsonDocument(QJsonObject{{"problems", asked.problems}}).toJson(QJsonDocument::Compact));
    file.close();
    const QJsonObject answer = run_oracle("tests/oracle/knapsack_oracle.py", {solver, file.fileName()});
    QVERIFY2(!answer.contains("failed"), qPrintable(answer["failed"].toString()));
    const QJsonArray values = answer["values"].toArray();
    QCOMPARE(values.size(), static_cast<int>(asked.answers.size()));
    for (int i = 0; i < values.size(); ++i) {
        const BestChoice& ours = asked.answers[static_cast<std::size_t>(i)];
        const double theirs = values[i].toDouble();
        const QString what = QStringLiteral("%1: ours %2, %3 %4")
                                 .arg(asked.names[static_cast<std::size_t>(i)])
                                 .arg(ours.loss, 0, 'g', 17)
                                 .arg(solver)
                                 .arg(theirs, 0, 'g', 17);
        QVERIFY2(values[i].isDouble(), qPrintable(what));
        QVERIFY2(std::abs(ours.loss - theirs) <= 1e-9 * theirs, qPrintable(what));
        QVERIFY2(ours.lower_bound <= theirs * (1 + 1e-9) && ours.proven(), qPrintable(what));
    }
}

// HAWQ-V3's problem: 4 or 8 bits a layer.
Allocation hawq_allocation(const HawqModel& model) {
    AllocationProblem problem;
    AllocationRules rules;
    rules.candidates = {parse_scheme("int4"), parse_scheme("int8")};
    for (std::size_t i = 0; i < model.trace.size(); ++i) {
        const auto weights = static_cast<std::uint64_t>(model.weights[i]);
        problem.tensors.push_back(sample_tensor(("layer" + std::to_string(i)).c_str(), Role::convolution,
                                                static_cast<int>(i), weights,
                                                {{"int4", 4, model.trace[i] * model.error_4bit[i]},
                                                 {"int8", 8, model.trace[i] * model.error_8bit[i]}}));
    }
    for (const auto& [a, b] : model.tied)
        rules.ties.push_back(tie({a, b}, "residual connection"));
    return Allocation(problem, rules);
}

}  // namespace

class TestAllocationOracle : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        if (!python_with_numpy()) QSKIP("no Python with NumPy");
        if (QStandardPaths::findExecutable("cbc").isEmpty() ||
            QStandardPaths::findExecutable("glpsol").isEmpty())
            QSKIP("no cbc or glpsol (Debian: coinor-cbc, glpk-utils)");
        QVERIFY(!asked_.problems.isEmpty());
    }

    void equals_cbc() { compare(asked_, "cbc"); }
    void equals_glpk() { compare(asked_, "glpsol"); }

    // The integer program of HAWQ-V3's notebook, at limits from all 4 to all 8 bits.
    void at_least_as_good_as_hawq_v3() {
        Asked asked;
        for (const HawqModel& model : hawq_v3_models()) {
            const Allocation allocation = hawq_allocation(model);
            std::vector<double> limits;
            for (int i = 0; i <= 20; ++i)
                limits.push_back(4 + 4 * i / 20.0);
            ask(asked, model.name, allocation, limits);
        }
        compare(asked, "glpsol");
    }

  private:
    Asked asked_ = [] {
        Asked asked;
        AllocationRules free;
        free.candidates = sample_schemes();
        for (unsigned seed = 1; seed <= 2; ++seed) {
            const AllocationProblem problem = sample_transformer(8, seed);  // 58 tensors and two more
            const auto add = [&](const char* name, const AllocationRules& rules) {
                const Allocation allocation(problem, rules);
                ask(asked, QStringLiteral("%1, seed %2").arg(name).arg(seed), allocation,
                    budgets(allocation, 10));
            };
            add("free", free);
            AllocationRules pinned = free;
            for (std::size_t i = 0; i < problem.tensors.size(); i += 7)
                pinned.pins.push_back({i, free.candidates[i % free.candidates.size()], "test"});
            add("pinned", pinned);
            AllocationRules tied = free;
            tied.ties = fused_ties(problem);
            add("tied", tied);
            tied.pins = {pin(0, "int6:g32"), pin(9, "int3:g64")};
            tied.limits = sensitive_layers_limit(problem, 4.25);
            std::erase_if(tied.limits, [](const LeastBits& limit) { return limit.tensor == 9; });
            add("tied, pinned, limited", tied);
        }
        return asked;
    }();
};

QTEST_APPLESS_MAIN(TestAllocationOracle)
#include "test_allocation_oracle.moc"
