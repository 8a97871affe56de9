// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QJsonArray>
#include <QTest>

using namespace halfstep::testing;

// halfstep-cli explain: one weight as text and as JSON.
class TestCliExplain : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;
    QString model_;

  private slots:
    void initTestCase() {
        std::vector<float> values(2 * 32, 0.25F);
        values[32 + 3] = -7;
        values[32 + 4] = 3.4F;
        const auto path = folder_.path("model.safetensors");
        SafetensorsBuilder().add_f32("layer.weight", {2, 32}, values).write(path);
        model_ = QString::fromStdString(path.string());
    }

    void json_has_every_number() {
        const CliRun run = run_cli({"explain", model_, "--tensor", "layer.weight", "--element", "1,4",
                                    "--scheme", "int4:g32:s32", "--json"});
        QCOMPARE(run.code, 0);
        const QJsonObject json = run.json();
        QCOMPARE(json["scheme"].toString(), QString("int4:g32:s32"));
        QCOMPARE(json["dtype"].toString(), QString("f32"));
        QCOMPARE(json["reconstruction"].toDouble(), 3.0);
        QCOMPARE(json["unit"]["index"].toInt(), 1);
        QCOMPARE(json["unit"]["position"].toInt(), 4);
        const QJsonObject codes = json["stored"][0].toObject();
        QCOMPARE(codes["total_bytes"].toInt(), 16);
        QCOMPARE(codes["fields"][0]["binary"].toString(), QString("0011"));
        QCOMPARE(codes["fields"][0]["bits"].toArray(), (QJsonArray{19, 18, 17, 16}));
        QCOMPARE(json["decoding"][1]["formula"].toString(), QString("1 × 3 = 3"));
    }

    void text_says_the_same() {
        const CliRun run = run_cli(
            {"explain", model_, "--tensor", "layer.weight", "--element", "1,4", "--scheme", "int4:g32:s32"});
        QCOMPARE(run.code, 0);
        QVERIFY(run.out.startsWith("layer.weight [1,4]\n"));
        QVERIFY(run.out.contains("0011 = 3  (byte 2 bits 0-3)"));
        QVERIFY(run.out.contains("round(3.4) = 3"));
    }

    void without_a_scheme_it_is_what_the_file_has() {
        const CliRun run =
            run_cli({"explain", model_, "--tensor", "layer.weight", "--element", "1,3", "--json"});
        QCOMPARE(run.code, 0);
        const QJsonObject json = run.json();
        QVERIFY(json["stored"].toArray().isEmpty());
        QCOMPARE(json["source"]["bytes"].toString(), QString("00 00 e0 c0"));
        QCOMPARE(json["reading"][0]["formula"].toString(), QString("-1 × 2^2 × 1.75 = -7"));
    }

    void what_is_wrong_is_told_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("no place") << QStringList{"--tensor", "layer.weight", "--element", "1"} << 2
                                  << QByteArray("ROW,COLUMN");
        QTest::newRow("negative") << QStringList{"--tensor", "layer.weight", "--element", "-1,0"} << 2
                                  << QByteArray("ROW,COLUMN");
        QTest::newRow("outside") << QStringList{"--tensor", "layer.weight", "--element", "2,0"} << 1
                                 << QByteArray("Rows go to 1 and columns to 31");
        QTest::newRow("no tensor") << QStringList{"--tensor", "weight", "--element", "0,0"} << 1
                                   << QByteArray("there is no tensor 'weight'");
        QTest::newRow("no scheme") << QStringList{"--tensor", "layer.weight", "--element",
                                                  "0,0",      "--scheme",     "int99"}
                                   << 2 << QByteArray("int99");
        QTest::newRow("scheme that does not fit")
            << QStringList{"--tensor", "layer.weight", "--element", "0,0", "--scheme", "q4_K"} << 1
            << QByteArray("q4_K cannot be applied");
    }

    void what_is_wrong_is_told() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, words);
        const CliRun run = run_cli(QStringList{"explain", model_} + arguments);
        QCOMPARE(run.code, code);
        QVERIFY2(run.says(words.constData()), run.err.constData());
        QVERIFY(run.out.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestCliExplain)
#include "test_cli_explain.moc"
