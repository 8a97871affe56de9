// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/plan.h"
#include "core/store/workspace.h"
#include "tests/cli/cli_runner.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/test_data.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

using namespace halfstep;
using namespace halfstep::testing;

// The sample of the project, taken through every target.
class TestCliExport : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        sample_ = QString::fromStdString(project_path("resources/samples/tidewater").string());
        if (!QDir(sample_).exists()) QSKIP("the sample is missing");
        model_ = open_model(sample_.toStdString());
    }

    void every_target_writes_its_files_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QStringList>("files");
        QTest::newRow("llama.cpp") << "llama.cpp"
                                   << "q4_0" << QStringList{"out", "out.command.txt"};
        QTest::newRow("exllamav2") << "exllamav2"
                                   << "int4:g128" << QStringList{"out", "out.command.txt"};
        for (const auto& [target, scheme] : {std::pair("gguf", "q4_0"),
                                             {"json", "q4_0"},
                                             {"csv", "q4_0"},
                                             {"html", "q4_0"},
                                             {"compressed-tensors", "int4:g128:mse"},
                                             {"llm-compressor", "nvfp4"},
                                             {"gptq", "int4:g128"},
                                             {"awq", "int4:asym:g128"},
                                             {"bitsandbytes", "nf4:dq"},
                                             {"hqq", "int4:asym:g64"},
                                             {"torchao", "int8"},
                                             {"auto-round", "int4:g128"},
                                             {"modelopt", "fp8_e4m3"},
                                             {"mlx", "int4:asym:g64"},
                                             {"onnxruntime", "int8"},
                                             {"nncf", "int8:asym"},
                                             {"aimet", "int8"}})
            QTest::newRow(target) << target << scheme << QStringList{"out"};
    }
    void every_target_writes_its_files() {
        QFETCH(QString, target);
        QFETCH(QString, scheme);
        QFETCH(QStringList, files);
        const QTemporaryDir folder;
        const QString path = folder.filePath("plan.json");
        Plan plan = uniform_plan(*model_, parse_scheme(scheme.toStdString()));
        for (Plan::Entry& entry : plan.entries)  // which some targets leave alone, and say so
            if (entry.tensor == "model.embed_tokens.weight" ||
                (entry.tensor == "lm_head.weight" && target == "awq"))
                entry.scheme = Scheme{};
        save_plan(plan, path.toStdString());
        const CliRun run = run_cli(
            {"export", sample_, "--plan", path, "--to", target, "-o", folder.filePath("out"), "--json"});
        QVERIFY2(run.code == 0, run.err.constData());
        if (target != "onnxruntime") QVERIFY2(run.err.isEmpty(), run.err.constData());
        QCOMPARE(run.json()["target"].toString(), target);
        QStringList written;
        for (const auto& file : run.json()["files"].toArray())
            written << QDir(folder.path()).relativeFilePath(file.toString());
        QCOMPARE(written, files);
        QStringList there = QDir(folder.path()).entryList(QDir::Files | QDir::Hidden);
        there.removeAll("plan.json");
        QCOMPARE(there, files);
    }

    void an_output_that_cannot_be_written_is_told_data() {
        QTest::addColumn<QString>("target");
        for (const char* target : {"json", "csv", "html", "hqq"})
            QTest::newRow(target) << target;
    }
    void an_output_that_cannot_be_written_is_told() {
        QFETCH(QString, target);
        const QTemporaryDir folder;
        const CliRun run = run_cli({"export", sample_, "--scheme", "int4:asym:g64", "--to", target, "-o",
                                    folder.filePath("missing/out")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.says("missing/out: cannot be written"), run.err.constData());
        QVERIFY(folder.isValid() && QDir(folder.path()).isEmpty());
    }

    // onnx-qdq needs a model in ONNX, see below.
    void every_target_is_tried() {
        QStringList targets;
        for (const auto& target : run_cli({"targets", "--json"}).json()["targets"].toArray())
            targets << target.toObject()["name"].toString();
        QCOMPARE(targets, (QStringList{"gguf",
                                       "onnx-qdq",
                                       "llama.cpp",
                                       "compressed-tensors",
                                       "llm-compressor",
                                       "gptq",
                                       "awq",
                                       "bitsandbytes",
                                       "hqq",
                                       "torchao",
                                       "auto-round",
                                       "modelopt",
                                       "mlx",
                                       "exllamav2",
                                       "onnxruntime",
                                       "nncf",
                                       "aimet",
                                       "json",
                                       "csv",
                                       "html"}));
    }

    void onnx_models_are_written_anew() {
        const QTemporaryDir folder;
        const Proto graph = Proto()
                                .bytes(1, node_proto("MatMul", {"x", "w"}, {"y"}))
                                .bytes(5, f32_tensor("w", {2, 2}, {1, 2, 3, 4}));
        QFile file(folder.filePath("model.onnx"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(onnx_file(graph)));
        file.close();
        const QStringList how = {"--scheme", "int8", "--to", "onnx-qdq", "-o", folder.filePath("out.onnx"),
                                 "--json"};
        const CliRun run = run_cli(QStringList{"export", file.fileName()} + how);
        QVERIFY2(run.code == 0, run.err.constData());
        QCOMPARE(run.json()["files"].toArray(), QJsonArray{folder.filePath("out.onnx")});
        const CliRun read = run_cli({"inspect", folder.filePath("out.onnx"), "--no-stats", "--json"});
        QCOMPARE(read.json()["tensors"][0]["name"].toString(), QString("w_quantized"));
        const CliRun other = run_cli(QStringList{"export", sample_} + how);
        QCOMPARE(other.code, 1);
        QVERIFY2(other.says("onnx-qdq writes ONNX models anew, this one is safetensors"),
                 other.err.constData());
        const CliRun gguf =
            run_cli({"quantize", file.fileName(), "--scheme", "q4_0", "-o", folder.filePath("no")});
        QCOMPARE(gguf.code, 1);
        QVERIFY2(gguf.says("DequantizeLinear knows no q4_0"), gguf.err.constData());
        QVERIFY(!QFile::exists(folder.filePath("no")));
    }

    void what_is_not_as_planned_is_said() {
        const QTemporaryDir folder;
        const QString out = folder.filePath("out");
        const CliRun run = run_cli({"export", sample_, "--scheme", "int4:g128", "--to", "gptq", "-o", out});
        QCOMPARE(run.code, 0);
        QVERIFY2(run.says("model.embed_tokens.weight: GPTQ quantizes no embeddings"), run.err.constData());
        QVERIFY(QFile::exists(out));
    }

    void tables_are_measured_on_the_spot() {
        const QTemporaryDir folder;
        const QString out = folder.filePath("out.json");
        QCOMPARE(run_cli({"export", sample_, "--scheme", "int4", "--to", "json", "-o", out}).code, 0);
        QFile file(out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray tensors = QJsonDocument::fromJson(file.readAll())["tensors"].toArray();
        QCOMPARE(tensors.size(), static_cast<qsizetype>(model_->tensors().size()));
        for (const auto& tensor : tensors)
            QCOMPARE(tensor.toObject()["measured"].isNull(),
                     tensor.toObject()["scheme"].toString() == "keep");
    }

    void a_workspace_carries_plan_and_measurements() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("w.h5");
        QCOMPARE(run_cli({"measure", sample_, "--scheme", "int8", "--scheme", "int4", "-o", path}).code, 0);
        Workspace workspace = load_workspace(path.toStdString());
        QCOMPARE(workspace.fingerprint, model_fingerprint(*model_));
        QCOMPARE(workspace.statistics.size(), model_->tensors().size());
        const CliRun none =
            run_cli({"export", sample_, "--plan", path, "--to", "csv", "-o", folder.filePath("x.csv")});
        QCOMPARE(none.code, 1);
        QVERIFY2(none.says("holds no plan"), none.err.constData());

        // A figure that only the workspace can have told.
        workspace.plan = uniform_plan(*model_, parse_scheme("int8"));
        workspace.measurements[0].results[0].sums.max_abs_error = 12345;
        save_workspace(workspace, path.toStdString());
        QCOMPARE(
            run_cli({"export", sample_, "--plan", path, "--to", "csv", "-o", folder.filePath("x.csv")}).code,
            0);
        QFile csv(folder.filePath("x.csv"));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll().count(",12345,"), 1);
    }

    void what_llama_cpp_lacks_is_refused_and_nothing_written() {
        const QTemporaryDir folder;
        const CliRun run = run_cli(
            {"export", sample_, "--scheme", "int4:g128", "--to", "llama.cpp", "-o", folder.filePath("out")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.says("llama.cpp has no int4:g128: take q4_0"), run.err.constData());
        QVERIFY(QDir(folder.path()).isEmpty());
    }

  private:
    QString sample_;
    std::shared_ptr<const Model> model_;
};

QTEST_GUILESS_MAIN(TestCliExport)
#include "test_cli_export.moc"
