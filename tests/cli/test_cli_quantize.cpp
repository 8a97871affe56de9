// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/plan.h"
#include "core/model_files/model.h"
#include "core/model_files/tensor_names.h"
#include "tests/cli/cli_runner.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/oracle.h"
#include "tests/support/test_data.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

QString project_file(const char* relative) {
    return QString::fromStdString(project_path(relative).string());
}

QByteArray content_of(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QStringList all_files(const QString& folder) {
    return QDir(folder).entryList(QDir::Files | QDir::Hidden);
}

}  // namespace

class TestCliQuantize : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        sample_ = project_file("resources/samples/tidewater");
        if (!QDir(sample_).exists()) QSKIP("the sample is missing");
        if (const auto models = models_folder())
            stories_ = QString::fromStdString((*models / "stories260k-gguf" / "tinyllm.gguf").string());
    }

    // Blocks that are kept are copied: also those that could not be written, and none is coded a second time.
    void kept_blocks_are_copied() {
        if (stories_.isEmpty()) QSKIP("there is no folder of real models");
        const QString source =
            QString::fromStdString((*models_folder() / "gguf-all-types" / "all-types.gguf").string());
        const QTemporaryDir folder;
        const QString out = folder.filePath("kept.gguf");
        const CliRun run = run_cli({"quantize", source, "--scheme", "keep", "-o", out});
        QVERIFY2(run.code == 0, run.err.constData());
        const auto before = open_model(source.toStdString());
        const auto after = open_model(out.toStdString());
        QCOMPARE(after->tensors().size(), before->tensors().size());
        for (const TensorInfo& tensor : before->tensors()) {
            const TensorInfo* copy = after->find(tensor.name);
            QVERIFY2(copy != nullptr && copy->dtype == tensor.dtype, tensor.name.c_str());
            std::vector<std::byte> expected(tensor.bytes);
            std::vector<std::byte> actual(copy->bytes);
            before->read_bytes(tensor, 0, expected);
            after->read_bytes(*copy, 0, actual);
            QVERIFY2(actual == expected, tensor.name.c_str());
        }
    }

    // Two ways to the same blocks: written, and measured (which is held against ggml's own bytes).
    void importance_counts_data() {
        QTest::addColumn<QString>("scheme");
        for (const char* scheme : {"q4_0", "q5_1", "q4_K", "iq4_nl", "q8_0"})
            QTest::newRow(scheme) << scheme;
    }
    void importance_counts() {
        QFETCH(const QString, scheme);
        const QTemporaryDir folder;
        const QString matrix = folder.filePath("sample.imatrix");
        write_importance(matrix);
        const QString out = folder.filePath("out.gguf");
        const CliRun written =
            run_cli({"quantize", sample_, "--scheme", scheme, "--imatrix", matrix, "-o", out, "--json"});
        QVERIFY2(written.code == 0, written.err.constData());
        const QJsonArray tensors = written.json()["tensors"].toArray();
        const auto errors = [&](const QStringList& more) {
            std::map<QString, double> by_tensor;
            const CliRun run = run_cli(QStringList{"measure", sample_, "--scheme", scheme, "--json"} + more);
            for (const QJsonValue tensor : run.json()["tensors"].toArray())
                by_tensor[tensor["name"].toString()] = tensor["results"][0]["rel_error"].toDouble();
            return by_tensor;
        };
        const auto measured = errors({"--imatrix", matrix});
        const auto without = errors({});
        int compared = 0;
        int changed = 0;
        for (const QJsonValue tensor : tensors) {
            if (tensor["scheme"].toString() != scheme) continue;
            const QString name = tensor["name"].toString();
            const double error = tensor["rel_error"].toDouble();
            QVERIFY2(std::abs(error - measured.at(name)) <= 1e-6 * error, qUtf8Printable(name));
            ++compared;
            changed += std::abs(error - without.at(name)) > 1e-4 * error ? 1 : 0;
        }
        QVERIFY(compared > 10);
        if (scheme == "q8_0")
            QCOMPARE(changed, 0);
        else
            QVERIFY(changed > 10);
        const auto model = open_model(out.toStdString());
        std::map<std::string, std::string> metadata;
        for (const auto& [key, value] : model->properties())
            metadata[key] = value;
        QCOMPARE(metadata["quantize.imatrix.file"], matrix.toStdString());
        QCOMPARE(metadata["quantize.imatrix.dataset"], std::string("calibration.txt"));
        QCOMPARE(metadata["quantize.imatrix.entries_count"], std::to_string(entries_));
        QCOMPARE(metadata["quantize.imatrix.chunks_count"], std::string("7"));
    }

    void json_has_what_was_written() {
        const QTemporaryDir folder;
        const QString out = folder.filePath("out.gguf");
        const CliRun run = run_cli({"quantize", sample_, "--scheme", "q4_0", "-o", out, "--json"});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY2(run.err.isEmpty(), run.err.constData());
        const QJsonObject document = run.json();
        QCOMPARE(document["file"].toString(), out);
        QCOMPARE(document["bytes"].toInteger(), QFile(out).size());
        const QJsonArray tensors = document["tensors"].toArray();
        QCOMPARE(static_cast<std::size_t>(tensors.size()),
                 open_model(sample_.toStdString())->tensors().size());
        const CliRun measured =
            run_cli({"measure", sample_, "--scheme", "q4_0", "--tensors", "lm_head.weight", "--json"});
        const QJsonObject figures =
            measured.json()["tensors"].toArray()[0].toObject()["results"].toArray()[0].toObject();
        const QJsonObject head = tensors[0].toObject();
        QCOMPARE(head["name"].toString(), "lm_head.weight");
        QCOMPARE(head["scheme"].toString(), "q4_0");
        QCOMPARE(head["bytes"].toInteger(), figures["bytes"].toInteger());
        QVERIFY(std::abs(head["rel_error"].toDouble() / figures["rel_error"].toDouble() - 1) < 1e-5);
        QVERIFY(document["issues"].toArray().isEmpty());
    }

    void people_get_a_table_and_what_differs() {
        if (stories_.isEmpty()) QSKIP("there is no folder of real models");
        const QTemporaryDir folder;
        const CliRun run =
            run_cli({"quantize", stories_, "--scheme", "q8_0", "-o", folder.filePath("out.gguf")});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.contains("token_embd.weight"));
        QVERIFY(run.out.contains("wrote "));
        QCOMPARE(run.err.count("stored as f16: q8_0 stores blocks of 32 weights"), 5);  // rows of 172
    }

    void a_plan_is_carried_out() {
        const QTemporaryDir folder;
        const auto model = open_model(sample_.toStdString());
        Plan plan = uniform_plan(*model, parse_scheme("q8_0"));
        plan.entries[0].scheme = parse_scheme("q5_1");
        plan.entries[1].scheme = parse_scheme("keep");
        save_plan(plan, folder.filePath("plan.json").toStdString());
        const QString out = folder.filePath("out.gguf");
        const CliRun run =
            run_cli({"quantize", sample_, "--plan", folder.filePath("plan.json"), "-o", out, "--json"});
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonArray tensors = run.json()["tensors"].toArray();
        QCOMPARE(tensors[0].toObject()["scheme"].toString(), "q5_1");
        QCOMPARE(tensors[1].toObject()["scheme"].toString(), "keep");
        QCOMPARE(tensors[3].toObject()["scheme"].toString(), "q8_0");
        // And the export target writes the same.
        const QString exported = folder.filePath("exported.gguf");
        QCOMPARE(run_cli({"export", sample_, "--plan", folder.filePath("plan.json"), "--to", "gguf", "-o",
                          exported})
                     .code,
                 0);
        QVERIFY(content_of(exported) == content_of(out));
    }

    void wrong_usage_and_what_cannot_be_written() {
        const QTemporaryDir folder;
        const QString out = folder.filePath("out.gguf");
        QCOMPARE(run_cli({"quantize", sample_, "-o", out}).code, 2);
        QCOMPARE(run_cli({"quantize", sample_, "--scheme", "q8_0", "--plan", "x", "-o", out}).code, 2);
        QCOMPARE(run_cli({"quantize", sample_, "--scheme", "q8_0"}).code, 2);
        const CliRun refused = run_cli({"quantize", sample_, "--scheme", "int4:g32", "-o", out});
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.says("GGUF has no int4:g32: take q4_0"), refused.err.constData());
        QVERIFY(all_files(folder.path()).isEmpty());
    }

    // Values, names and metadata against an independent reading of both files.
    void an_independent_reader_finds_what_was_meant_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("scheme");
        const QStringList schemes{"fp32", "keep", "fp16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0"};
        for (const QString& scheme : schemes)
            for (const char* model : {"sample", "stories"})
                QTest::addRow("%s %s", model, qPrintable(scheme)) << model << scheme;
        for (const char* family : {"llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text"})
            for (const char* scheme : {"fp32", "q4_0"})
                QTest::addRow("%s %s", family, scheme) << family << scheme;
    }
    void an_independent_reader_finds_what_was_meant() {
        QFETCH(QString, model);
        QFETCH(QString, scheme);
        if (!python_with_numpy()) QSKIP("there is no Python with numpy");
        const QTemporaryDir folder;
        QString source = model == "sample" ? sample_ : stories_;
        if (model != "sample" && model != "stories") {
            source = folder.filePath("model");
            const QJsonObject made =
                run_oracle("tests/clients/reference_models.py", {model, source, sample_});
            QVERIFY2(!made.contains("failed"), qPrintable(made["failed"].toString()));
        }
        if (source.isEmpty()) QSKIP("there is no folder of real models");
        const QString out = folder.filePath("out.gguf");
        const CliRun run = run_cli({"quantize", source, "--scheme", scheme, "-o", out});
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonObject found = run_oracle("tests/oracle/gguf_oracle.py", {source, out});
        QVERIFY2(!found.contains("failed"), qPrintable(found["failed"].toString()));
        for (const auto& difference : found["differences"].toArray())
            qWarning("%s", qPrintable(difference.toString()));
        QVERIFY(found["differences"].toArray().isEmpty());
        QCOMPARE(found["metadata"].toObject()["general.quantization_version"].toInt(), 2);
        if (model == "sample") {
            QCOMPARE(found["metadata"].toObject()["tokenizer.ggml.tokens"].toInt(), 768);
            QCOMPARE(found["metadata"].toObject()["tokenizer.ggml.merges"].toInt(), 511);
            QCOMPARE(found["metadata"].toObject()["tokenizer.ggml.pre"].toString(), "gpt-2");
            QCOMPARE(found["metadata"].toObject()["tokenizer.ggml.bos_token_id"].toInt(), 767);
        }
    }

    // Killed at any moment it leaves the old file, and the next write clears the leftover away.
    void a_kill_leaves_the_old_file() {
        const QTemporaryDir folder;
        const QString out = folder.filePath("out.gguf");
        const QStringList arguments{"quantize", sample_, "--scheme", "q5_1", "-o", out};
        QCOMPARE(run_cli(arguments).code, 0);
        const QByteArray whole = content_of(out);
        QFile old(out);
        QVERIFY(old.open(QIODevice::WriteOnly));
        old.write("old");
        old.close();
        bool left_over = false;
        for (int round = 0; round < 40; ++round) {
            QProcess process;
            process.start(cli_program(), arguments);
            QVERIFY(process.waitForStarted());
            QTest::qSleep(1 + round * 3);
            ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
            process.waitForFinished();
            const QByteArray now = content_of(out);
            QVERIFY(now == "old" || now == whole);
            const QStringList files = all_files(folder.path());
            left_over = left_over || files.size() > 1;
            QVERIFY(files.size() <= 2);
        }
        QCOMPARE(run_cli(arguments).code, 0);
        QVERIFY(content_of(out) == whole);
        QCOMPARE(all_files(folder.path()), QStringList{"out.gguf"});
        if (!left_over) qWarning("no kill came while a file was being written");
    }

    // On a file system of one MiB, which needs the right to mount one.
    void a_full_disk_is_said_before_anything_is_written() {
        const QTemporaryDir folder;
        QProcess process;
        process.start("unshare", {"-m", "sh", "-c",
                                  "mount -t tmpfs -o size=1m none \"$1\" || exit 77; cd \"$1\" || exit 77; "
                                  "\"$2\" quantize \"$3\" --scheme q8_0 -o out.gguf; echo \"code $?\"; ls -A",
                                  "sh", folder.path(), cli_program(), sample_});
        if (!process.waitForFinished(60'000) || process.exitCode() != 0)
            QSKIP("no file system can be mounted here");
        const QByteArray error = process.readAllStandardError();
        QVERIFY2(error.contains("bytes and the disk has"), error.constData());
        QCOMPARE(process.readAllStandardOutput(), QByteArray("code 1\n"));
    }

  private:
    // Importance that differs from input to input, for all matrices of the sample.
    void write_importance(const QString& path) {
        ImatrixBuilder builder;
        builder.dataset("calibration.txt").chunks(7, 512);
        entries_ = 0;
        const auto model = open_model(sample_.toStdString());
        for (const TensorInfo& tensor : model->tensors()) {
            if (!tensor.quantizable) continue;
            std::vector<float> sums(static_cast<std::size_t>(tensor.shape.back()));
            for (std::size_t i = 0; i < sums.size(); ++i)
                sums[i] = 0.5F + static_cast<float>(i * 37 % 101);
            builder.add(gguf_name(tensor.name).value(), sums, {3});
            ++entries_;
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(builder.gguf()));
    }

    int entries_ = 0;
    QString sample_;
    QString stories_;
};

QTEST_GUILESS_MAIN(TestCliQuantize)
#include "test_cli_quantize.moc"
