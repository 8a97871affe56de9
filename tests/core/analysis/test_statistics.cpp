// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/histogram.h"
#include "core/analysis/moments.h"
#include "core/analysis/statistics.h"
#include "core/base/error.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/test_data.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace halfstep;
using halfstep::testing::SafetensorsBuilder;

namespace {

constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

std::vector<float> gaussian(std::size_t count, float mean, float deviation) {
    std::mt19937 random(static_cast<unsigned>(count));
    std::normal_distribution<float> normal(mean, deviation);
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

std::vector<std::byte> bytes_of(const std::vector<double>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(double));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

bool near(double actual, double expected, double tolerance) {
    return std::fabs(actual - expected) <= tolerance * std::max(1.0, std::fabs(expected));
}

}  // namespace

class TestStatistics : public QObject {
    Q_OBJECT
  private slots:
    void init() { QVERIFY(folder_.isValid()); }

    // 1, 2, 3, 4, 10: mean 4, Σd² = 9+4+1+0+36 = 50, Σd⁴ = 81+16+1+0+1296 = 1394,
    // kurtosis 5·1394/50² − 3 = −0.212.
    void worked_by_hand() {
        const TensorStatistics found =
            statistics_of(SafetensorsBuilder().add_f32("x", {5}, std::vector<float>{10, 1, 3, 2, 4}));
        QCOMPARE(found.count, 5U);
        QCOMPARE(found.min, 1.0);
        QCOMPARE(found.max, 10.0);
        QCOMPARE(found.abs_max, 10.0);
        QCOMPARE(found.mean, 4.0);
        QCOMPARE(found.std, std::sqrt(10.0));
        QVERIFY(near(found.kurtosis, -0.212, 1e-15));
        QVERIFY(!found.first_non_finite);
    }

    void non_finite_values_are_counted_located_and_left_out() {
        const TensorStatistics found = statistics_of(SafetensorsBuilder().add_f32(
            "x", {8}, std::vector<float>{-1, 0, -0.0F, 3, infinity, quiet_nan, quiet_nan, -infinity}));
        QCOMPARE(found.count, 4U);
        QCOMPARE(found.min, -1.0);
        QCOMPARE(found.max, 3.0);
        QCOMPARE(found.mean, 0.5);
        QCOMPARE(found.std, 1.5);  // (2.25 + 0.25 + 0.25 + 6.25)/4 = 2.25
        QCOMPARE(found.zeros, 2U);
        QCOMPARE(found.nans, 2U);
        QCOMPARE(found.infs, 2U);
        QCOMPARE(found.first_non_finite, std::optional<std::uint64_t>(4));
    }

    void nothing_finite_is_all_zero() {
        const TensorStatistics found = statistics_of(
            SafetensorsBuilder().add_f32("x", {3}, std::vector<float>{quiet_nan, quiet_nan, infinity}));
        QCOMPARE(found.count, 0U);
        QCOMPARE(found.mean, 0.0);
        QCOMPARE(found.std, 0.0);
        QCOMPARE(found.kurtosis, 0.0);
        QCOMPARE(found.first_non_finite, std::optional<std::uint64_t>(0));
    }

    void equal_values_have_no_deviation() {
        const TensorStatistics found =
            statistics_of(SafetensorsBuilder().add_f32("x", {100001}, std::vector<float>(100001, 0.1F)));
        QCOMPARE(found.mean, static_cast<double>(0.1F));
        QCOMPARE(found.std, 0.0);
        QCOMPARE(found.kurtosis, 0.0);
    }

    void doubles_are_not_rounded() {
        const std::vector<double> values = {1 + 1e-12, 1 - 1e-12, 1, 1};
        const TensorStatistics found =
            statistics_of(SafetensorsBuilder().add("x", "F64", {4}, bytes_of(values)));
        QCOMPARE(found.max, 1 + 1e-12);
        QCOMPARE(found.min, 1 - 1e-12);
        QVERIFY(std::fabs(found.std - 1e-12 / std::sqrt(2.0)) < 1e-16);
    }

