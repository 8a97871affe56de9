// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"

#include <QJsonArray>
#include <QTest>

#include <cmath>
#include <vector>

using namespace halfstep::testing;

namespace {

constexpr auto down = "model.layers.0.mlp.down_proj.weight";
constexpr auto up = "model.layers.0.mlp.up_proj.weight";

std::vector<float> wave(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = std::sin(static_cast<float>(i * i % 1009));
    return values;
}

ImatrixBuilder small_imatrix() {
    std::vector<float> sums(64, 2.0F);
    sums[7] = 1000;
    sums[9] = 0.5F;
    return ImatrixBuilder()
        .add("blk.0.ffn_down.weight", sums, {2})
        .add("blk.7.ffn_down.weight", {1, 2}, {1})
        .dataset("calibration.txt")
        .chunks(3, 512);
}

}  // namespace

// --imatrix of measure and inspect.
class TestCliImatrix : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;
    QString model_;
    QString imatrix_;
    QString dat_;

  private slots:
    void initTestCase() {
        SafetensorsBuilder()
            .add_f32(up, {64, 32}, wave(64 * 32))
            .add_f32(down, {32, 64}, wave(32 * 64))
            .write(folder_.path("model.safetensors"));
        model_ = QString::fromStdString(folder_.path("model.safetensors").string());
        imatrix_ = QString::fromStdString(folder_.put("imatrix.gguf", small_imatrix().gguf()).string());
        dat_ = QString::fromStdString(folder_.put("imatrix.dat", small_imatrix().dat()).string());
    }

    void measure_has_the_weighted_error() {
        const CliRun plain = run_cli({"measure", model_, "--scheme", "q4_0", "--scheme", "int4", "--json"});
        const CliRun run = run_cli(
            {"measure", model_, "--scheme", "q4_0", "--scheme", "int4", "--json", "--imatrix", imatrix_});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(!plain.json().contains("importance"));
        const QJsonValue known = run.json()["tensors"][1];
        const QJsonValue unknown = run.json()["tensors"][0];
        QCOMPARE(known["name"].toString(), QString(down));
        for (int scheme : {0, 1}) {
            const QJsonObject result = known["results"][scheme].toObject();
            QVERIFY(result["weighted_rel_error"].toDouble() > 0);
            QVERIFY(unknown["results"][scheme].toObject().contains("weighted_rel_error"));
            QVERIFY(unknown["results"][scheme]["weighted_rel_error"].isNull());
            const QJsonObject before = plain.json()["tensors"][1]["results"][scheme].toObject();
            QVERIFY(!before.contains("weighted_rel_error"));
            QCOMPARE(before["mse"] == result["mse"], scheme == 1);  // only GGUF blocks are made with it
        }
        const QJsonValue importance = run.json()["importance"];
        QCOMPARE(importance["form"].toString(), QString("gguf"));
        QCOMPARE(importance["datasets"].toArray(), QJsonArray{"calibration.txt"});
        QCOMPARE(importance["chunk_count"].toInt(), 3);
        QCOMPARE(importance["chunk_size"].toInt(), 512);
        QCOMPARE(importance["entries"].toInt(), 2);
        QCOMPARE(importance["matched"].toInt(), 1);
        QCOMPARE(importance["unmatched"].toArray(), QJsonArray{"blk.7.ffn_down.weight"});
        QVERIFY(run.err.contains("1 of 2 tensors are not in the importance matrix"));
        QVERIFY(run.err.contains("1 of the 2 entries of the importance matrix are for no tensor"));
    }

    void both_forms_give_the_same_figures() {
        const QStringList command{"measure", model_, "--scheme", "q4_1", "--json", "--imatrix"};
        QVERIFY(run_cli(command + QStringList{imatrix_}).json()["tensors"] ==
                run_cli(command + QStringList{dat_}).json()["tensors"]);
    }

    void threads_change_nothing() {
        const QStringList command{"measure",     model_,      "--scheme", "q4_0",   "--scheme",
                                  "int4:tensor", "--imatrix", imatrix_,   "--json", "--threads"};
        QCOMPARE(run_cli(command + QStringList{"1"}).out, run_cli(command + QStringList{"4"}).out);
    }

    void people_get_a_column_of_it() {
        const CliRun run = run_cli({"measure", model_, "--scheme", "q4_0", "--imatrix", imatrix_});
        QCOMPARE(run.code, 0);
        QVERIFY(run.out.contains(" weighted"));
        QVERIFY(!run_cli({"measure", model_, "--scheme", "q4_0"}).out.contains("weighted"));
    }

    void inspect_shows_how_uneven_the_inputs_are() {
        const CliRun run = run_cli({"inspect", model_, "--no-stats", "--json", "--imatrix", imatrix_});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.json()["tensors"][0]["importance"].isNull());
        const QJsonValue importance = run.json()["tensors"][1]["importance"];
        QCOMPARE(importance["count"].toDouble(), 2.0);
        QCOMPARE(importance["inputs"].toInt(), 64);
        QCOMPARE(importance["matrices"].toInt(), 1);
        QCOMPARE(importance["min"].toDouble(), 0.25);
        QCOMPARE(importance["max"].toDouble(), 500.0);
        QCOMPARE(importance["mean"].toDouble(), (62 + 500 + 0.25) / 64);
        QCOMPARE(importance["top_inputs"].toArray().size(), 5);
        QCOMPARE(importance["top_inputs"][0]["input"].toInt(), 7);
        QCOMPARE(importance["top_hundredth_share"].toDouble(), 500 / 562.25);
        QVERIFY(!run_cli({"inspect", model_, "--no-stats", "--json"}).out.contains("importance"));

        const CliRun text = run_cli({"inspect", model_, "--no-stats", "--imatrix", imatrix_});
        QVERIFY(
            text.out.contains("importance matrix imatrix.gguf: 1 of 2 entries are for tensors of this "
                              "model, 3 chunks of 512 tokens of calibration.txt"));
        QVERIFY(text.out.contains("88.9 %"));
        QVERIFY(text.out.contains("7, 0, 1"));
    }

    void what_cannot_be_used_is_told_in_one_line() {
        const auto measured_with = [this](const QString& file) {
            return run_cli({"measure", model_, "--scheme", "q4_0", "--imatrix", file});
        };
        const CliRun missing = measured_with(imatrix_ + "x");
        QCOMPARE(missing.code, 1);
        QVERIFY2(missing.says("imatrix.ggufx"), missing.err.constData());
        const CliRun model = measured_with(model_);
        QCOMPARE(model.code, 1);
        QVERIFY2(model.says("this is no importance matrix"), model.err.constData());
        const auto other = folder_.put("other.gguf", ImatrixBuilder().add("x.weight", {1}, {1}).gguf());
        const CliRun foreign = measured_with(QString::fromStdString(other.string()));
        QCOMPARE(foreign.code, 1);
        QVERIFY2(foreign.says("none of its entries can be used"), foreign.err.constData());
        QCOMPARE(foreign.out, QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestCliImatrix)
#include "test_cli_imatrix.moc"
