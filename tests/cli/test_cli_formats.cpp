// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/byte_string.h"
#include "tests/support/npy_builder.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/zip_builder.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include <array>
#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

using namespace halfstep;
using testing::ByteString;
using testing::CliRun;
using testing::run_cli;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t side = 64;

struct Weights {
    const char* name;
    std::vector<float> values;  // side x side
};

std::vector<float> filled(const std::function<float(std::size_t)>& value) {
    std::vector<float> values(side * side);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = value(i);
    return values;
}

// Weights as no training should leave them, and some do.
std::vector<Weights> odd_weights() {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const auto ramp = [](std::size_t i) { return static_cast<float>(i % 127) / 64 - 1; };
    std::vector<float> special = filled(ramp);
    special[5] = std::numeric_limits<float>::quiet_NaN();
    special[700] = infinity;
    special[4095] = -infinity;
    return {{"special.weight", special},
            {"tiny.weight", filled([](std::size_t i) { return std::bit_cast<float>(std::uint32_t(i)); })},
            {"zero.weight", filled([](std::size_t i) { return i % 2 == 0 ? 0.0F : -0.0F; })},
            {"constant.weight", filled([](std::size_t) { return 0.5F; })},
            {"large.weight", filled([](std::size_t i) { return i == 9 ? 3e38F : -2.5e38F; })},
            {"plain.weight", filled(ramp)}};
}

std::string stored(const std::vector<float>& values, bool fortran, bool big_endian) {
    std::string bytes;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string number =
            ByteString().value(values[fortran ? i % side * side + i / side : i]).bytes();
        bytes += big_endian ? std::string(number.rbegin(), number.rend()) : number;
    }
    return bytes;
}

void write_npz(const fs::path& path, bool fortran, bool big_endian, std::uint16_t method) {
    testing::ZipBuilder zip;
    for (const Weights& weights : odd_weights())
        zip.parts.push_back({std::string(weights.name) + ".npy",
                             testing::npy_file(big_endian ? ">f4" : "<f4", "(64, 64)",
                                               stored(weights.values, fortran, big_endian), fortran),
                             method});
    std::ofstream(path, std::ios::binary) << zip.bytes();
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

// The same weights, odd ones among them, in several files: every command says the same about them.
class TestCliFormats : public QObject {
    Q_OBJECT
    testing::TemporaryFolder folder_;
    QString safetensors_;

    QString path(const char* name) const { return QString::fromStdString(folder_.path(name).string()); }

  private slots:
    void initTestCase() {
        testing::SafetensorsBuilder builder;
        for (const Weights& weights : odd_weights())
            builder.add_f32(weights.name, {side, side}, weights.values);
        builder.write(folder_.path("model.safetensors"));
        safetensors_ = path("model.safetensors");
    }

    void odd_weights_are_counted() {
        const QJsonArray tensors = run_cli({"inspect", safetensors_, "--json"}).json()["tensors"].toArray();
        QCOMPARE(tensors.size(), 6);
        const auto numbers = [&](int index, const QStringList& keys) {
            QStringList texts;
            for (const QString& key : keys) {
                const QJsonValue value = tensors[index].toObject()[key];
                texts << (value.isNull() ? QString("null") : QString::number(value.toDouble(), 'g', 9));
            }
            return texts.join(' ');
        };
        const QStringList keys{"min", "max", "zeros", "nans", "infs"};
        // The ramp goes from -1 to 62/64; 64 of its values are 0, one of them where element 700 is not.
        QCOMPARE(numbers(0, keys), QString("-1 0.96875 32 1 2"));
        // 4095 times the smallest number that float32 has, 2^-149.
        QCOMPARE(numbers(1, keys), QString("0 5.73831721e-42 1 0 0"));
        QCOMPARE(numbers(2, keys), QString("0 0 4096 0 0"));
        QCOMPARE(numbers(3, keys), QString("0.5 0.5 0 0 0"));
        QCOMPARE(numbers(3, {"mean", "std", "kurtosis"}), QString("0.5 0 null"));
        QCOMPARE(numbers(4, {"nans", "infs"}), QString("0 0"));
        QVERIFY(std::isfinite(tensors[4].toObject()["std"].toDouble()));
    }

    void every_format_says_the_same_data() {
        QTest::addColumn<bool>("fortran");
        QTest::addColumn<bool>("big_endian");
        QTest::addColumn<int>("method");
        QTest::newRow("stored.npz") << false << false << 0;
        QTest::newRow("deflated.npz") << false << false << 8;
        QTest::newRow("fortran.npz") << true << false << 0;
        QTest::newRow("big-endian.npz") << false << true << 0;
        QTest::newRow("all at once.npz") << true << true << 8;
    }

    void every_format_says_the_same() {
        QFETCH(bool, fortran);
        QFETCH(bool, big_endian);
        QFETCH(int, method);
        write_npz(folder_.path(QTest::currentDataTag()), fortran, big_endian,
                  static_cast<std::uint16_t>(method));
        const QString npz = path(QTest::currentDataTag());
        const QStringList schemes{"--scheme", "int4:g32",     "--scheme", "int8:asym:tensor:mse",
                                  "--scheme", "fp8_e4m3",     "--scheme", "nf4",
                                  "--scheme", "log4",         "--scheme", "kmeans3:tensor",
                                  "--scheme", "q4_K",         "--scheme", "mxfp4",
                                  "--scheme", "int8:pct99.9", "--scheme", "keep"};
        for (const QStringList& command : {QStringList{"inspect"}, QStringList{"measure"} + schemes,
                                           QStringList{"inspect", "--no-stats"}}) {
            const auto tensors_of = [&](const QString& model) {
                const CliRun run = run_cli(command + QStringList{model, "--json"});
                return run.code == 0 ? run.json()["tensors"].toArray() : QJsonArray{};
            };
            const QJsonArray expected = tensors_of(safetensors_);
            QCOMPARE(expected.size(), 6);
            QCOMPARE(tensors_of(npz), expected);
        }
        for (const char* target : {"csv", "compressed-tensors"}) {
            const auto exported = [&](const QString& model) {
                const QString out = path("exported");
                const CliRun run = run_cli({"export", model, "--scheme", "int8", "--to", target, "-o", out});
                const std::string text = content_of(out.toStdString());
                fs::remove(out.toStdString());
                return QString("%1 %2")
                    .arg(run.code)
                    .arg(QString::fromStdString(text))
                    .replace(model, "MODEL");
            };
            QVERIFY(exported(safetensors_).startsWith("0 "));
            QVERIFY(exported(safetensors_).size() > 100);
            QCOMPARE(exported(npz), exported(safetensors_));
        }
        // No file with weights that are not numbers is written, nor anything in its place.
        const CliRun refused = run_cli({"quantize", npz, "--scheme", "q8_0", "-o", path("out.gguf")});
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.err.contains("'special.weight': 3 of its 4096 weights are not finite"),
                 refused.err.constData());
        QVERIFY(!fs::exists(folder_.path("out.gguf")));
    }
};

QTEST_GUILESS_MAIN(TestCliFormats)
#include "test_cli_formats.moc"