    // A mean of 1e6 deviations: sums of powers of the values would have lost everything.
    void far_from_zero_is_as_exact() {
        std::vector<float> values(300007);
        std::vector<double> deviations(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            deviations[i] = static_cast<double>(static_cast<int>(i * 7919 % 257) - 128);
            values[i] = static_cast<float>(4194304 + deviations[i]);
        }
        double mean = 0;
        for (const double d : deviations)
            mean += d / static_cast<double>(deviations.size());
        double m2 = 0;
        double m4 = 0;
        for (const double d : deviations) {
            m2 += std::pow(d - mean, 2);
            m4 += std::pow(d - mean, 4);
        }
        const auto n = static_cast<double>(values.size());
        const TensorStatistics found = statistics_of(SafetensorsBuilder().add_f32("x", {300007}, values));
        QVERIFY(near(found.mean, 4194304 + mean, 1e-15));
        QVERIFY(near(found.std, std::sqrt(m2 / n), 1e-11));
        QVERIFY(near(found.kurtosis, n * m4 / (m2 * m2) - 3, 1e-11));
    }

    void the_moments_of_parts_are_those_of_the_whole() {
        const std::vector<double> x = {3, -1, 4, 1, -5, 9, 2, 6, -5, 3};
        const auto of = [&](std::size_t from, std::size_t to) {
            double mean = 0;
            for (std::size_t i = from; i < to; ++i)
                mean += x[i] / static_cast<double>(to - from);
            std::array<double, 4> d{};
            for (std::size_t i = from; i < to; ++i)
                for (std::size_t power = 0; power < 4; ++power)
                    d[power] += std::pow(x[i] - mean, static_cast<double>(power + 1));
            return CentralMoments::about(mean, static_cast<double>(to - from), d[0], d[1], d[2], d[3]);
        };
        const CentralMoments whole = of(0, x.size());
        for (std::size_t cut = 0; cut <= x.size(); ++cut) {
            CentralMoments sum = cut == 0 ? CentralMoments{} : of(0, cut);
            sum += cut == x.size() ? CentralMoments{} : of(cut, x.size());
            QVERIFY(near(sum.mean, whole.mean, 1e-14));
            QVERIFY(near(sum.m2, whole.m2, 1e-14));
            QVERIFY(near(sum.m3, whole.m3, 1e-13));
            QVERIFY(near(sum.m4, whole.m4, 1e-13));
        }
        const CentralMoments off_centre = CentralMoments::about(
            0, 10, 17, 207, 9 * 9 * 9 + 6 * 6 * 6 + 64 + 8 + 27 + 27 - 1 + 1 - 125 - 125,
            81 + 1 + 256 + 1 + 625 + 6561 + 16 + 1296 + 625 + 81);
        QVERIFY(near(off_centre.m4, whole.m4, 1e-13));
    }

    void agrees_with_numpy() {
        const auto python = testing::python_with_numpy();
        if (!python) QSKIP("no python3 with numpy");
        SafetensorsBuilder builder;
        std::vector<float> holes = gaussian(70001, 0.02F, 0.1F);
        for (std::size_t i = 0; i < holes.size(); i += 701)
            holes[i] = i % 2 == 0 ? quiet_nan : infinity;
        builder.add_f32("gaussian", {300, 501}, gaussian(150300, 0.01F, 0.03F))
            .add_bf16("bf16", {66000}, gaussian(66000, 1.0F, 0.3F))
            .add_f16("f16", {3, 65537}, gaussian(196611, 0.0F, 0.001F))
            .add_f32("holes", {70001}, holes)
            .add_f32("huge", {50}, gaussian(50, 0.0F, 1e37F))
            .add("doubles", "F64", {6}, bytes_of({1e70, -1e70, 3e69, 0, -0.0, 1}));
        const std::filesystem::path path = folder_.filePath("numpy.safetensors").toStdString();
        builder.write(path);
        QProcess oracle;
        oracle.start(QString::fromStdString(python->string()),
                     {QString::fromStdString(testing::project_path("tests/oracle/read_weights.py").string()),
                      QString::fromStdString(path.string())});
        QVERIFY(oracle.waitForFinished(60000));
        const QJsonArray tensors = QJsonDocument::fromJson(oracle.readAllStandardOutput()).array();
        const std::shared_ptr<const Model> model = open_model(path);
        QCOMPARE(static_cast<std::size_t>(tensors.size()), model->tensors().size());
        const auto statistics = compute_all_statistics(*model);
        for (const QJsonValue& value : tensors) {
            const QJsonObject expected = value.toObject();
            const std::string name = expected["name"].toString().toStdString();
            const TensorInfo* tensor = model->find(name);
            QVERIFY(tensor != nullptr);
            const TensorStatistics& found =
                *statistics[static_cast<std::size_t>(tensor - model->tensors().data())];
            const auto check = [&](const char* key, double actual) {
                const double wanted = expected[key].toDouble();
                QVERIFY2(std::fabs(actual - wanted) <= 1e-9 * std::fabs(wanted) + 1e-13,
                         fmt::format("{} of {}: {} instead of {}", key, name, actual, wanted).c_str());
            };
            check("min", found.min);
            check("max", found.max);
            check("mean", found.mean);
            check("abs_max", found.abs_max);
            check("zeros", static_cast<double>(found.zeros));
            check("nans", static_cast<double>(found.nans));
            check("infs", static_cast<double>(found.infs));
            check("std", found.std);
            check("kurtosis", found.kurtosis);
        }
    }

