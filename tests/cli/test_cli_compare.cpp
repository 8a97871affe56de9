// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace halfstep::testing;

namespace {

QJsonObject by_numpy(const QString& model, const QString& original) {
    QProcess oracle;
    oracle.start(
        QString::fromStdString(python_with_numpy()->string()),
        {QString::fromStdString(project_path("tests/oracle/compare_oracle.py").string()), model, original});
    oracle.waitForFinished(60'000);
    return QJsonDocument::fromJson(oracle.readAllStandardOutput()).object();
}

bool is_near(const QJsonValue& figure, const QJsonValue& expected) {
    if (!expected.isDouble()) return figure.isNull();
    const double wanted = expected.toDouble();
    return std::fabs(figure.toDouble() - wanted) <= 1e-12 * std::max(1.0, std::fabs(wanted));
}

}  // namespace

// halfstep-cli compare against the same comparison with NumPy.
class TestCliCompare : public QObject {
    Q_OBJECT
    TemporaryFolder folder_;

  private slots:
    void quantized_models_compare_as_numpy_says_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("original");
        const QString derived = "stories260k-gguf/derived/stories260K-";
        for (const char* type : {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "IQ4_NL", "F16", "BF16"})
            QTest::newRow(type) << derived + "ffn192-" + type + ".gguf" << derived + "ffn192-F32.gguf";
        for (const char* type : {"Q2_K", "Q4_K_M", "Q6_K"}) {
            QTest::addRow("%s and its source", type) << derived + type + ".gguf"
                                                     << "stories260k-gguf/tinyllm.gguf";
            QTest::addRow("%s and llama2.c", type) << derived + type + ".gguf"
                                                   << "stories260k/derived/stories260K.safetensors";
        }
    }

    void quantized_models_compare_as_numpy_says() {
        const auto models = models_folder();
        if (!models || !python_with_numpy()) QSKIP("no real models, or no Python with NumPy here");
        QFETCH(QString, model);
        QFETCH(QString, original);
        model.prepend(QString::fromStdString(models->string()) + '/');
        original.prepend(QString::fromStdString(models->string()) + '/');
        const QJsonObject expected = by_numpy(model, original);
        QVERIFY(!expected.isEmpty());
        const CliRun run = run_cli({"compare", "--json", model, original});
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonArray tensors = run.json()["tensors"].toArray();
        QCOMPARE(tensors.size(), expected.size());
        for (const auto& value : tensors) {
            const QJsonObject tensor = value.toObject();
            if (tensor.contains("refused")) continue;  // of a type that this version only lists
            const QString name = tensor["name"].toString();
            const QJsonObject wanted = expected[name].toObject();
            for (const QString& figure : wanted.keys())
                QVERIFY2(is_near(tensor[figure], wanted[figure]), qPrintable(name + ' ' + figure));
        }
    }

    void threads_and_instruction_sets_change_nothing() {
        const auto models = models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const QString derived =
            QString::fromStdString((*models / "stories260k-gguf/derived/stories260K-ffn192-").string());
        const QStringList command{"compare", "--json", derived + "Q5_1.gguf", derived + "F32.gguf"};
        const QByteArray one = run_cli(command + QStringList{"--threads", "1"}).out;
        QVERIFY(one.size() > 1000);
        QCOMPARE(run_cli(command + QStringList{"--threads", "7"}).out, one);
        QProcessEnvironment scalar = QProcessEnvironment::systemEnvironment();
        scalar.insert("HALFSTEP_SIMD", "scalar");
        QCOMPARE(run_cli(command, scalar).out, one);
    }

    void what_only_one_has_is_listed() {
        const std::vector<float> values{1, 2, 3, 4};
        const auto write = [&](const char* name, const std::vector<std::string>& tensors) {
            SafetensorsBuilder file;
            for (const std::string& tensor : tensors)
                file.add_f32(tensor, {2, 2}, values);
            file.write(folder_.path(name));
            return QString::fromStdString(folder_.path(name).string());
        };
        const QString model = write("model.safetensors", {"both", "mine"});
        const QString original = write("original.safetensors", {"both", "yours", "his"});
        const CliRun run = run_cli({"compare", "--json", model, original});
        QCOMPARE(run.code, 0);
        QCOMPARE(run.json()["tensors"].toArray().size(), 1);
        QCOMPARE(run.json()["only_in_model"].toArray(), QJsonArray{"mine"});
        QCOMPARE(run.json()["only_in_original"].toArray(), (QJsonArray{"yours", "his"}));
        const CliRun text = run_cli({"compare", model, original});
        QVERIFY(text.out.contains("only in MODEL (1):\n  mine\n"));
        QVERIFY(text.out.contains("only in ORIGINAL (2):\n  yours\n  his\n"));

        const CliRun nothing = run_cli({"compare", model, write("other.safetensors", {"x"})});
        QCOMPARE(nothing.code, 1);
        QVERIFY2(nothing.says("no tensor of the two models could be compared"), nothing.err.constData());
        QCOMPARE(run_cli({"compare", model}).code, 2);
    }

    // Plans for the model itself and for the one it was made from are read and exported again.
    void a_recipe_becomes_a_plan() {
        const auto models = models_folder();
        if (!models) QSKIP("the folder of real models is not here");
        const QString model =
            QString::fromStdString((*models / "stories260k-gguf/derived/stories260K-Q4_K_M.gguf").string());
        const QString original =
            QString::fromStdString((*models / "stories260k/derived/stories260K.safetensors").string());
        const QString plan = QString::fromStdString(folder_.path("plan.json").string());
        const QString out = QString::fromStdString(folder_.path("types.txt").string());
        const CliRun inspect = run_cli({"inspect", "--no-stats", model, "-o", plan});
        QCOMPARE(inspect.code, 0);
        QVERIFY2(
            inspect.out.contains("q5_0 29 tensors, 5.50 bits; f16 5 tensors, 16.00 bits; q8_0 3 tensors, "
                                 "8.50 bits; f32 11 tensors, 32.00 bits: 7.9"),
            inspect.out.constData());
        CliRun run = run_cli({"export", model, "--plan", plan, "--to", "llama.cpp", "-o", out});
        QVERIFY2(run.code == 0 && run.err.isEmpty(), run.err.constData());
        QCOMPARE(run_cli({"inspect", "--no-stats", model, "-o", plan, "--for", original}).code, 0);
        run = run_cli({"export", original, "--plan", plan, "--to", "llama.cpp", "-o", out});
        QVERIFY2(run.code == 0 && run.err.isEmpty(), run.err.constData());
        QCOMPARE(run_cli({"inspect", model, "--for", original}).code, 2);
    }
};

QTEST_GUILESS_MAIN(TestCliCompare)
#include "test_cli_compare.moc"
