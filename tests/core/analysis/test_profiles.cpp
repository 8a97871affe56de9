// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/channel_profile.h"
#include "core/analysis/error_profile.h"
#include "core/base/error.h"
#include "core/quantize/measure.h"
#include "core/quantize/reference.h"
#include "tests/support/safetensors_builder.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace halfstep;
using halfstep::testing::SafetensorsBuilder;

namespace {

std::vector<float> weights(std::size_t channels, std::size_t inputs) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0.01F, 0.05F);
    std::vector<float> values(channels * inputs);
    for (float& value : values)
        value = normal(random);
    values[5] = std::numeric_limits<float>::quiet_NaN();
    values[inputs + 1] = 2.0F;  // an outlier in channel 1
    for (std::size_t i = 0; i < inputs; ++i)
        values[2 * inputs + i] = 0;
    return values;
}

constexpr std::size_t channels = 300;
constexpr std::size_t inputs = 437;  // 131,100 elements: two blocks, which rows cross

bool near(double actual, double expected) {
    return std::fabs(actual - expected) <= 1e-6 * std::fabs(expected) + 1e-30;
}

}  // namespace

class TestProfiles : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        values_ = weights(channels, inputs);
        const std::filesystem::path path = folder_.filePath("w.safetensors").toStdString();
        SafetensorsBuilder().add_f32("w", {channels, inputs}, values_).write(path);
        model_ = open_model(path);
    }

    void schemes() {
        QTest::addColumn<QString>("notation");
        for (const char* notation : {"int4", "int4:asym:g64", "int4:tensor", "int8:tensor:pct99", "log4:g32",
                                     "fp16", "keep", "int4:tensor:s16:gamma"})
            QTest::newRow(notation) << notation;
    }

    void errors_by_value_data() { schemes(); }

    void errors_by_value() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const ReferenceResult reference = reference_of(scheme);
        const TensorInfo& tensor = model_->tensors().front();
        const ErrorProfile profile = compute_error_profile(*model_, tensor, scheme, 50);
        const Measurement measured = measure_tensor(*model_, tensor, {&scheme, 1}).results.front();
        QCOMPARE(profile.sums.error_squared, measured.sums.error_squared);
        QVERIFY(near(profile.rounding_squared + profile.clipping_squared, profile.sums.error_squared));
        QCOMPARE(profile.clipping_squared > 0, measured.sums.clipped > 0);

        double low = 1e9;
        double high = -1e9;
        for (const float value : values_)
            if (std::isfinite(value)) {
                low = std::min(low, static_cast<double>(value));
                high = std::max(high, static_cast<double>(value));
            }
        QCOMPARE(profile.by_value.size(), std::size_t{50});
        QCOMPARE(profile.by_value.front().low, low);
        QVERIFY(near(profile.by_value.back().high, high));
        for (const ErrorProfile::ValueBin& bin : profile.by_value) {
            const bool last = &bin == &profile.by_value.back();
            std::uint64_t count = 0;
            double error = 0;
            double squared = 0;
            for (std::size_t i = 0; i < values_.size(); ++i) {
                const auto x = static_cast<double>(values_[i]);
                if (!(x >= bin.low && (x < bin.high || last))) continue;
                ++count;
                const double e = static_cast<double>(reference.reconstruction[i]) - x;
                error += e;
                squared += e * e;
            }
            QCOMPARE(bin.count, count);
            QVERIFY(near(bin.rounding_squared + bin.clipping_squared, squared));
            if (count != 0) QVERIFY(std::fabs(bin.mean_error - error / static_cast<double>(count)) < 1e-9);
        }
        std::uint64_t counted = profile.errors.below + profile.errors.above;
        QCOMPARE(counted, 0U);
        for (const std::uint64_t count : profile.errors.counts)
            counted += count;
        QCOMPARE(counted, measured.sums.count);
    }

    void channels_and_cells_data() { schemes(); }

    void channels_and_cells() {
        QFETCH(QString, notation);
        const Scheme scheme = parse_scheme(notation.toStdString());
        const ReferenceResult reference = reference_of(scheme);
        const ChannelProfile profile =
            compute_channel_profile(*model_, model_->tensors().front(), scheme, 64, 100);
        QCOMPARE(profile.channels.size(), channels);
        QCOMPARE(profile.map.channels_per_row, 5U);   // ceil(300 / 64)
        QCOMPARE(profile.map.inputs_per_column, 5U);  // ceil(437 / 100)
        QCOMPARE(profile.map.rows, std::size_t{60});
        QCOMPARE(profile.map.columns, std::size_t{88});
        std::vector<double> cell_error(profile.map.rows * profile.map.columns);
        std::vector<double> cell_count(cell_error.size());
        std::vector<float> cell_max(cell_error.size());
        for (std::size_t c = 0; c < channels; ++c) {
            double squared = 0;
            double error = 0;
            float low = 1e9F;
            float high = -1e9F;
            std::size_t count = 0;
            for (std::size_t i = 0; i < inputs; ++i) {
                const float value = values_[c * inputs + i];
                if (!std::isfinite(value)) continue;
                const auto x = static_cast<double>(value);
                const double e = static_cast<double>(reference.reconstruction[c * inputs + i]) - x;
                squared += x * x;
                error += e * e;
                low = std::min(low, value);
                high = std::max(high, value);
                ++count;
                const std::size_t cell = c / 5 * profile.map.columns + i / 5;
                cell_error[cell] += e * e;
                cell_count[cell] += 1;
                cell_max[cell] = std::max(cell_max[cell], std::fabs(value));
            }
            const ChannelProfile::Channel& found = profile.channels[c];
            QCOMPARE(found.min, low);
            QCOMPARE(found.max, high);
            QVERIFY(near(found.value_squared, squared));
            QVERIFY(near(found.error_squared, error));
            QVERIFY(near(found.rms, std::sqrt(squared / static_cast<double>(count))));
            QCOMPARE(found.outliers, c == 1 ? 1U : 0U);
        }
        for (std::size_t i = 0; i < cell_error.size(); ++i) {
            QCOMPARE(profile.map.abs_max[i], cell_max[i]);
            QVERIFY(near(static_cast<double>(profile.map.rms_error[i]),
                         std::sqrt(cell_error[i] / cell_count[i])));
        }
    }

    void threads_change_nothing() {
        const Scheme scheme = parse_scheme("int4:g64");
        JobContext job;
        job.threads = 1;
        const ChannelProfile one =
            compute_channel_profile(*model_, model_->tensors().front(), scheme, 10, 10, job);
        job.threads = 5;
        const ChannelProfile five =
            compute_channel_profile(*model_, model_->tensors().front(), scheme, 10, 10, job);
        QCOMPARE(one.map.rms_error, five.map.rms_error);
        for (std::size_t c = 0; c < channels; ++c)
            QCOMPARE(one.channels[c].error_squared, five.channels[c].error_squared);
    }

    void a_scheme_that_does_not_fit_is_refused() {
        const Scheme blocks = parse_scheme("q4_0");  // 437 is no multiple of 32
        QVERIFY_EXCEPTION_THROWN(compute_error_profile(*model_, model_->tensors().front(), blocks, 10),
                                 Error);
        QVERIFY_EXCEPTION_THROWN(compute_channel_profile(*model_, model_->tensors().front(), blocks, 10, 10),
                                 Error);
    }

  private:
    ReferenceResult reference_of(const Scheme& scheme) const {
        return quantize_reference(scheme, values_, {channels, inputs});
    }

    QTemporaryDir folder_;
    std::vector<float> values_;
    std::shared_ptr<const Model> model_;
};

QTEST_GUILESS_MAIN(TestProfiles)
#include "test_profiles.moc"
