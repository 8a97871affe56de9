// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/store/image_seal.h"
#include "core/store/workspace.h"
#include "tests/support/test_data.h"
#include "tests/support/tiny_model.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <filesystem>
#include <random>
#include <thread>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

Measurement measured(const char* scheme, double error) {
    Measurement result;
    result.scheme = parse_scheme(scheme);
    result.bits_per_weight = 8.125;
    result.bytes = 1234;
    result.sums.count = 150;
    result.sums.clipped = 2;
    result.sums.error_squared = error;
    result.sums.value_squared = 1.0 / 3;
    result.sums.product = 0.3;
    result.sums.quantized_squared = 0.31;
    result.sums.max_abs_error = 0.01;
    return result;
}

Workspace full_workspace() {
    Workspace workspace = describe_model(
        described_model({described_matrix("up \xC3\xA9", 3, 50, DType::f32), described_vector("norm", 7),
                         described_matrix("ids", 2, 2, DType::i32)}));
    TensorStatistics statistics;
    statistics.count = 149;
    statistics.min = -1.0 / 3;
    statistics.max = 2.5;
    statistics.mean = 1e-300;
    statistics.std = 0.1;
    statistics.abs_max = 2.5;
    statistics.kurtosis = -1.2;
    statistics.nans = 1;
    statistics.first_non_finite = 17;
    workspace.statistics = {statistics, TensorStatistics{}, std::nullopt};
    TensorMeasurement up{"up \xC3\xA9", 150, {measured("int8", 1e-5), measured("int4:asym:tensor", 1e-3)}};
    up.results[1].scale = 0.1F;
    up.results[1].zero_point = 7;
    TensorMeasurement norm{"norm", 7, {measured("int8", 0), {}}};
    norm.results[1].scheme = parse_scheme("q8_0");
    norm.results[1].refused = "rows of 7 hold no blocks of 32";
    workspace.measurements = {up, norm};
    workspace.plan =
        Plan{"m", "0123456789abcdef", {{"up \xC3\xA9", parse_scheme("int4:g32"), true}, {"norm", Scheme{}}}};
    return workspace;
}

bool same(const ErrorSums& a, const ErrorSums& b) {
    return a.count == b.count && a.clipped == b.clipped && a.error_squared == b.error_squared &&
           a.value_squared == b.value_squared && a.product == b.product &&
           a.quantized_squared == b.quantized_squared && a.max_abs_error == b.max_abs_error;
}

bool same(const TensorStatistics& a, const TensorStatistics& b) {
    return a.count == b.count && a.min == b.min && a.max == b.max && a.mean == b.mean && a.std == b.std &&
           a.abs_max == b.abs_max && a.kurtosis == b.kurtosis && a.zeros == b.zeros && a.nans == b.nans &&
           a.infs == b.infs && a.first_non_finite == b.first_non_finite;
}

}  // namespace

