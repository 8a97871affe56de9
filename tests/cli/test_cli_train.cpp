// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <signal.h>

#include <algorithm>
#include <cmath>

using namespace halfstep::testing;

namespace {

const QStringList quick{"train", "--seeds", "3", "--steps", "200", "--layers", "2,12,2", "--bits", "4,2"};

double number(const QJsonObject& object, const char* key) {
    return object[key].isDouble() ? object[key].toDouble() : std::nan("");
}

}  // namespace

class TestCliTrain : public QObject {
    Q_OBJECT
  private slots:
    void json_holds_every_seed() {
        const CliRun run = run_cli(quick + QStringList{"--json", "--seed", "7", "--activation-bits", "6"});
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonObject document = run.json();
        QCOMPARE(document["data"].toString(), QString("spirals"));
        QVERIFY(document["layers"].toArray() == QJsonArray({2, 12, 2}));
        QCOMPARE(document["steps"].toInt(), 200);
        QCOMPARE(document["more_steps"].toInt(), 100);
        QCOMPARE(document["activation_bits"].toInt(), 6);
        const QJsonArray floats = document["float"].toObject()["seeds"].toArray();
        QCOMPARE(floats.size(), 3);
        QCOMPARE(floats[2].toObject()["seed"].toInt(), 9);
        const QJsonArray schemes = document["schemes"].toArray();
        QCOMPARE(schemes.size(), 2);
        QCOMPARE(schemes[0].toObject()["scheme"].toString(), QString("int4:tensor"));
        QCOMPARE(schemes[1].toObject()["scheme"].toString(), QString("int2:tensor"));
        for (const auto& scheme : schemes)
            check_summary(scheme.toObject());
    }

    void numbers_are_the_same_with_any_threads_and_differ_by_seed() {
        const CliRun one = run_cli(quick + QStringList{"--json", "--threads", "1"});
        const CliRun three = run_cli(quick + QStringList{"--json", "--threads", "3"});
        QVERIFY(one.code == 0 && !one.json().isEmpty());
        QVERIFY(one.out == three.out);
        const CliRun other = run_cli(quick + QStringList{"--json", "--seed", "2"});
        QVERIFY(one.out != other.out);
        const QJsonObject second = one.json()["float"].toObject()["seeds"].toArray()[1].toObject();
        QVERIFY(second == other.json()["float"].toObject()["seeds"].toArray()[0].toObject());
    }

    void regression_has_no_accuracy() {
        const CliRun run = run_cli({"train", "--json", "--data", "waves", "--seeds", "1", "--steps", "50",
                                    "--scheme", "nf4", "--scheme", "keep", "--optimizer", "sgd"});
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonObject document = run.json();
        QVERIFY(document["layers"].toArray() == QJsonArray({3, 32, 32, 1}));
        QVERIFY(document["float"].toObject()["mean_accuracy"].isNull());
        QVERIFY(document["activation_bits"].isNull());
        // Weights that are kept are those of the float network.
        const QJsonObject keep = document["schemes"].toArray()[1].toObject();
        QCOMPARE(keep["scheme"].toString(), QString("keep"));
        QVERIFY(keep["ptq"].toObject() == keep["qat"].toObject());
        QVERIFY(number(keep["ptq"].toObject(), "mean_loss") ==
                number(document["float"].toObject(), "mean_loss"));
    }

