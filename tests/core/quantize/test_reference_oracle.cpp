// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quantize/reference.h"
#include "core/tensor/float_conversion.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/test_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;

namespace {

struct Sample {
    std::string name;
    DType dtype = DType::f32;
    MatrixShape shape;
    std::vector<float> values;
};

std::vector<float> gaussian(std::size_t count, float deviation, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, deviation);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

Sample rounded_to(DType dtype, Sample sample) {
    sample.dtype = dtype;
    for (float& value : sample.values)
        value = dtype == DType::f16 ? f16_to_f32(f32_to_f16(value)) : bf16_to_f32(f32_to_bf16(value));
    return sample;
}

std::vector<Sample> samples() {
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<Sample> all = {
        {"gaussian", DType::f32, {6, 96}, gaussian(576, 0.05F, 1)},
        {"prime lengths", DType::f32, {7, 53}, gaussian(371, 1.0F, 2)},
        {"rows shorter than a group", DType::f32, {9, 3}, gaussian(27, 0.3F, 3)},
        {"one element", DType::f32, {1, 1}, {-0.37F}},
        {"zero rows", DType::f32, {4, 64}, gaussian(256, 0.02F, 4)},
        {"all zero", DType::f32, {2, 32}, std::vector<float>(64, 0.0F)},
        {"outliers", DType::f32, {4, 64}, gaussian(256, 0.02F, 5)},
        {"not finite", DType::f32, {3, 64}, gaussian(192, 0.1F, 6)},
        {"one sided", DType::f32, {3, 64}, gaussian(192, 0.1F, 7)},
        {"constant", DType::f32, {2, 64}, std::vector<float>(128, 0.7F)},
        {"tiny", DType::f32, {2, 64}, gaussian(128, 1e-9F, 8)},
        {"huge", DType::f32, {2, 64}, gaussian(128, 3e6F, 9)},
        {"wide", DType::f32, {2, 64}, gaussian(128, 1.0F, 10)},
    };
    for (std::size_t i = 0; i < 64; ++i)
        all[4].values[i] = all[4].values[128 + i] = 0;
    all[6].values[10] = 3.0F;
    all[6].values[200] = -1.5F;
    all[7].values[5] = nan;
    all[7].values[70] = infinity;
    all[7].values[71] = -infinity;
    for (float& value : all[8].values)
        value = std::fabs(value) + 0.25F;
    for (float& value : all[12].values)
        value = std::copysign(std::exp2(8 * value), value);
    all.push_back(rounded_to(DType::f16, {"float16", DType::f16, {5, 64}, gaussian(320, 0.04F, 11)}));
    all.push_back(rounded_to(DType::bf16, {"bfloat16", DType::bf16, {5, 64}, gaussian(320, 0.04F, 12)}));
    return all;
}

const QStringList notations = {
    "int4",
    "int8:asym",
    "int2:symfull:tensor",
    "int4:g32",
    "int5:asym:g16:s32",
    "int3:asym:g7",
    "int16",
    "int12:s16:tensor",
    "int8:pct99",
    "int8:asym:tensor:pct95",
    "int4:symfull:pct90",
    "int4:mse",
    "int3:symfull:tensor:mse",
    "int3:asym:g32:mse",
    "int8:tensor:kl",
    "int4:asym:tensor:kl",
    "int4:gamma",
    "int4:asym:g32:gamma",
    "int8:tensor:clip0.05",
    "int4:asym:clip-0.02..0.05",
    "log4",
    "log8:tensor",
    "log4:sqrt2",
    "log3:mse",
    "log5:g32:sqrt2:gamma",
    "log4:tensor:pct99:s16",
    "log2:tensor:kl",
    "kmeans2:g32",
    "kmeans3",
    "kmeans4:tensor",
    "fp16",
    "bf16",
    "fp32",
    "keep",
    "q4_0",
    "q4_1",
    "q5_0",
    "q5_1",
    "q8_0",
};

void write_samples(const std::filesystem::path& path, const std::vector<Sample>& all) {
    halfstep::testing::SafetensorsBuilder file;
    for (const Sample& sample : all) {
        const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(sample.shape.channels),
                                                 static_cast<std::int64_t>(sample.shape.inputs)};
        if (sample.dtype == DType::f16)
            file.add_f16(sample.name, shape, sample.values);
        else if (sample.dtype == DType::bf16)
            file.add_bf16(sample.name, shape, sample.values);
        else
            file.add_f32(sample.name, shape, sample.values);
    }
    file.write(path);
}

