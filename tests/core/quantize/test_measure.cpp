// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quantize/measure.h"
#include "core/quantize/reference.h"
#include "tests/support/safetensors_builder.h"

#include <QTemporaryDir>
#include <QTest>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace halfstep;
using halfstep::testing::SafetensorsBuilder;

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<float> gaussian(std::size_t count, float deviation, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(deviation / 10, deviation);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

std::vector<float> with(std::vector<float> values, std::size_t every, const std::vector<float>& special) {
    for (std::size_t i = 0; i < values.size(); i += every)
        values[i] = special[(i / every) % special.size()];
    return values;
}

std::vector<float> zero_rows(std::vector<float> values, std::size_t inputs) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if ((i / inputs) % 2 == 1) values[i] = 0;
    return values;
}

// A model of tensors that are awkward, each in its own way.
SafetensorsBuilder awkward_model() {
    SafetensorsBuilder builder;
    builder.add_f32("plain", {48, 96}, gaussian(48 * 96, 0.05F, 1))
        .add_f32("prime lengths", {13, 107}, gaussian(13 * 107, 1.0F, 2))
        .add_f32("rows shorter than a group", {40, 5}, gaussian(200, 0.3F, 3))
        .add_f32("one element", {1, 1}, std::vector<float>{-0.37F})
        .add_f32("vector", {311}, gaussian(311, 0.2F, 4))
        .add_f32("zero rows", {6, 64}, zero_rows(gaussian(384, 0.02F, 5), 64))
        .add_f32("all zero", {3, 32}, std::vector<float>(96, 0.0F))
        .add_f32("outliers", {8, 160}, with(gaussian(1280, 0.02F, 6), 97, {1.5F, -2.0F, 0.75F}))
        .add_f32("not finite", {7, 96}, with(gaussian(672, 0.1F, 7), 53, {nan, infinity, -infinity}))
        .add_f32("nothing finite", {2, 32}, std::vector<float>(64, nan))
        .add_f32("one sided", {4, 64}, std::vector<float>(256, 0.7F))
        .add_f32("huge", {3, 64}, gaussian(192, 1e30F, 8))
        .add_f32("tiny", {3, 64}, gaussian(192, 1e-30F, 9))
        .add_f32("subnormal", {2, 64}, gaussian(128, 1e-41F, 10))
        .add_f32("mixed magnitudes", {4, 64}, with(gaussian(256, 1e-12F, 11), 7, {1e-3F, -1e-6F, 0.0F}))
        .add_bf16("bf16", {9, 256}, gaussian(2304, 0.04F, 12))
        .add_f16("f16", {5, 64, 3, 3}, gaussian(2880, 0.1F, 13))
        .add_f32("super-blocks", {3, 512}, with(gaussian(1536, 0.05F, 15), 61, {nan, 2.0F, 0.0F, -infinity}))
        .add_f32("huge super-blocks", {2, 256}, gaussian(512, 1e12F, 16))
        .add_bf16("many super-blocks", {66, 1024}, gaussian(66 * 1024, 0.02F, 17))
        .add_bf16("long rows", {2, 70001}, gaussian(140002, 0.03F, 14));
    return builder;
}