    void threads_change_nothing() {
        const std::shared_ptr<const Model> model =
            open(SafetensorsBuilder().add_f32("x", {500003}, gaussian(500003, 0.1F, 0.7F)));
        JobContext job;
        job.threads = 1;
        const TensorStatistics expected = compute_statistics(*model, model->tensors().front(), job);
        for (const unsigned threads : {2U, 7U}) {
            job.threads = threads;
            const TensorStatistics found = compute_statistics(*model, model->tensors().front(), job);
            QCOMPARE(std::bit_cast<std::uint64_t>(found.mean), std::bit_cast<std::uint64_t>(expected.mean));
            QCOMPARE(std::bit_cast<std::uint64_t>(found.std), std::bit_cast<std::uint64_t>(expected.std));
            QCOMPARE(std::bit_cast<std::uint64_t>(found.kurtosis),
                     std::bit_cast<std::uint64_t>(expected.kurtosis));
        }
    }

    void integers_have_no_statistics() {
        const std::shared_ptr<const Model> model = open(SafetensorsBuilder()
                                                            .add("ids", "I64", {1}, std::vector<std::byte>(8))
                                                            .add_f32("x", {1}, std::vector<float>{2}));
        const auto all = compute_all_statistics(*model);
        QVERIFY(!all[0] && all[1]);
        QCOMPARE(all[1]->mean, 2.0);
        QVERIFY_EXCEPTION_THROWN(compute_statistics(*model, model->tensors()[0]), Error);
    }

    void histograms_put_edges_where_they_belong() {
        // Bins [-1, -0.5) [-0.5, 0) [0, 0.5) [0.5, 1]
        const std::vector<float> values = {-1,   -0.75F, -0.5F,   -1e-9F, -0.0F,     0.25F,   0.5F,
                                           0.9F, 1.0F,   1.0001F, -2.0F,  quiet_nan, infinity};
        const std::shared_ptr<const Model> model = open(SafetensorsBuilder().add_f32("x", {13}, values));
        const Histogram found = compute_histogram(*model, model->tensors().front(), -1, 1, 4);
        QCOMPARE(found.counts, (std::vector<std::uint64_t>{2, 2, 2, 3}));
        QCOMPARE(found.below, 1U);
        QCOMPARE(found.above, 1U);
        QCOMPARE(found.bin_width(), 0.5);
    }

    // 0.1·3 is not 0.3 in double: a division would put edges into the wrong bin.
    void histogram_edges_are_multiples_of_the_width() {
        std::vector<double> values;
        for (int i = 0; i < 10; ++i)
            values.push_back(i * 0.1);
        const std::shared_ptr<const Model> model =
            open(SafetensorsBuilder().add_f32("x", {10}, std::vector<float>(values.begin(), values.end())));
        const Histogram found = compute_histogram(*model, model->tensors().front(), 0, 1, 10);
        std::vector<std::uint64_t> expected(10);
        for (const double value : values) {
            const auto x = static_cast<double>(static_cast<float>(value));
            std::size_t bin = 0;
            while (bin < 9 && x >= static_cast<double>(bin + 1) * 0.1)
                ++bin;
            ++expected[bin];
        }
        QCOMPARE(found.counts, expected);
    }

    void a_histogram_of_one_value_has_it() {
        const std::shared_ptr<const Model> model =
            open(SafetensorsBuilder().add_f32("x", {3}, std::vector<float>{2, 2, 3}));
        const Histogram found = compute_histogram(*model, model->tensors().front(), 2, 2, 5);
        QCOMPARE(found.counts[0], 2U);
        QCOMPARE(found.above, 1U);
    }

  private:
    std::shared_ptr<const Model> open(const SafetensorsBuilder& builder) {
        const std::filesystem::path path =
            folder_.filePath(QString("%1.safetensors").arg(++files_)).toStdString();
        builder.write(path);
        return open_model(path);
    }

    TensorStatistics statistics_of(const SafetensorsBuilder& builder) {
        const std::shared_ptr<const Model> model = open(builder);
        return compute_statistics(*model, model->tensors().front());
    }

    QTemporaryDir folder_;
    int files_ = 0;
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "test_statistics.moc"