// Whether two figures agree to 1e-6 of the larger; `floor` is what counts as nothing.
bool agree(const QJsonValue& expected, std::optional<double> ours, double floor = 0) {
    if (expected.isNull() || !ours) return expected.isNull() == !ours;
    const double larger = std::max(std::fabs(expected.toDouble()), std::fabs(*ours));
    return std::fabs(expected.toDouble() - *ours) <= std::max(1e-6 * larger, floor);
}

// The first figure that differs, or nothing.
QString difference(const QJsonObject& expected, const Sample& sample, const Scheme& scheme) {
    ReferenceResult result;
    try {
        result = quantize_reference(scheme, sample.values, sample.shape);
    } catch (const Error& error) {
        return expected["refused"].toBool() ? QString() : error.what();
    }
    if (expected["refused"].toBool()) return "not refused";
    // Fitted grids that are equally good differ in which weights bear the error.
    const bool fitted = scheme.range == Range::mse || scheme.family == Family::kmeans;
    const Scheme stored = [&] {
        Scheme used = scheme;
        if (result.scales_kept_32_bits) used.scale_storage = ScaleStorage::s32;
        return used;
    }();
    const std::uint64_t bits = stored_bits(stored, sample.shape.channels, sample.shape.inputs, sample.dtype);
    const ErrorSums& sums = result.sums;
    // Where several grids would fit exactly, what remains is the rounding of the one that was taken.
    const double nothing = !fitted ? 0 : stored.scale_storage == ScaleStorage::s16 ? 0x1p-11 : 0x1p-23;
    if (expected["bits_per_weight"].toDouble() !=
        static_cast<double>(bits) / static_cast<double>(sample.values.size()))
        return "bits_per_weight";
    if (expected["bytes"].toDouble() != static_cast<double>((bits + 7) / 8)) return "bytes";
    if (!agree(expected["mse"], mse(sums),
               nothing * nothing * sums.value_squared /
                   static_cast<double>(std::max<std::uint64_t>(sums.count, 1))))
        return "mse";
    if (!agree(expected["rel_error"], rel_error(sums), nothing)) return "rel_error";
    if (fitted) return {};
    if (!agree(expected["sqnr_db"], sqnr_db(sums))) return "sqnr_db";
    if (!agree(expected["max_abs_error"], sums.max_abs_error)) return "max_abs_error";
    if (!agree(expected["cosine"], cosine(sums))) return "cosine";
    if (!agree(expected["clipped"], clipped_share(sums))) return "clipped";
    if (!expected["scale"].isUndefined() && !agree(expected["scale"], result.scales.at(0))) return "scale";
    if (!expected["zero_point"].isUndefined() && expected["zero_point"].toInt() != result.zero_points.at(0))
        return "zero_point";
    return {};
}

}  // namespace

// The plain reference against a program of its own in another language.
class TestReferenceOracle : public QObject {
    Q_OBJECT
  private slots:
    void figures_agree() {
        const auto python = halfstep::testing::python_with_numpy();
        if (!python) QSKIP("there is no Python with numpy");
        QTemporaryDir folder;
        const QString file = folder.filePath("samples.safetensors");
        const std::vector<Sample> all = samples();
        write_samples(file.toStdString(), all);

        QProcess oracle;
        const auto script = halfstep::testing::project_path("tests/oracle/measure_oracle.py");
        oracle.start(QString::fromStdString(python->string()),
                     QStringList{QString::fromStdString(script.string()), file} + notations);
        QVERIFY(oracle.waitForFinished(240'000));
        QVERIFY2(oracle.exitCode() == 0, oracle.readAllStandardError().right(300).constData());
        const QJsonArray tensors =
            QJsonDocument::fromJson(oracle.readAllStandardOutput()).object()["tensors"].toArray();
        QCOMPARE(tensors.size(), static_cast<qsizetype>(all.size()));

        QStringList differences;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const QJsonObject tensor = tensors[static_cast<qsizetype>(i)].toObject();
            QCOMPARE(tensor["name"].toString().toStdString(), all[i].name);
            const QJsonArray results = tensor["results"].toArray();
            QCOMPARE(results.size(), notations.size());
            for (qsizetype s = 0; s < notations.size(); ++s) {
                const QString what =
                    difference(results[s].toObject(), all[i], parse_scheme(notations[s].toStdString()));
                if (!what.isEmpty())
                    differences += tensor["name"].toString() + ", " + notations[s] + ": " + what;
            }
        }
        QVERIFY2(differences.isEmpty(), qPrintable(differences.join("\n")));
    }
};

QTEST_GUILESS_MAIN(TestReferenceOracle)
#include "test_reference_oracle.moc"