const std::vector<std::string>& exact_schemes() {
    static const std::vector<std::string> notations = {"int8",
                                                       "int8:asym",
                                                       "int8:symfull",
                                                       "int8:tensor",
                                                       "int8:asym:tensor",
                                                       "int4:g32",
                                                       "int4:asym:g32:s32",
                                                       "int4:g7:asym",
                                                       "int4:g48:symfull",
                                                       "int2:g16",
                                                       "int3:asym:g128",
                                                       "int16",
                                                       "int16:asym:tensor",
                                                       "int4:s16",
                                                       "int8:asym:tensor:s16",
                                                       "int4:pct99",
                                                       "int4:asym:g32:pct95",
                                                       "int8:tensor:pct99.9",
                                                       "int4:kl",
                                                       "int4:tensor:kl",
                                                       "int4:clip0.05",
                                                       "int8:asym:tensor:clip-0.02..0.05",
                                                       "int4:gamma",
                                                       "int3:g32:gamma",
                                                       "int4:asym:tensor:gamma",
                                                       "int4:tensor:mse",
                                                       "int3:asym:tensor:mse",
                                                       "log4",
                                                       "log4:tensor",
                                                       "log3:g32:sqrt2",
                                                       "log8:g32",
                                                       "log4:sqrt2:gamma",
                                                       "log4:tensor:sqrt2:gamma:s16",
                                                       "fp4_e2m1:g16",
                                                       "fp6_e2m3",
                                                       "fp6_e3m2:tensor",
                                                       "fp8_e4m3",
                                                       "fp8_e5m2:g32",
                                                       "fp8_e4m3:tensor:pct99",
                                                       "fp8_e4m3:g48:s16",
                                                       "fp4_e2m1:clip0.05",
                                                       "fp8_e5m2:gamma",
                                                       "nf4",
                                                       "nf4:tensor",
                                                       "nf4:g32:gamma",
                                                       "nf4:dq",
                                                       "fp4_e2m1:g48:dq",
                                                       "int4:symfull:g128:dq",
                                                       "mxfp4",
                                                       "mxfp6_e2m3",
                                                       "mxfp6_e3m2",
                                                       "mxfp8_e4m3",
                                                       "mxfp8_e5m2",
                                                       "mxint8",
                                                       "nvfp4",
                                                       "fp16",
                                                       "bf16",
                                                       "fp32",
                                                       "keep",
                                                       "kmeans2",
                                                       "kmeans3:g32",
                                                       "q4_0",
                                                       "q4_1",
                                                       "q5_0",
                                                       "q5_1",
                                                       "q8_0",
                                                       "q2_K",
                                                       "q3_K",
                                                       "q4_K",
                                                       "q5_K",
                                                       "q6_K",
                                                       "iq4_nl",
                                                       "iq4_xs",
                                                       "tq1_0",
                                                       "tq2_0",
                                                       "q1_0",
                                                       "q2_0"};
    return notations;
}

std::vector<Scheme> parse_all(const std::vector<std::string>& notations) {
    std::vector<Scheme> schemes;
    for (const std::string& notation : notations)
        schemes.push_back(parse_scheme(notation));
    return schemes;
}

bool near(double actual, double expected, double tolerance) {
    return std::fabs(actual - expected) <= tolerance * std::max(std::fabs(actual), std::fabs(expected));
}

std::string difference(const ErrorSums& actual, const ErrorSums& expected, double tolerance) {
    // What is left of x−x̂ where both are nearly equal is rounding: its size says nothing.
    const double noise = 1e-15 * expected.value_squared;
    const bool same_error = near(actual.error_squared, expected.error_squared, tolerance) ||
                            std::fabs(actual.error_squared - expected.error_squared) <= noise;
    if (actual.count == expected.count && actual.clipped == expected.clipped && same_error &&
        near(actual.value_squared, expected.value_squared, tolerance) &&
        near(actual.product, expected.product, tolerance) &&
        near(actual.quantized_squared, expected.quantized_squared, tolerance) &&
        near(actual.max_abs_error, expected.max_abs_error, tolerance))
        return {};
    return fmt::format("count {}/{} clipped {}/{} e² {}/{} x² {}/{} xx̂ {}/{} x̂² {}/{} max {}/{}",
                       actual.count, expected.count, actual.clipped, expected.clipped, actual.error_squared,
                       expected.error_squared, actual.value_squared, expected.value_squared, actual.product,
                       expected.product, actual.quantized_squared, expected.quantized_squared,
                       actual.max_abs_error, expected.max_abs_error);
}

std::vector<const TensorInfo*> all_tensors(const Model& model) {
    std::vector<const TensorInfo*> tensors;
    for (const TensorInfo& tensor : model.tensors())
        tensors.push_back(&tensor);
    return tensors;
}

std::vector<float> values_of(const Model& model, const TensorInfo& tensor) {
    std::vector<float> values(static_cast<std::size_t>(tensor.elements));
    model.read_floats(tensor, 0, values);
    return values;
}

bool same_bits(const ErrorSums& a, const ErrorSums& b) {
    return a.count == b.count && a.clipped == b.clipped && a.error_squared == b.error_squared &&
           a.value_squared == b.value_squared && a.product == b.product &&
           a.quantized_squared == b.quantized_squared && a.max_abs_error == b.max_abs_error;
}

}  // namespace