class TestWorkspace : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        QProcess python;
        python.start("/usr/bin/python3", {"-c", "import h5py"});
        no_h5py_ = !python.waitForFinished() || python.exitCode() != 0;
    }

    void init() { path_ = folder_.filePath("w.h5").toStdString(); }

    void everything_survives() {
        const Workspace saved = full_workspace();
        save_workspace(saved, path_);
        QVERIFY(is_workspace(path_));
        const Workspace loaded = load_workspace(path_);
        QCOMPARE(loaded.model_path, saved.model_path);
        QCOMPARE(loaded.fingerprint, saved.fingerprint);
        QCOMPARE(loaded.format, saved.format);
        QCOMPARE(loaded.architecture, saved.architecture);
        QVERIFY(loaded.tensors == saved.tensors);
        QVERIFY(loaded.plan == saved.plan);
        QCOMPARE(loaded.statistics.size(), std::size_t{3});
        QVERIFY(same(*loaded.statistics[0], *saved.statistics[0]));
        QVERIFY(same(*loaded.statistics[1], *saved.statistics[1]));
        QVERIFY(!loaded.statistics[2]);
        QCOMPARE(loaded.measurements.size(), saved.measurements.size());
        for (std::size_t t = 0; t < 2; ++t) {
            QCOMPARE(loaded.measurements[t].tensor, saved.measurements[t].tensor);
            QCOMPARE(loaded.measurements[t].elements, saved.measurements[t].elements);
            QCOMPARE(loaded.measurements[t].results.size(), std::size_t{2});
            for (std::size_t i = 0; i < 2; ++i) {
                const Measurement& a = loaded.measurements[t].results[i];
                const Measurement& b = saved.measurements[t].results[i];
                QVERIFY(a.scheme == b.scheme);
                QCOMPARE(a.refused, b.refused);
                if (!a.refused.empty()) continue;
                QCOMPARE(a.bits_per_weight, b.bits_per_weight);
                QCOMPARE(a.bytes, b.bytes);
                QVERIFY(same(a.sums, b.sums));
                QVERIFY(a.scale == b.scale);
                QVERIFY(a.zero_point == b.zero_point);
            }
        }
    }

    void weighted_sums_survive_where_there_are_any() {
        Workspace saved = full_workspace();
        saved.measurements[0].results[0].weighted = WeightedSums{1.0 / 3, 2.0 / 7};
        save_workspace(saved, path_);
        const Workspace loaded = load_workspace(path_);
        const std::optional<WeightedSums> weighted = loaded.measurements[0].results[0].weighted;
        QVERIFY(weighted && weighted->error_squared == 1.0 / 3 && weighted->value_squared == 2.0 / 7);
        QVERIFY(!loaded.measurements[0].results[1].weighted);
        QVERIFY(!loaded.measurements[1].results[0].weighted);
    }

    void a_workspace_may_hold_nothing() {
        save_workspace(describe_model(described_model({})), path_);
        const Workspace loaded = load_workspace(path_);
        QVERIFY(loaded.tensors.empty() && loaded.statistics.empty() && loaded.measurements.empty() &&
                !loaded.plan);
    }

    void saving_is_whole_or_not_at_all() {
        save_workspace(full_workspace(), path_);
        Workspace wrong = full_workspace();
        wrong.measurements[0].tensor = "unknown";
        QVERIFY_EXCEPTION_THROWN(save_workspace(wrong, path_), Error);
        QVERIFY(load_workspace(path_).plan.has_value());
        QCOMPARE(QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"w.h5"});
        QVERIFY_EXCEPTION_THROWN(save_workspace(full_workspace(), path_.parent_path() / "no" / "w.h5"),
                                 Error);
    }

    void what_is_no_workspace_is_refused() {
        QVERIFY_EXCEPTION_THROWN(load_workspace(path_.parent_path() / "none.h5"), Error);
        QFile file(folder_.filePath("w.h5"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"halfstep_plan\":1}");
        file.close();
        QVERIFY(!is_workspace(path_));
        QVERIFY_EXCEPTION_THROWN(load_workspace(path_), Error);
    }

    // A damaged file is an error; never a crash or a hang.
    void damage_does_no_harm() {
        save_workspace(full_workspace(), path_);
        QFile file(folder_.filePath("w.h5"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        file.close();
        int refused = 0;
        const auto try_to_load = [&](const QByteArray& content) {
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
            file.close();
            try {
                load_workspace(path_);
            } catch (const Error&) {
                ++refused;
            }
        };
        for (int part = 0; part < 20; ++part)
            try_to_load(whole.left(whole.size() * part / 20));
        QCOMPARE(refused, 20);
        std::mt19937 random(7);
        for (int round = 0; round < 300; ++round) {
            QByteArray damaged = whole;
            for (int i = 0; i < 3; ++i)
                damaged[static_cast<qsizetype>(random() % static_cast<unsigned>(whole.size()))] =
                    static_cast<char>(random());
            if (damaged == whole) continue;
            refused = 0;
            try_to_load(damaged);
            QCOMPARE(refused, 1);
        }
    }

    void the_checksum_is_that_of_the_definition() {
        const std::array<std::byte, 1> a = {std::byte{'a'}};
        const std::vector<std::byte> content = sealed_image(a);
        QCOMPARE(content.size(), 513U);
        // The FNV-1a of "a", as its authors list it.
        const std::string text(reinterpret_cast<const char*>(content.data()), 46);
        QCOMPARE(text, std::string("Halfstep workspace, checksum af63dc4c8601ec8c\n"));
        check_seal(InputFile("w.h5", content));
    }

    void it_can_be_used_from_several_threads() {
        const auto work = [&](int number) {
            const std::filesystem::path path = folder_.filePath(QString("t%1.h5").arg(number)).toStdString();
            for (int i = 0; i < 10; ++i) {
                save_workspace(full_workspace(), path);
                load_workspace(path);
            }
        };
        std::thread one(work, 1);
        std::thread two(work, 2);
        one.join();
        two.join();
        QVERIFY(load_workspace(folder_.filePath("t1.h5").toStdString()).plan.has_value());
    }

    void files_that_reach_outside_are_refused_data() {
        QTest::addColumn<QString>("change");
        QTest::newRow("external link")
            << R"(del f["tensors"]; f["tensors"] = h5py.ExternalLink("/etc/other.h5", "/x"))";
        QTest::newRow("soft link")
            << R"(f.move("tensors/name", "n"); f["tensors/name"] = h5py.SoftLink("/n"))";
        QTest::newRow("external data")
            << R"(del f["tensors/bytes"]; f.create_dataset("tensors/bytes", (3,), "i8", external=[("/etc/hostname", 0, 24)]))";
        QTest::newRow("huge")
            << R"(del f["tensors/bytes"]; f.create_dataset("tensors/bytes", (1 << 40,), "i8", chunks=(1 << 20,)))";
        QTest::newRow("huge, packed")
            << R"(del f["tensors/bytes"]; f.create_dataset("tensors/bytes", (1 << 40,), "i8", chunks=(1 << 20,), compression="gzip"))";
        QTest::newRow("szip or lzf")
            << R"(v = f["tensors/bytes"][:]; del f["tensors/bytes"]; f.create_dataset("tensors/bytes", data=v, compression="lzf"))";
        QTest::newRow("newer") << R"(f.attrs["halfstep_workspace"] = 2)";
        QTest::newRow("no version") << R"(del f.attrs["halfstep_workspace"])";
        QTest::newRow("other length") << R"(del f["tensors/bytes"]; f["tensors/bytes"] = [1, 2])";
        QTest::newRow("texts for numbers")
            << R"(del f["tensors/bytes"]; f["tensors/bytes"] = np.array([b"a", b"b", b"c"]))";
        QTest::newRow("free texts") << R"(del f["tensors/name"]; f["tensors/name"] = ["a", "b", "c"])";
        QTest::newRow("compounds in the header")
            << R"(del f["tensors/bytes"]; compact("tensors/bytes", np.zeros(3, [("a", "i8")])))";
        QTest::newRow("unknown scheme")
            << R"(s = f["plan/scheme"][:]; s[0] = b"int99"; f["plan/scheme"][:] = s)";
        QTest::newRow("lock of a stranger")
            << R"(s = f["plan/locked"][:]; s[0] = b"x"; f["plan/locked"][:] = s)";
        QTest::newRow("negative size") << R"(f["tensors/elements"][0] = -5)";
        QTest::newRow("reason out of range") << R"(f["measurements/refusal"][0, 0] = 99)";
        QTest::newRow("half a count") << R"(f["statistics/nans"][0] = 0.5)";
    }
    void files_that_reach_outside_are_refused() {
        QFETCH(QString, change);
        save_workspace(full_workspace(), path_);
        change_workspace(change);
        if (no_h5py_) QSKIP("there is no Python with h5py");
        QVERIFY_EXCEPTION_THROWN(load_workspace(path_), Error);  // does not match its checksum
        seal_again();
        try {
            load_workspace(path_);
            QFAIL("was loaded");
        } catch (const Error& error) {
            QVERIFY2(error.problem().find("checksum") == std::string::npos, error.what());
        }
    }

    void data_in_headers_are_read() {
        save_workspace(full_workspace(), path_);
        change_workspace(
            R"([(v := f[n][:], f.pop(n), compact(n, v)) for n in ("tensors/name", "tensors/bytes", "tensors/shape")])");
        if (no_h5py_) QSKIP("there is no Python with h5py");
        seal_again();
        QVERIFY(load_workspace(path_).tensors == full_workspace().tensors);
    }

    void packed_data_is_read() {
        save_workspace(full_workspace(), path_);
        change_workspace(
            R"(v = f["tensors/bytes"][:]; del f["tensors/bytes"]; f.create_dataset("tensors/bytes", data=v, compression="gzip", shuffle=True))");
        if (no_h5py_) QSKIP("there is no Python with h5py");
        seal_again();
        QVERIFY(load_workspace(path_).tensors == full_workspace().tensors);
    }

    // The lines in README.md, as they stand there.
    void ten_lines_of_python_read_it() {
        QFile readme(QString::fromStdString(project_path("core/store/README.md").string()));
        QVERIFY(readme.open(QIODevice::ReadOnly));
        const QRegularExpression code("```python\n(.*?)```", QRegularExpression::DotMatchesEverythingOption);
        const QString script = code.match(QString::fromUtf8(readme.readAll())).captured(1);
        QCOMPARE(script.count('\n'), 10);
        save_workspace(full_workspace(), folder_.filePath("workspace.h5").toStdString());
        const QByteArray printed = run_h5py(script);
        if (no_h5py_) QSKIP("there is no Python with h5py");
        const QByteArrayList lines = printed.trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        QCOMPARE(lines[0], QByteArray("/models/tiny.safetensors has 3 tensors"));
        QVERIFY(lines[1].startsWith("int8 up \xC3\xA9 0.00547"));  // √(1e-5·3)
        QVERIFY(lines[2].startsWith("int4:asym:tensor up \xC3\xA9 0.0547"));
    }

  private:
    QByteArray run_h5py(const QString& script) {
        QProcess python;
        python.setWorkingDirectory(folder_.path());
        if (no_h5py_) return {};
        python.start("/usr/bin/python3", {"-c", script});
        python.waitForFinished();
        if (python.exitCode() != 0)
            QTest::qFail(python.readAllStandardError().constData(), __FILE__, __LINE__);
        return python.readAllStandardOutput();
    }

    // By one line of Python, in which `f` is the file.
    void change_workspace(const QString& change) {
        run_h5py(
            "import h5py, numpy as np\n"
            "def compact(name, values):\n"
            "    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)\n"
            "    properties.set_layout(h5py.h5d.COMPACT)\n"
            "    made = h5py.h5d.create(f.id, name.encode(), h5py.h5t.py_create(values.dtype),\n"
            "                           h5py.h5s.create_simple(values.shape), properties)\n"
            "    made.write(h5py.h5s.ALL, h5py.h5s.ALL, values)\n"
            "with h5py.File(\"" +
            folder_.filePath("w.h5") + "\", \"r+\") as f:\n    " + change + "\n");
    }

    // As Halfstep would have written it.
    void seal_again() {
        QFile file(folder_.filePath("w.h5"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray image = file.readAll().mid(512);
        file.close();
        const std::vector<std::byte> content =
            sealed_image(std::as_bytes(std::span(image.constData(), static_cast<std::size_t>(image.size()))));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char*>(content.data()), static_cast<qsizetype>(content.size()));
    }

    QTemporaryDir folder_;
    std::filesystem::path path_;
    bool no_h5py_ = false;
};

QTEST_GUILESS_MAIN(TestWorkspace)
#include "test_workspace.moc"
