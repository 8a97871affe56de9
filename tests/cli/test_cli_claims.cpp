// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QJsonArray>
#include <QProcess>
#include <QTest>

#include <csignal>

using namespace halfstep::testing;

// halfstep-cli claims
class TestCliClaims : public QObject {
    Q_OBJECT

  private slots:
    void one_document_holds_all_that_was_found() {
        const CliRun run = run_cli({"claims", "--json", "--only", "size,log2-error"});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY2(run.err.isEmpty(), run.err.constData());
        const QJsonObject document = run.json();
        QVERIFY(document["model"].toString().endsWith("samples/tidewater"));
        const QJsonArray claims = document["claims"].toArray();
        QCOMPARE(claims.size(), 2);
        // In the order of the list, not of the command line.
        const QJsonObject log2 = claims[0].toObject();
        QCOMPARE(log2["id"].toString(), "log2-error");
        QCOMPARE(log2["verdict"].toString(), "does not hold");
        for (const char* key : {"statement", "measured", "explanation", "counterexample"})
            QVERIFY2(log2[key].toString().endsWith('.'), key);
        for (const char* key : {"work", "where"})
            QVERIFY2(!log2["source"][key].toString().isEmpty(), key);
        QVERIFY(log2["weights"].toArray().contains("sample"));
        QVERIFY(log2["seconds"].toDouble() > 0);
        const QJsonObject up = log2["figures"][1].toObject();
        QCOMPARE(up["name"].toString(), "largest relative error upwards, one octave");
        QVERIFY(up["value"].toDouble() > 0.4142 && up["value"].toDouble() < 0.41422);
        QCOMPARE(up["unit"].toString(), "");
        QCOMPARE(claims[1]["id"].toString(), "size");
    }

    void people_get_claim_source_verdict_and_what_shows_it() {
        const CliRun run = run_cli({"claims", "--only", "log2-error"});
        QCOMPARE(run.code, 0);
        QVERIFY(run.out.startsWith("log2-error: does not hold\n  claim    Rounding to a power of two"));
        for (const char* part : {"\n  source   ", "\n  measured ", "\n  found    ", "1.41422 becomes 2"})
            QVERIFY2(run.out.contains(part), part);
        QVERIFY(!run.out.contains("share of weights above 0.293"));
        const CliRun figures = run_cli({"claims", "--only", "log2-error", "--figures"});
        QVERIFY(figures.out.contains("share of weights above 0.293, sample"));
    }

    void lines_fit_a_terminal() {
        const CliRun run = run_cli({"claims", "--only", "second-moment,size,rounding-error"});
        for (const QByteArray& line : run.out.split('\n'))
            QVERIFY2(QString::fromUtf8(line).size() <= 100, line.constData());
    }

    void another_model_can_be_measured() {
        const TemporaryFolder folder;
        SafetensorsBuilder builder;
        std::vector<float> values(64 * 64);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(i % 97) - 48;
        builder.add_f32("layer.weight", {64, 64}, values);
        const QString path = QString::fromStdString(folder.path("own.safetensors").string());
        builder.write(path.toStdString());
        const CliRun run = run_cli({"claims", "--json", "--only", "nf4", "--model", path});
        QVERIFY2(run.code == 0, run.err.constData());
        QCOMPARE(run.json()["model"].toString(), path);
        QVERIFY(run.json()["claims"][0]["weights"].toArray().contains("model"));
    }

    void what_is_not_there_is_told_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        QTest::newRow("claim") << QStringList{"--only", "flat-earth"} << 2
                               << "there is no claim 'flat-earth'; there are";
        QTest::newRow("model") << QStringList{"--model", "/no/such/model"} << 1 << "/no/such/model";
        QTest::newRow("argument") << QStringList{"model.gguf"} << 2 << "model.gguf";
    }
    void what_is_not_there_is_told() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, message);
        const CliRun run = run_cli(QStringList{"claims"} + arguments);
        QCOMPARE(run.code, code);
        QVERIFY2(run.says(qPrintable(message)), run.err.constData());
        QVERIFY(run.out.isEmpty());
    }

    void a_model_without_matrices_is_refused() {
        const TemporaryFolder folder;
        SafetensorsBuilder builder;
        const std::vector<float> norms{1, 2, 3};
        builder.add_f32("norm.weight", {3}, norms);
        const auto path = folder.path("norms.safetensors");
        builder.write(path);
        const CliRun run = run_cli({"claims", "--model", QString::fromStdString(path.string())});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.says("it has no weights to quantize"), run.err.constData());
    }

    void an_interrupt_ends_it_at_once() {
        QProcess process;
        process.start(cli_program(), {"claims", "--only", "scale"});
        QVERIFY(process.waitForStarted());
        QTest::qWait(700);
        QCOMPARE(process.state(), QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        QCOMPARE(process.exitCode(), 130);
        QCOMPARE(process.readAllStandardError(), QByteArray("halfstep-cli: cancelled\n"));
        QVERIFY(process.readAllStandardOutput().isEmpty());
    }

    void help_names_the_options() {
        const CliRun run = run_cli({"claims", "--help"});
        QCOMPARE(run.code, 0);
        for (const char* option : {"--only", "--model", "--scale", "--figures", "--json"})
            QVERIFY2(run.out.contains(option), option);
        QVERIFY(run_cli({"--help"}).out.contains("claims"));
    }
};

QTEST_GUILESS_MAIN(TestCliClaims)
#include "test_cli_claims.moc"
