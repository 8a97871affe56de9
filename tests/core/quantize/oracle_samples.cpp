// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/quantize/oracle_samples.h"

#include "core/schemes/small_floats.h"
#include "core/tensor/float_conversion.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/test_data.h"

#include <QJsonDocument>
#include <QProcess>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>

namespace halfstep::testing {
namespace {

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

// Every middle between two values of the format, and what lies beside it, of both signs. Each 32 of them
// begin with the largest value, so that groups of 32 need no scale.
Sample ties_of(const char* name, const SmallFloat& format) {
    const std::vector<float> values = magnitudes(format);
    const auto largest = static_cast<double>(format.largest);
    Sample sample{name, DType::f32, {1, 0}, {}};
    const auto add = [&](float value) {
        if (sample.values.size() % 32 == 0) sample.values.push_back(format.largest);
        sample.values.push_back(value);
    };
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double next = i + 1 < values.size() ? static_cast<double>(values[i + 1])
                                                  : 2 * largest - static_cast<double>(values[i - 1]);
        const auto middle = static_cast<float>((static_cast<double>(values[i]) + next) / 2);
        for (const float sign : {1.0F, -1.0F})
            for (const float at : {middle, std::nextafter(middle, 0.0F), std::nextafter(middle, 1e9F)})
                if (static_cast<double>(at) < std::exp2(std::ilogb(format.largest) + 1)) add(sign * at);
    }
    sample.shape.inputs = sample.values.size();
    return sample;
}

// Groups of 16 whose largest weights put the FP8 scales of nvfp4 on every middle between two: T is 1.
Sample ties_of_two_levels() {
    const std::vector<float> values = magnitudes(float_e4m3);
    Sample sample{"ties of FP8 scales", DType::f32, {1, 0}, std::vector<float>(16, 0.0F)};
    sample.values[3] = -2688;
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
        const float largest = 6 * ((values[i] + values[i + 1]) / 2);
        std::vector<float> group(16, largest / 4);
        group[i % 16] = -largest;
        sample.values.insert(sample.values.end(), group.begin(), group.end());
    }
    sample.shape.inputs = sample.values.size();
    return sample;
}

// Whether two figures agree to 1e-6 of the larger.
bool agree(const QJsonValue& expected, std::optional<double> ours) {
    if (expected.isNull() || !ours) return expected.isNull() == !ours;
    const double larger = std::max(std::fabs(expected.toDouble()), std::fabs(*ours));
    return std::fabs(expected.toDouble() - *ours) <= 1e-6 * larger;
}

// The same of decibels, which near 0 say nothing of relative accuracy themselves.
bool agree_as_power(const QJsonValue& expected, std::optional<double> decibels) {
    if (expected.isNull() || !decibels) return expected.isNull() == !decibels;
    return std::fabs(std::pow(10.0, (*decibels - expected.toDouble()) / 10) - 1) <= 1e-6;
}

}  // namespace

std::vector<Sample> oracle_samples() {
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
    all.push_back(ties_of("ties of e2m1", float_e2m1));
    all.push_back(ties_of("ties of e2m3", float_e2m3));
    all.push_back(ties_of("ties of e3m2", float_e3m2));
    all.push_back(ties_of("ties of e4m3", float_e4m3));
    all.push_back(ties_of("ties of e5m2", float_e5m2));
    all.push_back(ties_of("ties of mxint8", float_mxint8));
    all.push_back(ties_of_two_levels());
    all.push_back(rounded_to(DType::f16, {"float16", DType::f16, {5, 64}, gaussian(320, 0.04F, 11)}));
    all.push_back(rounded_to(DType::bf16, {"bfloat16", DType::bf16, {5, 64}, gaussian(320, 0.04F, 12)}));
    return all;
}

QStringList oracle_notations() {
    return {
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
        "nf4:g128:dq",
        "fp4_e2m1:g32:dq",
        "int4:g32:dq",
        "fp4_e2m1:tensor:mse",
        "fp4_e2m1:g32:mse",
        "fp6_e2m3:g16:mse:s32",
        "fp6_e3m2:mse",
        "fp8_e4m3:mse",
        "fp8_e5m2:tensor:mse",
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
}

void write_samples(const std::filesystem::path& path, const std::vector<Sample>& samples) {
    SafetensorsBuilder file;
    for (const Sample& sample : samples) {
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

QJsonArray ask_oracle(const std::filesystem::path& python, const std::filesystem::path& file,
                      const QStringList& notations, QString& failure) {
    QProcess oracle;
    const std::string script = project_path("tests/oracle/measure_oracle.py").string();
    oracle.start(
        QString::fromStdString(python.string()),
        QStringList{QString::fromStdString(script), QString::fromStdString(file.string())} + notations);
    constexpr int patience_ms = 240'000;
    if (oracle.waitForFinished(patience_ms) && oracle.exitStatus() == QProcess::NormalExit &&
        oracle.exitCode() == 0)
        return QJsonDocument::fromJson(oracle.readAllStandardOutput()).object()["tensors"].toArray();
    failure = oracle.errorString() + "\n" + oracle.readAllStandardError().right(500);
    return {};
}

QString difference(const QJsonObject& expected, const Measurement& ours, double fit_slack) {
    const bool refused = expected["refused"].toBool();
    if (refused != !ours.refused.empty()) return refused ? "not refused" : "refused";
    if (refused) return {};
    if (expected["bits_per_weight"].toDouble() != ours.bits_per_weight) return "bits_per_weight";
    if (expected["bytes"].toDouble() != static_cast<double>(ours.bytes)) return "bytes";
    const ErrorSums& sums = ours.sums;
    const Scheme& scheme = ours.scheme;
    if (scheme.range == Range::mse || scheme.family == Family::kmeans) {
        // Where several grids would fit exactly, what remains is the rounding of the one that was taken.
        const double exact = scheme.scale_storage == ScaleStorage::s16 ? 0x1p-11 : 0x1p-22;
        const double floor =
            exact * exact * sums.value_squared / static_cast<double>(std::max<std::uint64_t>(sums.count, 1));
        const double least = expected["mse"].toDouble();
        const double slack =
            scheme.range == Range::mse && scheme.granularity != Granularity::tensor ? fit_slack : 1e-6;
        const bool close =
            mse(sums) >= least * (1 - 1e-6) - floor && mse(sums) <= least * (1 + slack) + floor;
        return close ? QString() : QString("mse %1 instead of %2").arg(mse(sums)).arg(least);
    }
    const auto differs = [](const char* name, bool agrees, std::optional<double> figure,
                            const QJsonValue& theirs) {
        if (agrees) return QString();
        return QString("%1 %2 instead of %3").arg(name).arg(figure.value_or(NAN)).arg(theirs.toDouble(NAN));
    };
    const auto check = [&](const char* name, std::optional<double> figure) {
        return differs(name, agree(expected[name], figure), figure, expected[name]);
    };
    QStringList found = {check("mse", mse(sums)),
                         check("rel_error", rel_error(sums)),
                         check("cosine", cosine(sums)),
                         check("clipped", clipped_share(sums)),
                         check("max_abs_error", sums.max_abs_error),
                         differs("sqnr_db", agree_as_power(expected["sqnr_db"], sqnr_db(sums)), sqnr_db(sums),
                                 expected["sqnr_db"])};
    if (expected.contains("scale")) found += check("scale", ours.scale);
    if (expected.contains("zero_point")) found += check("zero_point", ours.zero_point);
    found.removeAll(QString());
    return found.join(", ");
}

}  // namespace halfstep::testing
