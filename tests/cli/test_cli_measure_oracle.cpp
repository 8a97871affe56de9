// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cli/cli_runner.h"
#include "tests/support/imatrix_builder.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/test_data.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep::testing;

namespace {

std::vector<float> gaussian(std::size_t count, float deviation, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, deviation);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

// Tensors of all kinds that go wrong somewhere.
void write_awkward_tensors(const std::filesystem::path& path) {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> zero_rows = gaussian(8 * 64, 0.02F, 21);
    std::fill_n(zero_rows.begin(), 64, 0.0F);
    std::fill_n(zero_rows.begin() + 5 * 64, 64, -0.0F);
    std::vector<float> outliers = gaussian(16 * 128, 0.02F, 22);
    outliers[77] = 4.5F;
    outliers[1999] = -7.0F;
    std::vector<float> not_finite = gaussian(3 * 96, 0.1F, 23);
    not_finite[0] = nan;
    not_finite[100] = infinity;
    not_finite[287] = -infinity;
    std::vector<float> positive = gaussian(4 * 64, 0.1F, 24);
    for (float& value : positive)
        value = std::fabs(value) + 0.5F;

    SafetensorsBuilder file;
    file.add_f32("zero_rows.weight", {8, 64}, zero_rows);
    file.add_f32("all_zero.weight", {2, 32}, std::vector<float>(64, 0.0F));
    file.add_f32("one_element.weight", {1, 1}, std::vector<float>{-0.37F});
    file.add_f32("prime_lengths.weight", {7, 53}, gaussian(7 * 53, 1.0F, 25));
    file.add_f32("long_prime_row.weight", {2, 499}, gaussian(2 * 499, 0.3F, 26));
    file.add_f32("rows_shorter_than_a_group.weight", {11, 5}, gaussian(55, 0.3F, 27));
    file.add_f32("outliers.weight", {16, 128}, outliers);
    file.add_f32("not_finite.weight", {3, 96}, not_finite);
    file.add_f32("positive.weight", {4, 64}, positive);
    file.add_f32("constant.weight", {2, 64}, std::vector<float>(128, 0.7F));
    file.add_f32("tiny.weight", {2, 64}, gaussian(128, 1e-9F, 28));
    std::vector<float> extreme = gaussian(6 * 80, 1.0F, 30);
    for (std::size_t i = 0; i < 80; ++i) {
        extreme[i] *= 1e-41F;
        extreme[80 + i] *= 1e-38F;
        extreme[160 + i] *= 5e37F;
        extreme[240 + i] = std::copysign(std::exp2(60 * extreme[240 + i]), extreme[240 + i]);
        extreme[320 + i] = 0;
    }
    file.add_f32("tiny_to_huge.weight", {6, 80}, extreme);
    file.add_f32("vector.weight", {37}, gaussian(37, 1.0F, 29));
    file.add_f32("convolution.weight", {6, 4, 3, 5}, gaussian(360, 0.2F, 30));
    file.add_f16("half.weight", {9, 64}, gaussian(9 * 64, 0.04F, 31));
    file.add_bf16("brain.weight", {9, 64}, gaussian(9 * 64, 0.04F, 32));
    file.write(path);
}

// Fitted grids that are equally good may differ in which weights bear the error: of those, the error itself
// is held to the oracle, and only where the definition asks for the true optimum (per tensor).
const QStringList schemes{"int2:tensor",
                          "int3",
                          "int4",
                          "int4:g32",
                          "int4:asym:g128",
                          "int5:symfull:g16:s32",
                          "int8",
                          "int8:asym",
                          "int8:asym:tensor",
                          "int6:symfull:tensor:s16",
                          "int12",
                          "int16:tensor",
                          "int8:pct99.9",
                          "int4:asym:pct99:tensor",
                          "int4:tensor:mse",
                          "int8:tensor:kl",
                          "int4:gamma",
                          "int3:g7:gamma",
                          "log2",
                          "log4:tensor",
                          "log5:g32:sqrt2",
                          "log8",
                          "log4:sqrt2:gamma",
                          "kmeans2",
                          "kmeans3:g32",
                          "kmeans4:g64",
                          "fp4_e2m1",
                          "fp4_e2m1:g16",
                          "fp6_e2m3:tensor",
                          "fp6_e3m2:g32",
                          "fp8_e4m3",
                          "fp8_e4m3:tensor:pct99",
                          "fp8_e5m2:g32:gamma",
                          "fp8_e4m3:clip0.05",
                          "nf4",
                          "nf4:channel:s16",
                          "mxfp4",
                          "mxfp6_e2m3",
                          "mxfp6_e3m2",
                          "mxfp8_e4m3",
                          "mxfp8_e5m2",
                          "mxint8",
                          "nvfp4",
                          "nf4:dq",
                          "nf4:g32:dq",
                          "fp4_e2m1:g64:dq",
                          "int4:g64:dq",
                          "fp4_e2m1:tensor:mse",
                          "fp8_e4m3:tensor:mse",
                          "fp16",
                          "bf16",
                          "fp32",
                          "keep",
                          "q4_0",
                          "q4_1",
                          "q5_0",
                          "q5_1",
                          "q8_0",
                          "int4:asym:tensor:mse",
                          "int8:clip0.05"};

bool is_fitted(const QString& scheme) {
    return scheme.contains(":mse") || scheme.startsWith("kmeans");
}

}  // namespace