class TestMeasure : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        const std::filesystem::path path = folder_.filePath("awkward.safetensors").toStdString();
        awkward_model().write(path);
        model_ = open_model(path);
    }

    void agrees_with_the_plain_reference_data() {
        QTest::addColumn<QString>("name");
        for (const TensorInfo& tensor : model_->tensors())
            QTest::newRow(tensor.name.c_str()) << QString::fromStdString(tensor.name);
    }

    void agrees_with_the_plain_reference() {
        QFETCH(QString, name);
        const TensorInfo& tensor = *model_->find(name.toStdString());
        const std::vector<float> values = values_of(*model_, tensor);
        // The reference searches exhaustively.
        const bool searchable = values.size() <= 3000;
        const MatrixShape shape = matrix_shape(tensor);
        const std::vector<Scheme> schemes = parse_all(exact_schemes());
        const TensorMeasurement measured = measure_tensor(*model_, tensor, schemes);
        QCOMPARE(measured.tensor, tensor.name);
        QCOMPARE(measured.elements, tensor.elements);
        QCOMPARE(measured.results.size(), schemes.size());
        for (std::size_t i = 0; i < schemes.size(); ++i) {
            const Measurement& result = measured.results[i];
            const bool searched = schemes[i].range == Range::mse || schemes[i].family == Family::kmeans;
            if (!searchable && searched) continue;
            QCOMPARE(result.scheme, schemes[i]);
            if (!result.refused.empty()) {
                QVERIFY_EXCEPTION_THROWN(quantize_reference(schemes[i], values, shape), Error);
                continue;
            }
            const ReferenceResult reference = quantize_reference(schemes[i], values, shape);
            // Scales that differ by a little have nearly the same error around the optimum, but not the same
            // sums.
            if (schemes[i].range == Range::mse) {
                QVERIFY(near(result.sums.error_squared, reference.sums.error_squared, 1e-6));
                continue;
            }
            const std::string wrong = difference(result.sums, reference.sums, 1e-6);
            QVERIFY2(wrong.empty(), (exact_schemes()[i] + ": " + wrong).c_str());
            QCOMPARE(!result.issues.empty(), reference.scales_kept_32_bits);
            check_size(result, schemes[i], shape, tensor, reference.scales_kept_32_bits);
            check_grid(result, schemes[i], reference);
        }
    }

    void mse_ranges_of_channels_and_groups_come_close_to_the_optimum() {
        for (const char* notation : {"int4:mse", "int3:asym:mse", "int4:g32:mse", "log4:mse"}) {
            const Scheme scheme = parse_scheme(notation);
            for (const char* name : {"plain", "outliers", "not finite", "zero rows"}) {
                const TensorInfo& tensor = *model_->find(name);
                const ErrorSums found = measure_tensor(*model_, tensor, {&scheme, 1}).results.front().sums;
                const ErrorSums best =
                    quantize_reference(scheme, values_of(*model_, tensor), matrix_shape(tensor)).sums;
                QVERIFY2(found.error_squared <= 1.01 * best.error_squared, notation);
                QVERIFY2(found.error_squared >= (1 - 1e-4) * best.error_squared, notation);
            }
        }
    }

    void numbers_do_not_depend_on_the_threads_or_on_what_else_is_measured() {
        const std::vector<Scheme> schemes = parse_all(exact_schemes());
        const std::vector<const TensorInfo*> tensors = all_tensors(*model_);
        JobContext job;
        job.threads = 1;
        const std::vector<TensorMeasurement> expected = measure_tensors(*model_, tensors, schemes, job);
        for (const unsigned threads : {2U, 7U}) {
            job.threads = threads;
            const std::vector<TensorMeasurement> found = measure_tensors(*model_, tensors, schemes, job);
            for (std::size_t t = 0; t < tensors.size(); ++t)
                for (std::size_t s = 0; s < schemes.size(); ++s)
                    QVERIFY2(
                        same_bits(found[t].results[s].sums, expected[t].results[s].sums),
                        fmt::format("{} of {}, {} threads: {}", exact_schemes()[s], tensors[t]->name, threads,
                                    difference(found[t].results[s].sums, expected[t].results[s].sums, 0))
                            .c_str());
        }
        for (std::size_t s = 0; s < schemes.size(); ++s) {
            const TensorMeasurement alone = measure_tensor(*model_, *tensors[1], {&schemes[s], 1});
            QVERIFY(same_bits(alone.results.front().sums, expected[1].results[s].sums));
        }
    }

    // Where a tensor refuses a scheme the ones behind it move up: what is kept from one tensor to the next
    // must not be another scheme's.
    void schemes_that_move_up_do_not_mix() {
        const std::filesystem::path path = folder_.filePath("refusing.safetensors").toStdString();
        SafetensorsBuilder()
            .add_f32("first", {24, 64}, gaussian(24 * 64, 0.1F, 41))
            .add_f32("refuses blocks", {24, 60}, gaussian(24 * 60, 0.1F, 42))
            .add_f32("last", {24, 64}, gaussian(24 * 64, 0.1F, 43))
            .write(path);
        const std::shared_ptr<const Model> model = open_model(path);
        const std::vector<Scheme> schemes =
            parse_all({"q8_0", "nf4", "kmeans3", "fp8_e4m3", "fp4_e2m1:g16", "log4", "int4:g16"});
        JobContext job;
        job.threads = 1;
        const std::vector<TensorMeasurement> together =
            measure_tensors(*model, all_tensors(*model), schemes, job);
        for (std::size_t t = 0; t < together.size(); ++t)
            for (std::size_t s = 0; s < schemes.size(); ++s) {
                const Measurement alone =
                    measure_tensor(*model, model->tensors()[t], {&schemes[s], 1}).results.front();
                QCOMPARE(together[t].results[s].refused, alone.refused);
                QVERIFY(same_bits(together[t].results[s].sums, alone.sums));
            }
    }

    void progress_ends_at_one_and_never_falls() {
        const std::vector<Scheme> schemes = parse_all({"int8", "int4:tensor:mse", "int8:tensor", "kmeans2"});
        JobContext job;
        double last = 0;
        bool fell = false;
        job.progress = [&](double fraction) {
            fell = fell || fraction < last;
            last = fraction;
        };
        measure_tensors(*model_, all_tensors(*model_), schemes, job);
        QVERIFY(!fell);
        QCOMPARE(last, 1.0);
    }

    void a_tensor_of_integers_is_refused() {
        SafetensorsBuilder builder;
        builder.add("ids", "I64", {2}, std::vector<std::byte>(16));
        const std::filesystem::path path = folder_.filePath("ids.safetensors").toStdString();
        builder.write(path);
        const std::shared_ptr<const Model> model = open_model(path);
        const Scheme scheme = parse_scheme("int8");
        QVERIFY_EXCEPTION_THROWN(measure_tensor(*model, model->tensors().front(), {&scheme, 1}), Error);
    }

  private:
    static void check_size(const Measurement& result, const Scheme& scheme, MatrixShape shape,
                           const TensorInfo& tensor, bool kept_32_bits) {
        Scheme stored = scheme;
        if (kept_32_bits) stored.scale_storage = ScaleStorage::s32;
        const std::uint64_t bits = stored_bits(stored, shape.channels, shape.inputs, tensor.dtype);
        QCOMPARE(result.bytes, (bits + 7) / 8);
        QCOMPARE(result.bits_per_weight, static_cast<double>(bits) / static_cast<double>(tensor.elements));
    }

    static void check_grid(const Measurement& result, const Scheme& scheme,
                           const ReferenceResult& reference) {
        const bool one_scale = scheme.granularity == Granularity::tensor && !reference.scales.empty();
        QCOMPARE(result.scale.has_value(), one_scale);
        if (one_scale) QCOMPARE(*result.scale, reference.scales.front());
        QCOMPARE(result.zero_point.has_value(), one_scale && !reference.zero_points.empty());
        if (result.zero_point) QCOMPARE(*result.zero_point, reference.zero_points.front());
    }

    QTemporaryDir folder_;
    std::shared_ptr<const Model> model_;
};

QTEST_GUILESS_MAIN(TestMeasure)
#include "test_measure.moc"
