// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/plan.h"
#include "tests/cli/cli_runner.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/oracle.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

constexpr const char* candidates =
    "int2:g64,int3:g64,int4:g64,int4:g32,int5:g64,int6:g64,int8:g64,fp4_e2m1:g32";

// What `measure` says of a tensor under a scheme.
struct Figures {
    double elements = 0;
    double bits = 0;
    double bytes = 0;
    double rel_error = 0;
};
using Measured = std::map<QString, std::map<QString, Figures>>;

Measured measured(const QString& model, const QStringList& schemes) {
    QStringList arguments{"measure", model, "--json"};
    for (const QString& scheme : schemes)
        arguments << "--scheme" << scheme;
    Measured figures;
    const QJsonArray tensors = run_cli(arguments).json()["tensors"].toArray();
    for (const QJsonValue tensor : tensors) {
        const QJsonArray results = tensor["results"].toArray();
        for (const QJsonValue result : results)
            figures[tensor["name"].toString()][result["scheme"].toString()] = {
                tensor["elements"].toDouble(),
                result["bits_per_weight"].toDouble() * tensor["elements"].toDouble(),
                result["bytes"].toDouble(), result["rel_error"].toDouble()};
    }
    return figures;
}

// Of all ways to give each group one of the schemes, the least sum of squared errors within a sum of bits.
double least_error(const std::map<QString, Measured>& groups, const QStringList& schemes, double bits) {
    double least = std::numeric_limits<double>::infinity();
    std::vector<int> choice(groups.size(), 0);
    for (bool more = true; more;) {
        double sum = 0;
        double error = 0;
        std::size_t place = 0;
        for (const auto& [kind, tensors] : groups) {
            const QString& scheme = schemes[choice[place++]];
            for (const auto& [name, by_scheme] : tensors) {
                sum += by_scheme.at(scheme).bits;
                error += by_scheme.at(scheme).rel_error * by_scheme.at(scheme).rel_error;
            }
        }
        if (sum <= bits) least = std::min(least, error);
        place = 0;
        while (place < choice.size() && ++choice[place] == schemes.size())
            choice[place++] = 0;
        more = place < choice.size();
    }
    return least;
}

CliRun allocate(const QString& model, const QStringList& options) {
    return run_cli(QStringList{"allocate", model, "--json"} + options);
}

QString stories_path() {
    const auto models = models_folder();
    return models ? QString::fromStdString((*models / "stories260k-gguf" / "tinyllm.gguf").string())
                  : QString();
}

}  // namespace