    // The default run, as people see it.
    void the_table_says_who_wins() {
        const CliRun run = run_cli({"train"});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.err.isEmpty());
        const QString text = QString::fromUtf8(run.out);
        QVERIFY(text.startsWith("spirals, network 2-32-32-2, adam, 2000 + 1000 steps, seeds 1 to 5"));
        for (const char* scheme : {"int4:tensor", "int3:tensor", "int2:tensor"})
            QVERIFY2(text.contains(QString("\n%1: QAT ends below PTQ on every seed\n").arg(scheme)), run.out);
        const QStringList lines = text.split('\n');
        QCOMPARE(std::ranges::count_if(lines, [](const QString& line) { return line.contains(" of 5"); }),
                 text.contains("int8:tensor: QAT ends below PTQ on every") ? 4 : 5);
    }

    void what_is_not_so_is_said() {
        const CliRun run = run_cli({"train", "--steps", "1", "--seeds", "2", "--scheme", "keep"});
        QVERIFY(run.code == 0);
        QVERIFY(run.out.contains("keep: QAT ends below PTQ on 0 of 2 seeds, not on all\n"));
    }

    void wrong_usage_is_told_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        QTest::newRow("data") << QStringList{"--data", "cats"} << "cats";
        QTest::newRow("bits") << QStringList{"--bits", "1"} << "--bits";
        QTest::newRow("not a number") << QStringList{"--bits", "4,x"} << "--bits";
        QTest::newRow("scheme") << QStringList{"--scheme", "int1"} << "int1";
        QTest::newRow("activations") << QStringList{"--activation-bits", "1"} << "--activation-bits";
        QTest::newRow("optimizer") << QStringList{"--optimizer", "lion"} << "lion";
        QTest::newRow("seeds") << QStringList{"--seeds", "0"} << "--seeds";
        QTest::newRow("steps") << QStringList{"--steps", "0"} << "--steps";
        QTest::newRow("layers") << QStringList{"--layers", "2,0,2"} << "--layers";
        QTest::newRow("argument") << QStringList{"model.gguf"} << "model.gguf";
    }

    void wrong_usage_is_told() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const CliRun run = run_cli(QStringList{"train"} + arguments);
        QCOMPARE(run.code, 2);
        QVERIFY(run.out.isEmpty());
        QVERIFY2(run.says(part.toUtf8()), run.err.constData());
    }

    void what_fails_is_told_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("part");
        QTest::newRow("layers") << QStringList{"--layers", "3,8,2"} << "2 inputs and 2 outputs";
        QTest::newRow("one layer") << QStringList{"--layers", "2"} << "at least two sizes";
        QTest::newRow("blocks") << QStringList{"--scheme", "q4_0", "--steps", "10"} << "q4_0";
        QTest::newRow("rate") << QStringList{"--data", "waves", "--optimizer", "sgd", "--rate", "10"}
                              << "lower learning rate";
    }

    void what_fails_is_told() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, part);
        const CliRun run = run_cli(QStringList{"train"} + arguments);
        QCOMPARE(run.code, 1);
        QVERIFY(run.out.isEmpty());
        QVERIFY2(run.says(part.toUtf8()), run.err.constData());
    }

    void an_interrupt_ends_it_at_once() {
        QProcess process;
        process.start(cli_program(), {"train", "--steps", "1000000"});
        QVERIFY(process.waitForStarted());
        QTest::qWait(500);
        QCOMPARE(process.state(), QProcess::Running);
        QElapsedTimer timer;
        timer.start();
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        QVERIFY(timer.elapsed() < 1000);
        QCOMPARE(process.exitCode(), 130);
        QCOMPARE(process.readAllStandardError(), QByteArray("halfstep-cli: cancelled\n"));
        QVERIFY(process.readAllStandardOutput().isEmpty());
    }

  private:
    // Means, worst and counts are those of the seeds.
    static void check_summary(const QJsonObject& scheme) {
        const QJsonArray seeds = scheme["seeds"].toArray();
        QCOMPARE(seeds.size(), 3);
        int below = 0;
        for (const char* way : {"ptq", "qat"}) {
            double loss = 0;
            double worst_loss = 0;
            double accuracy = 0;
            double worst_accuracy = 1;
            for (const auto& entry : seeds) {
                const QJsonObject seed = entry.toObject()[way].toObject();
                loss += number(seed, "loss") / 3;
                accuracy += number(seed, "accuracy") / 3;
                worst_loss = std::max(worst_loss, number(seed, "loss"));
                worst_accuracy = std::min(worst_accuracy, number(seed, "accuracy"));
            }
            const QJsonObject summary = scheme[way].toObject();
            QVERIFY(std::fabs(number(summary, "mean_loss") - loss) < 1e-12);
            QVERIFY(std::fabs(number(summary, "mean_accuracy") - accuracy) < 1e-12);
            QVERIFY(number(summary, "worst_loss") == worst_loss);
            QVERIFY(number(summary, "worst_accuracy") == worst_accuracy);
        }
        for (const auto& entry : seeds)
            if (number(entry.toObject()["qat"].toObject(), "loss") <
                number(entry.toObject()["ptq"].toObject(), "loss"))
                ++below;
        QCOMPARE(scheme["qat_below_ptq"].toInt(-1), below);
        QCOMPARE(scheme["qat_always_below_ptq"].toBool(), below == 3);
    }
};

QTEST_GUILESS_MAIN(TestCliTrain)
#include "test_cli_train.moc"