// halfstep-cli measure against a program of its own in another language.
class TestMeasureOracle : public QObject {
    Q_OBJECT
  private slots:
    void every_figure_agrees() {
        const auto python = python_with_numpy();
        if (!python) QSKIP("there is no Python with numpy");
        const QTemporaryDir folder;
        const QString model = folder.filePath("awkward.safetensors");
        write_awkward_tensors(model.toStdString());

        QProcess oracle;
        oracle.start(
            QString::fromStdString(python->string()),
            QStringList{QString::fromStdString(project_path("tests/oracle/measure_oracle.py").string()),
                        model} +
                schemes);
        QStringList arguments{"measure", model, "--json", "--tensors", ".*"};
        for (const QString& scheme : schemes)
            arguments << "--scheme" << scheme;
        const CliRun run = run_cli(arguments);
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(oracle.waitForFinished(240'000));
        QVERIFY2(oracle.exitCode() == 0, oracle.readAllStandardError().right(500).constData());
        const QJsonArray expected =
            QJsonDocument::fromJson(oracle.readAllStandardOutput())["tensors"].toArray();
        const QJsonArray tensors = run.json()["tensors"].toArray();
        QCOMPARE(tensors.size(), expected.size());
        for (qsizetype i = 0; i < tensors.size(); ++i)
            compare_tensor(expected[i].toObject(), tensors[i].toObject());
        qInfo("%d figures, worst relative deviation %.3g at %s", figures_, worst_, qPrintable(worst_at_));
        QVERIFY2(differences_.isEmpty(), qPrintable(differences_.join('\n')));
    }

    void weighted_errors_agree() {
        const auto python = python_with_numpy();
        if (!python) QSKIP("there is no Python with numpy");
        const QTemporaryDir folder;
        const QString model = folder.filePath("awkward.safetensors");
        write_awkward_tensors(model.toStdString());
        const QString importance = folder.filePath("importance.json");
        const QString imatrix = folder.filePath("imatrix.gguf");
        write_importance(importance, imatrix);
        const QStringList weighted{"int4", "int8:tensor", "int3:g7:gamma", "log4:tensor", "fp8_e5m2:g32",
                                   "nf4",  "bf16",        "q8_0",          "keep",        "kmeans2"};

        QProcess oracle;
        oracle.start(
            QString::fromStdString(python->string()),
            QStringList{QString::fromStdString(project_path("tests/oracle/measure_oracle.py").string()),
                        "--importance", importance, model} +
                weighted);
        QStringList arguments{"measure", model, "--json", "--tensors", ".*", "--imatrix", imatrix};
        for (const QString& scheme : weighted)
            arguments << "--scheme" << scheme;
        const CliRun run = run_cli(arguments);
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(oracle.waitForFinished(240'000));
        QVERIFY2(oracle.exitCode() == 0, oracle.readAllStandardError().right(500).constData());
        const QJsonArray expected =
            QJsonDocument::fromJson(oracle.readAllStandardOutput())["tensors"].toArray();
        const QJsonArray tensors = run.json()["tensors"].toArray();
        QCOMPARE(tensors.size(), expected.size());
        int compared = 0;
        for (qsizetype i = 0; i < tensors.size(); ++i) {
            for (qsizetype s = 0; s < weighted.size(); ++s) {
                const QJsonObject result = tensors[i]["results"][s].toObject();
                const QJsonValue wanted = expected[i]["results"][s]["weighted_rel_error"];
                const QString where = tensors[i]["name"].toString() + ", " + weighted[s];
                QVERIFY2(result.contains("weighted_rel_error"), qPrintable(where));
                const QJsonValue found = result["weighted_rel_error"];
                QVERIFY2(found.isDouble() == wanted.isDouble(), qPrintable(where));
                if (!found.isDouble()) continue;
                ++compared;
                const double deviation = std::fabs(found.toDouble() - wanted.toDouble());
                QVERIFY2(deviation <= 1e-9 * std::max(wanted.toDouble(), 1e-6), qPrintable(where));
            }
        }
        QVERIFY(compared > 80);
    }

  private:
    // Of all tensors but one, as JSON for the oracle and as llama.cpp has it.
    static void write_importance(const QString& json, const QString& imatrix) {
        const std::vector<std::pair<const char*, std::size_t>> inputs{{"zero_rows.weight", 64},
                                                                      {"all_zero.weight", 32},
                                                                      {"one_element.weight", 1},
                                                                      {"prime_lengths.weight", 53},
                                                                      {"long_prime_row.weight", 499},
                                                                      {"rows_shorter_than_a_group.weight", 5},
                                                                      {"outliers.weight", 128},
                                                                      {"not_finite.weight", 96},
                                                                      {"constant.weight", 64},
                                                                      {"tiny.weight", 64},
                                                                      {"vector.weight", 37},
                                                                      {"convolution.weight", 60},
                                                                      {"half.weight", 64},
                                                                      {"brain.weight", 64}};
        QJsonObject all;
        ImatrixBuilder builder;
        unsigned seed = 40;
        for (const auto& [name, count] : inputs) {
            std::vector<float> values = gaussian(count, 1.5F, seed++);
            QJsonArray numbers;
            for (float& value : values) {
                value = std::exp(value);
                numbers.append(double{value});
            }
            all[name] = numbers;
            builder.add(name, values, {1});
        }
        write_file(json, QJsonDocument(all).toJson());
        write_file(imatrix, QByteArray::fromStdString(builder.gguf()));
    }

    static void write_file(const QString& path, const QByteArray& bytes) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }

    void compare_tensor(const QJsonObject& expected, const QJsonObject& tensor) {
        QCOMPARE(tensor["name"], expected["name"]);
        QCOMPARE(tensor["elements"], expected["elements"]);
        const QJsonArray wanted = expected["results"].toArray();
        const QJsonArray results = tensor["results"].toArray();
        QCOMPARE(results.size(), wanted.size());
        for (qsizetype i = 0; i < results.size(); ++i)
            compare_result(tensor["name"].toString() + ", " + schemes[i], wanted[i].toObject(),
                           results[i].toObject());
    }

    void compare_result(const QString& where, const QJsonObject& wanted, const QJsonObject& result) {
        if (wanted["refused"].toBool()) {
            if (!result["refused"].isString() || !result["mse"].isNull())
                differences_ << where + ": is not refused";
            return;
        }
        for (const char* key : {"bits_per_weight", "bytes"})
            if (result[key] != wanted[key]) differences_ << where + ": " + key;
        const bool fitted = is_fitted(where.section(", ", 1));
        for (const char* key :
             {"mse", "rel_error", "sqnr_db", "max_abs_error", "cosine", "clipped", "scale", "zero_point"}) {
            if (result[key].isUndefined() != wanted[key].isUndefined())
                differences_ << where + ": has " + key;
            if (!fitted || qstrcmp(key, "mse") == 0 || qstrcmp(key, "rel_error") == 0)
                compare_figure(where, key, wanted, result, fitted);
        }
    }

    void compare_figure(const QString& where, const char* key, const QJsonObject& wanted,
                        const QJsonObject& result, bool fitted) {
        if (!wanted[key].isDouble() || !result[key].isDouble()) {
            if (wanted[key].type() != result[key].type()) differences_ << where + ": " + key + " is null";
            return;
        }
        ++figures_;
        const double a = wanted[key].toDouble();
        const double b = result[key].toDouble();
        // Decibels are a logarithm: near 0 dB their own size says nothing.
        const double size = std::max({std::fabs(a), std::fabs(b), qstrcmp(key, "sqnr_db") == 0 ? 1.0 : 0.0});
        // Where a grid fits all values exactly, what remains is the rounding of the grid that was taken.
        if (fitted && wanted["rel_error"].toDouble() < 1e-6 && result["rel_error"].toDouble() < 1e-6) return;
        const double deviation = size > 0 ? std::fabs(a - b) / size : 0.0;
        if (deviation > worst_) {
            worst_ = deviation;
            worst_at_ = where + ", " + key;
        }
        if (deviation > 1e-6)
            differences_
                << QString("%1: %2 is %3, not %4").arg(where, key).arg(b, 0, 'g', 12).arg(a, 0, 'g', 12);
    }

    QStringList differences_;
    int figures_ = 0;
    double worst_ = 0;
    QString worst_at_ = "no tensor";
};

QTEST_GUILESS_MAIN(TestMeasureOracle)
#include "test_cli_measure_oracle.moc"
