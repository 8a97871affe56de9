// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/kernels/kernel_table.h"
#include "core/schemes/scheme.h"
#include "tests/cli/cli_runner.h"
#include "tests/support/safetensors_builder.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <limits>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

constexpr std::int64_t large_rows = 65536;
constexpr std::int64_t large_columns = 2048;

// A model of one tensor of 512 MiB, zeros that take no room on the disk.
void write_large_model(const QString& path) {
    const QByteArray header =
        R"({"model.layers.0.mlp.up_proj.weight":{"dtype":"F32","shape":[65536,2048],"data_offsets":[0,536870912]}})";
    const quint64 length = static_cast<quint64>(header.size());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(reinterpret_cast<const char*>(&length), sizeof length);
    file.write(header);
    QVERIFY(file.resize(file.size() + large_rows * large_columns * 4));
}

}  // namespace

class TestCli : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        std::vector<float> wave(64 * 50);
        for (std::size_t i = 0; i < wave.size(); ++i)
            wave[i] = std::sin(static_cast<float>(i));
        SafetensorsBuilder file;
        file.add_f32("model.layers.0.mlp.up_proj.weight", {64, 50}, wave);
        file.add_f32("model.layers.0.mlp.down_proj.weight", {50, 64}, wave);
        file.add_f32("model.norm.weight", {4}, std::vector<float>{1, 2, 3, 6});
        file.add_f32("model.layers.0.self_attn.q_proj.weight", {1, 4},
                     std::vector<float>{nan, nan, nan, nan});
        file.add("ids", "I64", {2}, std::vector<std::byte>(16));
        file.write(path("model.safetensors").toStdString());
    }

    void the_version_names_instruction_set_and_threads() {
        for (const kernels::KernelTable* table : kernels::available_kernel_tables()) {
            QProcessEnvironment environment;
            environment.insert("HALFSTEP_SIMD", QString::fromLatin1(table->name));
            environment.insert("HALFSTEP_THREADS", "3");
            const CliRun run = run_cli({"--version"}, environment);
            QCOMPARE(run.code, 0);
            QCOMPARE(run.out, QByteArray("halfstep-cli " HALFSTEP_VERSION "\ninstruction set: ") +
                                  environment.value("HALFSTEP_SIMD").toLatin1() + "\nthreads: 3\n");
        }
    }

    void wrong_usage_is_told_apart_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("part");
        const QString model = path("model.safetensors");
        const auto row = [](const char* name, const QStringList& arguments, const char* part) {
            QTest::newRow(name) << arguments << QByteArray(part);
        };
        row("nothing", {}, "command is missing");
        row("unknown command", {"paint"}, "paint");
        row("unknown option", {"inspect", model, "--colour"}, "--colour");
        row("no model", {"inspect"}, "MODEL");
        row("no scheme", {"measure", model}, "--scheme");
        row("threads 0", {"inspect", model, "--threads", "0"}, "--threads");
        row("threads text", {"inspect", model, "--threads", "two"}, "--threads");
        row("threads 4000", {"inspect", model, "--threads", "4000"}, "--threads");
        row("unknown scheme", {"measure", model, "--scheme", "int99"}, "int99");
        row("impossible scheme", {"measure", model, "--scheme", "q8_0:g32"}, "q8_0");
        row("pattern", {"measure", model, "--scheme", "int8", "--tensors", "(up"}, "(up");
        row("target", {"export", model, "--scheme", "int8", "--to", "paper", "-o", path("x")}, "paper");
        row("plan and scheme",
            {"export", model, "--scheme", "int8", "--plan", "p", "--to", "json", "-o", path("x")},
            "--plan or --scheme");
        row("no plan", {"export", model, "--to", "json", "-o", path("x")}, "--plan or --scheme");
    }
    void wrong_usage_is_told_apart() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, part);
        const CliRun run = run_cli(arguments);
        QCOMPARE(run.code, 2);
        QVERIFY2(run.says(part.constData()), run.err.constData());
        QVERIFY(run.out.isEmpty());
    }

    void a_bad_environment_is_wrong_usage() {
        QProcessEnvironment simd;
        simd.insert("HALFSTEP_SIMD", "mmx");
        QProcessEnvironment threads;
        threads.insert("HALFSTEP_THREADS", "many");
        const CliRun one = run_cli({"--version"}, simd);
        QCOMPARE(one.code, 2);
        QVERIFY2(one.says("HALFSTEP_SIMD=mmx"), one.err.constData());
        QCOMPARE(run_cli({"inspect", path("model.safetensors")}, threads).code, 2);
    }

    void what_cannot_be_done_is_one_sentence_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("part");
        const QString model = path("model.safetensors");
        QVERIFY(QDir(folder_.path()).mkdir("empty"));
        QFile whole(model);
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        const auto write = [&](const char* name, const QByteArray& content) {
            QFile file(path(name));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
        };
        write("cut.safetensors", bytes.left(bytes.size() - 1));
        write("text.txt", "not a model at all, just some text that is long enough to be looked at");
        write("plan.json", "{}");
        const auto row = [](const char* name, const QStringList& arguments, const char* part) {
            QTest::newRow(name) << arguments << QByteArray(part);
        };
        row("missing", {"inspect", path("none.gguf")}, "none.gguf");
        row("folder without model", {"inspect", path("empty")}, "empty");
        row("truncated", {"inspect", path("cut.safetensors")}, "cut.safetensors");
        row("unknown format", {"inspect", path("text.txt")}, "text.txt");
        row("no name matches", {"measure", model, "--scheme", "int8", "--tensors", "up_proj"},
            "no tensor has a name");
        row("only integers match", {"measure", model, "--scheme", "int8", "--tensors", "ids"},
            "cannot be measured");
        row("missing folder", {"export", model, "--scheme", "int8", "--to", "json", "-o", path("no/x.json")},
            "x.json");
        row("no permission", {"export", model, "--scheme", "int8", "--to", "json", "-o", "/proc/x.json"},
            "/proc/x.json");
        row("bad plan", {"export", model, "--plan", path("plan.json"), "--to", "json", "-o", path("x")},
            "halfstep_plan");
        row("missing plan", {"export", model, "--plan", path("p.json"), "--to", "json", "-o", path("x")},
            "p.json");
        row("workspace", {"measure", model, "--scheme", "int8", "-o", path("no/w.h5")}, "w.h5");
    }
    void what_cannot_be_done_is_one_sentence() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, part);
        const CliRun run = run_cli(arguments);
        QCOMPARE(run.code, 1);
        QVERIFY2(run.says(part.constData()), run.err.constData());
        QVERIFY(run.out.isEmpty());
    }

    void a_full_disk_is_noticed() {
        for (const char* command : {"inspect", "schemes"}) {
            QProcess process;
            process.setStandardOutputFile("/dev/full");
            QStringList arguments{command, "--json"};
            if (arguments[0] == "inspect") arguments << path("model.safetensors");
            process.start(cli_program(), arguments);
            QVERIFY(process.waitForFinished());
            QCOMPARE(process.exitCode(), 1);
            QVERIFY(process.readAllStandardError().startsWith("halfstep-cli: standard output: "));
        }
    }

    void a_reader_that_goes_is_no_error() {
        QProcess process;
        process.start("/bin/sh", {"-c", "'" + cli_program() + "' schemes | true; '" + cli_program() +
                                            "' schemes | head -1"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(process.readAllStandardError(), QByteArray());
    }

    void a_closed_standard_output_is_noticed() {
        QProcess process;
        process.start("/bin/sh", {"-c", "'" + cli_program() + "' schemes >&-"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 1);
    }

    // 1, 2, 3, 6: mean 3, deviations -2 -1 0 3; variance 14/4; fourth moment (16+1+81)/4 = 24.5;
    // 24.5/3.5² - 3 = -1.
    void inspect_prints_the_documented_document() {
        const CliRun run = run_cli({"inspect", "--json", path("model.safetensors")});
        QCOMPARE(run.code, 0);
        QVERIFY(run.err.isEmpty());
        const QJsonObject document = run.json();
        QCOMPARE(document.keys(), (QStringList{"issues", "model", "tensors"}));
        const QJsonObject model = document["model"].toObject();
        QCOMPARE(model.keys(),
                 (QStringList{"architecture", "bytes", "format", "parameters", "path", "tensors"}));
        QCOMPARE(model["path"].toString(), path("model.safetensors"));
        QCOMPARE(model["format"].toString(), QString("safetensors"));
        QCOMPARE(model["tensors"].toInt(), 5);
        QCOMPARE(model["parameters"].toInt(), 3200 + 3200 + 4 + 4 + 2);
        QCOMPARE(model["bytes"].toInt(), 4 * (3200 + 3200 + 4 + 4) + 16);
        const QJsonObject norm = tensor(document, "model.norm.weight");
        QCOMPARE(norm.keys(), (QStringList{"abs_max", "channel_axis", "dtype", "elements", "infs",
                                           "input_axis", "kurtosis", "max", "mean", "min", "name", "nans",
                                           "quantizable", "role", "shape", "std", "zeros"}));
        QCOMPARE(norm["dtype"].toString(), QString("f32"));
        QCOMPARE(norm["role"].toString(), QString("norm"));
        QCOMPARE(norm["shape"].toArray(), QJsonArray{4});
        QVERIFY(norm["channel_axis"].isNull());
        QCOMPARE(norm["quantizable"].toBool(true), false);
        QCOMPARE(norm["mean"].toDouble(), 3.0);
        QCOMPARE(norm["std"].toDouble(), std::sqrt(3.5));
        QCOMPARE(norm["kurtosis"].toDouble(), -1.0);
        QCOMPARE(norm["abs_max"].toDouble(), 6.0);
        const QJsonObject up = tensor(document, "model.layers.0.mlp.up_proj.weight");
        QCOMPARE(up["role"].toString(), QString("ffn_up"));
        QCOMPARE(up["quantizable"].toBool(), true);
        QCOMPARE(up["channel_axis"].toInt(-1), 0);
        QCOMPARE(up["input_axis"].toInt(-1), 1);
    }

    void what_does_not_exist_is_null() {
        const QJsonObject document = run_cli({"inspect", "--json", path("model.safetensors")}).json();
        const QJsonObject ids = tensor(document, "ids");
        for (const char* key : {"min", "max", "mean", "std", "abs_max", "kurtosis", "zeros", "nans", "infs"})
            QVERIFY2(ids[key].isNull(), key);
        const QJsonObject nans = tensor(document, "model.layers.0.self_attn.q_proj.weight");
        QVERIFY(nans["mean"].isNull());
        QCOMPARE(nans["nans"].toInt(), 4);
        bool told = false;
        for (const auto& issue : document["issues"].toArray())
            told = told || (issue.toObject()["tensor"].toString().contains("q_proj") &&
                            issue.toObject()["message"].toString().contains("4 NaN"));
        QVERIFY(told);
    }

    void no_stats_gives_headers_alone() {
        const QJsonObject document =
            run_cli({"inspect", "--json", "--no-stats", path("model.safetensors")}).json();
        QCOMPARE(document["tensors"].toArray().size(), 5);
        const QJsonObject norm = tensor(document, "model.norm.weight");
        QCOMPARE(norm["elements"].toInt(), 4);
        QVERIFY(norm["mean"].isNull());
        QVERIFY(norm["zeros"].isNull());
    }

    void measure_prints_the_documented_document() {
        const CliRun run = run_cli({"measure", path("model.safetensors"), "--scheme", "int8:asym:tensor",
                                    "--scheme", "q8_0", "--json", "--tensors", ".*(up|down)_proj.*"});
        QCOMPARE(run.code, 0);
        QVERIFY2(run.says("q8_0 refused for 'model.layers.0.mlp.up_proj.weight'"), run.err.constData());
        const QJsonArray tensors = run.json()["tensors"].toArray();
        QCOMPARE(tensors.size(), 2);
        const QJsonObject up = tensor(run.json(), "model.layers.0.mlp.up_proj.weight");
        QCOMPARE(up["elements"].toInt(), 3200);
        const QJsonArray results = up["results"].toArray();
        QCOMPARE(results[0].toObject().keys(),
                 (QStringList{"bits_per_weight", "bytes", "clipped", "cosine", "max_abs_error", "mse",
                              "rel_error", "scale", "scheme", "sqnr_db", "zero_point"}));
        QCOMPARE(results[0]["scheme"].toString(), QString("int8:asym:tensor"));
        QCOMPARE(results[0]["bytes"].toInt(), 3200 + 5);  // 8 bits each, a scale of 32 and a zero point of 8
        QVERIFY(results[1]["mse"].isNull());
        QVERIFY(results[1]["bytes"].isNull());
        QVERIFY(results[1]["refused"].toString().contains("32"));
        QVERIFY(!results[1].toObject().contains("scale"));
    }

    void without_a_pattern_quantizable_tensors_are_measured() {
        const CliRun run = run_cli({"measure", path("model.safetensors"), "--scheme", "int8", "--json"});
        QCOMPARE(run.code, 0);
        QCOMPARE(run.json()["tensors"].toArray().size(), 3);
        const CliRun all =
            run_cli({"measure", path("model.safetensors"), "--scheme", "int8", "--json", "--tensors", ".*"});
        QCOMPARE(all.json()["tensors"].toArray().size(), 4);
    }

    void nothing_measured_at_all_is_a_failure() {
        const CliRun run = run_cli(
            {"measure", path("model.safetensors"), "--scheme", "q8_0", "--json", "--tensors", ".*up_proj.*"});
        QCOMPARE(run.code, 1);
        QCOMPARE(run.json()["tensors"].toArray().size(), 1);
        QVERIFY(run.err.contains("none of the schemes"));
    }

    void schemes_and_targets_are_listed() {
        const QJsonArray schemes = run_cli({"schemes", "--json"}).json()["schemes"].toArray();
        QCOMPARE(schemes.size(), static_cast<qsizetype>(all_formats().size()));
        bool found = false;
        for (const auto& scheme : schemes) {
            QCOMPARE(scheme.toObject().keys(),
                     (QStringList{"bits_per_weight", "format", "levels", "notation"}));
            if (scheme.toObject()["format"] != "q4_0") continue;
            found = true;
            QCOMPARE(scheme.toObject()["bits_per_weight"].toDouble(), 4.5);
            QCOMPARE(scheme.toObject()["levels"].toInt(), 16);
        }
        QVERIFY(found);
        const QJsonArray targets = run_cli({"targets", "--json"}).json()["targets"].toArray();
        QCOMPARE(targets[0]["name"].toString(), QString("gguf"));
        QCOMPARE(targets[2]["name"].toString(), QString("llama.cpp"));
        for (const int target : {0, 2}) {
            QVERIFY(!targets[target]["schemes"].toArray().contains("int4"));
            QVERIFY(targets[target]["schemes"].toArray().contains("q8_0"));
        }
    }

    void tables_for_people_are_narrow_and_end_without_blanks() {
        const QString model = path("model.safetensors");
        for (const QStringList& arguments :
             {QStringList{"inspect", model}, QStringList{"inspect", "--no-stats", model},
              QStringList{"schemes"}, QStringList{"targets"},
              QStringList{"measure", model, "--scheme", "int4:asym:g32:mse", "--scheme", "kmeans4"}}) {
            const CliRun run = run_cli(arguments);
            QCOMPARE(run.code, 0);
            QVERIFY(run.err.isEmpty());
            for (const QString& line : QString::fromUtf8(run.out).split('\n'))
                QVERIFY2(line.size() <= 120 && !line.endsWith(' '), qPrintable(line));
        }
    }

    void results_do_not_depend_on_threads_or_instruction_set() {
        const QStringList arguments{
            "measure", path("model.safetensors"), "--scheme", "int4:g32", "--scheme", "log4", "--json"};
        const CliRun one = run_cli(arguments + QStringList{"--threads", "1"});
        QCOMPARE(run_cli(arguments + QStringList{"--threads", "5"}).out, one.out);
        QProcessEnvironment scalar;
        scalar.insert("HALFSTEP_SIMD", "scalar");
        QCOMPARE(run_cli(arguments, scalar).out, one.out);
    }

    void names_cannot_steer_the_terminal() {
        SafetensorsBuilder file;
        file.add_f32("\x1b[2Jevil\u009b", {2, 2}, std::vector<float>{1, 2, 3, 4});
        file.write(path("evil.safetensors").toStdString());
        const CliRun run = run_cli({"inspect", path("evil.safetensors")});
        QVERIFY(!run.out.contains('\x1b'));
        QVERIFY(!run.out.contains("\xC2\x9B"));
    }

    void an_interrupt_ends_it_at_once_and_leaves_nothing() {
        write_large_model(path("large.safetensors"));
        const QString workspace = path("large.h5");
        QProcess process;
        QStringList arguments{"measure", path("large.safetensors"), "-o", workspace, "--threads", "2"};
        for (const char* scheme :
             {"int4:mse:g32", "int3:mse:g64", "kmeans4", "int5:asym:mse:g32", "log4:mse:g16"})
            arguments << "--scheme" << scheme;
        process.start(cli_program(), arguments);
        QVERIFY(process.waitForStarted());
        QTest::qWait(500);
        QCOMPARE(process.state(), QProcess::Running);
        QElapsedTimer timer;
        timer.start();
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        qInfo("ended %lld ms after the interrupt", static_cast<long long>(timer.elapsed()));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        QCOMPARE(process.readAllStandardError(), QByteArray("halfstep-cli: cancelled\n"));
        QVERIFY(process.readAllStandardOutput().isEmpty());
        QCOMPARE(QDir(folder_.path()).entryList({"*large*h5*"}, QDir::AllEntries | QDir::Hidden),
                 QStringList());
    }

  private:
    QString path(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }

    static QJsonObject tensor(const QJsonObject& document, const QString& name) {
        for (const auto& entry : document["tensors"].toArray())
            if (entry.toObject()["name"] == name) return entry.toObject();
        return {};
    }

    QTemporaryDir folder_;
};

QTEST_GUILESS_MAIN(TestCli)
#include "test_cli.moc"
