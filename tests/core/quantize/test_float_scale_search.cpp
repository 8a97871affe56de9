// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/model.h"
#include "core/quantize/float_scale_search.h"
#include "core/quantize/range.h"
#include "core/quantize/reference_range.h"
#include "tests/support/safetensors_builder.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::vector<float> weights(std::size_t count, double tail, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, 0.02);
    std::vector<float> values(count);
    for (float& value : values) {
        const double x = normal(random);
        value = static_cast<float>(x * std::pow(std::fabs(x) / 0.02, tail));
    }
    return values;
}

Scheme with_storage(const char* notation, ScaleStorage storage) {
    Scheme scheme = parse_scheme(notation);
    scheme.scale_storage = storage;
    return scheme;
}

double error_of(const Scheme& scheme, const std::vector<float>& values, float scale) {
    return float_rounding_error(values, small_float(scheme.float_format), scale);
}

}  // namespace

// Against the exhaustive search of the plain reference.
class TestFloatScaleSearch : public QObject {
    Q_OBJECT
  private slots:
    void units_data() {
        QTest::addColumn<QString>("notation");
        for (const char* notation :
             {"fp4_e2m1:mse", "fp6_e2m3:mse", "fp6_e3m2:mse", "fp8_e4m3:mse", "fp8_e5m2:mse"})
            QTest::newRow(notation) << notation;
    }
    void units() {
        QFETCH(QString, notation);
        const QByteArray text = notation.toLatin1();
        RangeScratch scratch;
        for (const ScaleStorage storage : {ScaleStorage::s32, ScaleStorage::s16})
            for (const std::size_t count : {1, 2, 16, 31, 128, 131, 1000, 1001, 3000})
                for (const double tail : {0.0, 0.7, 2.0}) {
                    const Scheme scheme = with_storage(text, storage);
                    const std::vector<float> values = weights(count, tail, static_cast<unsigned>(count));
                    const bool thorough = storage == ScaleStorage::s32 && count % 2 == 0;
                    const double allowed = thorough ? 1e-5 : storage == ScaleStorage::s32 ? 1e-2 : 2e-2;
                    const MseEffort effort = thorough ? MseEffort::thorough : MseEffort::quick;
                    const EstimatedGrid found = estimate_grid(scheme, values, scratch, {}, effort);
                    const EstimatedGrid best =
                        stored_grid(scheme, static_cast<float>(reference::best_float_scale(scheme, values)));
                    if (best.scale_lost) continue;
                    const double least = error_of(scheme, values, best.grid.scale);
                    const double error = error_of(scheme, values, found.grid.scale);
                    double power = 0;
                    for (const float x : values)
                        power += static_cast<double>(x) * static_cast<double>(x);
                    // What the rounding of the scale itself may cost where the weights fit exactly.
                    const double rounding = power * (storage == ScaleStorage::s16 ? 0x1p-22 : 0x1p-44);
                    QVERIFY2(error <= least * (1 + allowed) + rounding,
                             qPrintable(QString("%1 weights, tail %2: %3 instead of %4")
                                            .arg(count)
                                            .arg(tail)
                                            .arg(error)
                                            .arg(least)));
                }
    }

    void never_worse_than_minmax() {
        RangeScratch scratch;
        for (unsigned seed = 0; seed < 200; ++seed) {
            const std::vector<float> values = weights(32, 0.5, seed);
            const Scheme scheme = parse_scheme("fp4_e2m1:mse");
            Scheme minmax = scheme;
            minmax.range = Range::minmax;
            const double error = error_of(scheme, values, estimate_grid(scheme, values, scratch).grid.scale);
            const double before = error_of(scheme, values, estimate_grid(minmax, values, scratch).grid.scale);
            QVERIFY(error <= before * (1 + 1e-6));
        }
    }

    void what_is_not_finite_or_zero() {
        RangeScratch scratch;
        const Scheme scheme = parse_scheme("fp8_e4m3:mse");
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        std::vector<float> values = weights(100, 0, 9);
        const UnitGrid clean = estimate_grid(scheme, values, scratch).grid;
        values.insert(values.begin() + 50, {nan, std::numeric_limits<float>::infinity()});
        QCOMPARE(estimate_grid(scheme, values, scratch).grid, clean);
        QCOMPARE(estimate_grid(scheme, std::vector<float>(20, 0.0F), scratch).grid, UnitGrid{});
        QCOMPARE(estimate_grid(scheme, {}, scratch).grid, UnitGrid{});
        for (const float x : {1e-45F, 1e-38F, 3e38F}) {
            const float scale = estimate_grid(scheme, std::vector<float>{x}, scratch).grid.scale;
            QVERIFY(std::isfinite(scale) && (scale > 0 || x < 1e-36F));  // no reciprocal
        }
    }

    // Longer than is held in memory: the scale comes from the moment table.
    void long_tensors() {
        constexpr std::size_t count = (std::size_t{1} << 22U) + 77;
        const std::vector<float> values = weights(count, 0.3, 7);
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("long.safetensors").toStdString();
        SafetensorsBuilder().add_f32("w", {1, static_cast<std::int64_t>(count)}, values).write(path);
        const auto model = open_model(path);
        RangeScratch scratch;
        for (const char* notation : {"fp4_e2m1:tensor:mse", "fp8_e4m3:tensor:mse"}) {
            const Scheme scheme = parse_scheme(notation);
            const double least = error_of(
                scheme, values, estimate_grid(scheme, values, scratch, {}, MseEffort::thorough).grid.scale);
            JobContext one;
            one.threads = 1;
            const EstimatedGrid streamed =
                estimate_streamed_grid(scheme, *model, model->tensors().front(), 0, count, {});
            const double excess = error_of(scheme, values, streamed.grid.scale) / least - 1;
            QVERIFY2(excess <= 1e-4, qPrintable(QString("%1: %2").arg(notation).arg(excess)));
            QCOMPARE(estimate_streamed_grid(scheme, *model, model->tensors().front(), 0, count, one).grid,
                     streamed.grid);
        }
    }
};

QTEST_GUILESS_MAIN(TestFloatScaleSearch)
#include "test_float_scale_search.moc"