class TestCliAllocate : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        sample_ = QString::fromStdString(project_path("resources/samples/tidewater").string());
        if (!QDir(sample_).exists()) QSKIP("the sample is missing");
    }

    // Size and objective are those of `measure`, and the objective is the integer program's.
    void the_plan_is_the_best_of_what_is_measured() {
        const QStringList schemes = QString(candidates).split(',');
        const Measured figures = measured(sample_, schemes);
        QVERIFY(figures.size() > 10);
        double elements = 0;
        QJsonArray classes;
        for (const auto& [name, by_scheme] : figures) {
            QJsonArray options;
            for (const auto& [scheme, figure] : by_scheme)
                options.append(QJsonArray{std::round(figure.bits), figure.rel_error * figure.rel_error});
            classes.append(options);
        }
        const QJsonObject inspected = run_cli({"inspect", sample_, "--no-stats", "--json"}).json();
        const QJsonArray tensors = inspected["tensors"].toArray();
        double kept = 0;
        for (const QJsonValue tensor : tensors) {
            if (tensor["quantizable"].toBool())
                elements += tensor["elements"].toDouble();
            else
                kept += tensor["elements"].toDouble() * (tensor["dtype"].toString() == "f32" ? 4 : 2);
        }
        QJsonArray problems;
        std::vector<QJsonObject> answers;
        for (const double bits : {2.5, 3.3, 4.5, 5.1, 7.0}) {
            const QJsonObject answer =
                allocate(sample_, {"--candidates", candidates, "--bits", QString::number(bits)}).json();
            double total_bits = 0;
            double total_bytes = kept;
            double objective = 0;
            const QJsonObject chosen = answer["tensors"].toObject();
            QCOMPARE(chosen.size(), static_cast<int>(figures.size()));
            for (const auto& [name, by_scheme] : figures) {
                const Figures& figure = by_scheme.at(chosen[name].toString());
                total_bits += figure.bits;
                total_bytes += figure.bytes;
                objective += figure.rel_error * figure.rel_error;
            }
            QVERIFY(total_bits / elements <= bits * (1 + 1e-12));
            QVERIFY(std::abs(answer["bits_per_weight"].toDouble() - total_bits / elements) < 1e-9);
            QVERIFY(answer["bytes"].toDouble() == total_bytes);
            QVERIFY(std::abs(answer["objective"].toDouble() - objective) < 1e-9 * objective);
            QVERIFY(answer["gap"].toDouble() == 0);
            QVERIFY(answer["lower_bound"].toDouble() == answer["objective"].toDouble());
            const QJsonArray others = answer["comparison"].toArray();
            QVERIFY(others.size() >= 2);
            for (const QJsonValue other : others)
                QVERIFY(other["objective"].toDouble() >= answer["objective"].toDouble() * (1 - 1e-12));
            problems.append(QJsonObject{{"classes", classes}, {"capacity", std::floor(bits * elements)}});
            answers.push_back(answer);
        }
        compare_with_cbc(problems, answers);
    }

    void the_plan_is_written_and_exports() {
        const TemporaryFolder folder;
        const QString plan = QString::fromStdString(folder.path("plan.json").string());
        const QJsonObject answer =
            allocate(sample_, {"--for", "gguf", "--bytes", "1.2MB", "--tie", "fused", "-o", plan}).json();
        QVERIFY(answer["bytes"].toDouble() <= 1.2e6);
        const Plan written = load_plan(plan.toStdString());
        std::size_t chosen = 0;
        for (const Plan::Entry& entry : written.entries)
            if (entry.scheme.family != Family::keep) ++chosen;
        QVERIFY(chosen > 10);
        const QJsonObject chosen_json = answer["tensors"].toObject();
        for (auto tensor = chosen_json.begin(); tensor != chosen_json.end(); ++tensor)
            QCOMPARE(to_string(*written.find(tensor.key().toStdString())), tensor->toString().toStdString());
        const QString out = QString::fromStdString(folder.path("types.txt").string());
        QCOMPARE(run_cli({"export", sample_, "--plan", plan, "--to", "llama.cpp", "-o", out}).code, 0);
    }

    // Runtimes of one setting for the model, and of one for each kind of module: every plan that they could
    // have is worked out from what `measure` says.
    void a_runtime_of_one_setting_gets_the_best_that_it_takes_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QStringList>("candidates");
        QTest::addColumn<QStringList>("kept");
        QTest::addColumn<bool>("by_kind");
        QTest::addColumn<double>("bits");
        const QString embedding = "model.embed_tokens.weight";
        const QStringList ends{embedding, "lm_head.weight"};
        const QStringList four_bits{"int4:asym", "int4:asym:g128", "int4:asym:g64", "int4:asym:g32"};
        QTest::newRow("bitsandbytes, 6")
            << "bitsandbytes" << QStringList{"int8", "nf4"} << QStringList{embedding} << false << 6.0;
        QTest::newRow("bitsandbytes, 9")
            << "bitsandbytes" << QStringList{"int8", "nf4"} << QStringList{embedding} << false << 9.0;
        QTest::newRow("awq, 5.9") << "awq" << four_bits << ends << false << 5.9;
        QTest::newRow("awq, 6.5") << "awq" << four_bits << ends << false << 6.5;
        QTest::newRow("hqq, 7") << "hqq" << QStringList{"int4:asym:g64", "int8:asym:g64"}
                                << QStringList{embedding} << true << 7.0;
    }
    void a_runtime_of_one_setting_gets_the_best_that_it_takes() {
        QFETCH(QString, target);
        QFETCH(QStringList, candidates);
        QFETCH(QStringList, kept);
        QFETCH(bool, by_kind);
        QFETCH(double, bits);
        const TemporaryFolder folder;
        const QString plan = QString::fromStdString(folder.path("plan.json").string());
        const QJsonObject answer = allocate(sample_, {"--for", target, "--candidates", candidates.join(','),
                                                      "--bits", QString::number(bits), "-o", plan})
                                       .json();
        const Measured figures = measured(sample_, candidates);
        std::map<QString, Measured> groups;  // that get one scheme together
        double elements = 0;
        double kept_bits = 0;
        for (const auto& [name, by_scheme] : figures) {
            const double weights = by_scheme.begin()->second.elements;
            elements += weights;
            if (kept.contains(name))
                kept_bits += 16 * weights;
            else
                groups[by_kind ? name.section('.', -3) : QString()][name] = by_scheme;
        }
        const double least = least_error(groups, candidates, bits * elements - kept_bits);
        QVERIFY2(std::abs(answer["objective"].toDouble() - least) < 1e-9 * least,
                 qPrintable(QStringLiteral("%1 %2").arg(answer["objective"].toDouble()).arg(least)));
        QVERIFY(answer["gap"].toDouble() == 0);
        QVERIFY(answer["lower_bound"].toDouble() == answer["objective"].toDouble());
        QVERIFY(answer["among"].toString().contains(target));
        const QJsonObject chosen = answer["tensors"].toObject();
        for (const auto& [kind, of] : groups)
            for (const auto& [name, by_scheme] : of)
                QCOMPARE(chosen[name], chosen[of.begin()->first]);
        for (const QString& name : kept)
            QCOMPARE(chosen[name].toString(), QString("keep"));
        const QString out = QString::fromStdString(folder.path("config.json").string());
        const CliRun run = run_cli({"export", sample_, "--plan", plan, "--to", target, "-o", out});
        QVERIFY2(run.code == 0 && QFile::exists(out), run.err.constData());
    }

    void sizes_take_units() {
        const double bytes =
            allocate(sample_, {"--candidates", "int4,int8", "--bits", "6"}).json()["bytes"].toDouble();
        const auto within = [&](const QString& size) {
            return allocate(sample_, {"--candidates", "int4,int8", "--bytes", size})
                .json()["bytes"]
                .toDouble();
        };
        QVERIFY(within(QString::number(bytes, 'f', 0)) == bytes);
        QVERIFY(within(QStringLiteral("%1kB").arg(bytes / 1000, 0, 'f', 3)) == bytes);
        QVERIFY(within(QStringLiteral("%1 KiB").arg(bytes / 1024, 0, 'f', 6)) == bytes);
        QVERIFY(within("1TB") > bytes);
    }

    void pins_ties_and_limits_hold() {
        const QJsonObject answer =
            allocate(sample_, {"--candidates", candidates, "--bits", "5", "--pin", ".*down_proj.*=int8:g64",
                               "--tie", "fused", "--min-bits", "token_embedding=5"})
                .json();
        const QJsonObject tensors = answer["tensors"].toObject();
        QVERIFY(!tensors.isEmpty());
        std::map<QString, QString> of_block;
        bool any_pinned = false;
        for (auto tensor = tensors.begin(); tensor != tensors.end(); ++tensor) {
            const QString name = tensor.key();
            if (name.contains("down_proj")) {
                any_pinned = true;
                QCOMPARE(tensor->toString(), QString("int8:g64"));
            }
            if (name.contains("embed"))
                QVERIFY((QStringList{"int5:g64", "int6:g64", "int8:g64"}).contains(tensor->toString()));
            if (!name.contains("q_proj") && !name.contains("k_proj") && !name.contains("v_proj")) continue;
            const auto [place, added] = of_block.emplace(name.section('.', 0, 2), tensor->toString());
            if (!added) QCOMPARE(tensor->toString(), place->second);
        }
        QVERIFY(any_pinned && of_block.size() > 1);
    }

    void refusals_data() {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("says");
        const QStringList two{"--candidates", "int4,int8"};
        QTest::newRow("too small") << two + QStringList{"--bits", "3"} << 1
                                   << QByteArray("no plan fits into 3 bits a weight");
        QTest::newRow("too small in bytes")
            << two + QStringList{"--bytes", "10kB"} << 1 << QByteArray("no plan fits into 10,000 bytes");
        QTest::newRow("contradiction")
            << two + QStringList{"--bits", "5", "--pin", ".*=int4", "--pin", ".*q_proj.*=int8"} << 1
            << QByteArray("pinned to int4 (--pin '.*=int4') and to int8 (--pin '.*q_proj.*=int8')");
        QTest::newRow("target") << two + QStringList{"--bits", "5", "--for", "gguf"} << 1
                                << QByteArray("gguf cannot hold the candidate int4");
        QTest::newRow("pin and target")
            << QStringList{"--candidates", "q4_0", "--bits", "5", "--for", "gguf", "--pin", ".*=int4"} << 1
            << QByteArray("gguf cannot hold what --pin '.*=int4' asks for");
        QTest::newRow("limit") << QStringList{"--candidates", "int4", "--bits", "5", "--protect"} << 1
                               << QByteArray("none of the candidates gives it the 8 bits");
        QTest::newRow("no such tensor")
            << two + QStringList{"--bits", "5", "--pin", "x=int4"} << 1
            << QByteArray("no tensor that a scheme can be chosen for has a name that --pin 'x=int4'");
        QTest::newRow("a pattern of endless ways")
            << two + QStringList{"--bits", "5", "--pin", "(.*)*(.*)*(.*)*(.*)*z=int4"} << 1
            << QByteArray("no tensor that a scheme can be chosen for has a name that --pin");
        QTest::newRow("back-reference") << two + QStringList{"--bits", "5", "--pin", "(.)\\1=int4"} << 2
                                        << QByteArray("is not a regular expression that can be used");
        QTest::newRow("no such role")
            << two + QStringList{"--bits", "5", "--min-bits", "x=4"} << 1
            << QByteArray("no tensor that a scheme can be chosen for has the role 'x'");
        QTest::newRow("no budget") << two << 2 << QByteArray("give one of --bits, --bytes and --error");
        QTest::newRow("two budgets") << two + QStringList{"--bits", "5", "--error", "1"} << 2
                                     << QByteArray("give one of");
        QTest::newRow("no candidates")
            << QStringList{"--bits", "5"} << 2 << QByteArray("give --candidates, or --for");
        QTest::newRow("bad candidate")
            << QStringList{"--bits", "5", "--candidates", "int4,,int8"} << 2 << QByteArray("");
        QTest::newRow("bad number") << two + QStringList{"--bits", "5x"} << 2
                                    << QByteArray("--bits: '5x' is no number");
        QTest::newRow("bad size") << two + QStringList{"--bytes", "5 pounds"} << 2
                                  << QByteArray("is no size");
        QTest::newRow("bad pin") << two + QStringList{"--bits", "5", "--pin", "int4"} << 2
                                 << QByteArray("is no PATTERN=VALUE");
        QTest::newRow("bad pattern") << two + QStringList{"--bits", "5", "--pin", "(=int4"} << 2
                                     << QByteArray("is not a regular expression");
        QTest::newRow("no such file") << two + QStringList{"--bits", "5", "--sensitivity", "/nowhere.csv"}
                                      << 1 << QByteArray("/nowhere.csv");
    }
    void refusals() {
        QFETCH(QStringList, options);
        QFETCH(int, code);
        QFETCH(QByteArray, says);
        const TemporaryFolder folder;
        const QString plan = QString::fromStdString(folder.put("plan.json", "old").string());
        const CliRun run = allocate(sample_, options + QStringList{"-o", plan});
        QCOMPARE(run.code, code);
        QVERIFY2(run.says(says.constData()), run.err.constData());
        QFile file(plan);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("old"));
    }

    // Beside what is not given to the target, which is told before.
    void pins_that_a_target_cannot_hold_are_refused() {
        const QStringList options{"--bits", "9", "--for"};
        const CliRun alone =
            allocate(sample_, options + QStringList{"awq", "--pin", "lm_head.*=int4:asym:g128"});
        QCOMPARE(alone.code, 1);
        QVERIFY2(alone.err.contains("'lm_head.weight': awq cannot hold it in int4:asym:g128, as --pin "
                                    "'lm_head.*=int4:asym:g128' asks for: AWQ quantizes no output head"),
                 alone.err.constData());
        const CliRun apart = allocate(sample_, options + QStringList{"bitsandbytes", "--pin", "lm_head.*=nf4",
                                                                     "--pin", ".*q_proj.*=int8"});
        QCOMPARE(apart.code, 1);
        QVERIFY2(apart.err.contains("pins and limits leave nothing that bitsandbytes takes in one plan: not "
                                    "int8, as 'lm_head.weight' has to get nf4 (--pin 'lm_head.*=nf4')"),
                 apart.err.constData());
    }

    // Sensitivities decide: a tensor that counts for much gets more bits than one that counts nothing.
    void sensitivities_count() {
        const TemporaryFolder folder;
        const Measured figures = measured(sample_, {"int4:g64"});
        const QString first = figures.begin()->first;
        const auto file = folder.put("s.json", "{\"" + first.toStdString() + "\": 1000}");
        const QStringList options{"--candidates",  "int2:g64,int4:g64,int8:g64",         "--bits", "4",
                                  "--sensitivity", QString::fromStdString(file.string())};
        const QJsonObject answer = allocate(sample_, options).json();
        QCOMPARE(answer["tensors"][first].toString(), QString("int8:g64"));
        QCOMPARE(answer["sensitivity"].toString(), QString("s.json"));
        const double rel_error = measured(sample_, {"int8:g64"})[first]["int8:g64"].rel_error;
        QVERIFY(answer["objective"].toDouble() > 1000 * rel_error * rel_error);
        QVERIFY(!answer["issues"].toArray().isEmpty());
    }

    void the_fewest_bits_for_an_error() {
        const QJsonObject best = allocate(sample_, {"--candidates", candidates, "--bits", "4.5"}).json();
        const QString error = QString::number(best["objective"].toDouble(), 'g', 17);
        const QJsonObject back = allocate(sample_, {"--candidates", candidates, "--error", error}).json();
        QVERIFY(back["objective"].toDouble() <= best["objective"].toDouble() * (1 + 1e-12));
        QVERIFY(back["bits_per_weight"].toDouble() <= best["bits_per_weight"].toDouble());
        QVERIFY(back["gap"].toDouble() == 0);
    }

    void with_an_importance_matrix_errors_are_weighted() {
        const QString stories = stories_path();
        if (stories.isEmpty()) QSKIP("there is no folder of real models");
        const TemporaryFolder folder;
        ImatrixBuilder imatrix;
        std::vector<float> sums(64);
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] = 1.0F + static_cast<float>(i);
        imatrix.add("blk.0.attn_q.weight", sums, {1});
        const QString file = QString::fromStdString(folder.put("imatrix.gguf", imatrix.gguf()).string());
        const QStringList options{"--candidates", "q4_0", "--bits", "32"};
        const double plain = allocate(stories, options).json()["objective"].toDouble();
        const double weighted =
            allocate(stories, options + QStringList{"--imatrix", file}).json()["objective"].toDouble();
        const QJsonArray measured_json = run_cli({"measure", stories, "--scheme", "q4_0", "--imatrix", file,
                                                  "--tensors", "blk.0.attn_q.weight", "--json"})
                                             .json()["tensors"]
                                             .toArray();
        const QJsonValue result = measured_json[0]["results"][0];
        const double own = measured(stories, {"q4_0"})["blk.0.attn_q.weight"]["q4_0"].rel_error;
        const double theirs = result["weighted_rel_error"].toDouble();
        QVERIFY2(theirs > 0 && std::abs(weighted - (plain - own * own + theirs * theirs)) < 1e-9,
                 qPrintable(QStringLiteral("%1 %2 %3 %4").arg(weighted).arg(plain).arg(own).arg(theirs)));
    }

    void people_see_the_proof() {
        const CliRun run = run_cli({"allocate", sample_, "--candidates", "int4:g64,int8:g64", "--bits", "6"});
        QCOMPARE(run.code, 0);
        QVERIFY(run.out.contains("proven: no choice of these candidates has less error within the budget"));
        QVERIFY(run.out.contains("closed form") && run.out.contains("greedy") &&
                run.out.contains("uniform (int4:g64)"));
    }

  private:
    void compare_with_cbc(const QJsonArray& problems, const std::vector<QJsonObject>& answers) {
        if (!python_with_numpy() || QStandardPaths::findExecutable("cbc").isEmpty())
            QSKIP("no Python or no cbc");
        const TemporaryFolder folder;
        const auto file = folder.put(
            "problems.json",
            QJsonDocument(QJsonObject{{"problems", problems}}).toJson(QJsonDocument::Compact).toStdString());
        const QJsonObject oracle =
            run_oracle("tests/oracle/knapsack_oracle.py", {"cbc", QString::fromStdString(file.string())});
        QVERIFY2(!oracle.contains("failed"), qPrintable(oracle["failed"].toString()));
        const QJsonArray values = oracle["values"].toArray();
        QCOMPARE(values.size(), static_cast<int>(answers.size()));
        for (int i = 0; i < values.size(); ++i) {
            const double ours = answers[static_cast<std::size_t>(i)]["objective"].toDouble();
            QVERIFY2(std::abs(values[i].toDouble() - ours) < 1e-9 * ours,
                     qPrintable(QStringLiteral("%1 %2").arg(values[i].toDouble()).arg(ours)));
        }
    }

    QString sample_;
};

QTEST_GUILESS_MAIN(TestCliAllocate)
#include "test_cli_allocate.moc"
