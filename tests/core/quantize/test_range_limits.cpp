// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/range.h"
#include "core/quantize/range_limits.h"
#include "core/quantize/reference_range.h"
#include "tests/core/quantize/mse_units.h"
#include "tests/support/test_data.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;

namespace {

Scheme with_range(Range range, Symmetry symmetry = Symmetry::sym, int bits = 4) {
    Scheme scheme;
    scheme.family = Family::integer;
    scheme.bits = bits;
    scheme.symmetry = symmetry;
    scheme.range = range;
    return scheme;
}

std::vector<float> heavy_tailed(std::size_t n, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal(0.1, 1);
    std::vector<float> values(n);
    for (float& x : values) {
        const double z = normal(generator);
        x = static_cast<float>(0.05 * z * (1 + z * z));
    }
    return values;
}

// What NumPy alone makes of the values: percentiles of |x| and x, and the entropy calibration written out
// as loops.
const char* const oracle = R"py(
import sys, numpy as np
x = np.fromfile(sys.argv[1], dtype=np.float32).astype(np.float64)
a = np.abs(x)
for p in (99.9, 99.0, 50.0, 100.0):
    print(repr(float(np.percentile(a, p))))
    print(repr(float(np.percentile(x, (100 - p) / 2))), repr(float(np.percentile(x, 100 - (100 - p) / 2))))
h = np.bincount(np.minimum(2047, (a * 2048 / a.max()).astype(int)), minlength=2048).astype(float)
h[0] = h[1]
for b in (2, 4, 8):
    k = 2 ** (b - 1)
    d = {}
    for i in range(max(128, k), 2049):
        p = h[:i].copy()
        p[-1] += h[i:].sum()
        q = np.zeros(i)
        group = np.arange(i) * k // i
        for g in range(k):
            inside = (group == g) & (h[:i] > 0)
            if inside.any():
                q[inside] = h[:i][inside].mean()
        if q.sum() == 0 or ((p > 0) & (q == 0)).any():
            continue
        p, q = p / p.sum(), q / q.sum()
        d[i] = float(np.sum(p[p > 0] * np.log(p[p > 0] / q[p > 0])))
    least = min(d.values())
    print(repr(float(np.float32(a.max() * max(i for i in d if d[i] <= least + 1e-12) / 2048))))
)py";

}  // namespace

class TestRangeLimits : public QObject {
    Q_OBJECT
  private slots:
    void percentiles_by_hand() {
        std::vector<float> values{4, 1, 3, 2, 5};
        QCOMPARE(percentile(values, 50), 3.0F);
        QCOMPARE(percentile(values, 100), 5.0F);
        QCOMPARE(percentile(values, 0), 1.0F);
        QCOMPARE(percentile(values, 90), 4.6F);  // 0.6 of the way from 4 to 5
        QCOMPARE(percentile(values, 10), 1.4F);
        std::vector<float> one{7};
        QCOMPARE(percentile(one, 99.9), 7.0F);
    }

    void clip_cuts_what_is_beyond_and_nothing_else() {
        Scheme scheme = with_range(Range::clip);
        scheme.clip_low = -0.7F;
        scheme.clip_high = 0.7F;
        RangeScratch scratch;
        QCOMPARE(estimate_grid(scheme, std::vector<float>{3, -9}, scratch).grid.scale, 0.7F / 7);
        QCOMPARE(estimate_grid(scheme, std::vector<float>{0.14F, -0.35F}, scratch).grid.scale, 0.35F / 7);
        QCOMPARE(estimate_grid(scheme, std::vector<float>{5, 6}, scratch).grid.scale, 0.7F / 7);
        scheme.symmetry = Symmetry::asym;
        scheme.clip_low = -1;
        scheme.clip_high = 2;
        QCOMPARE(estimate_grid(scheme, std::vector<float>{3, -9}, scratch).grid, (UnitGrid{3.0F / 15, 5}));
    }

    void as_the_plain_reference() {
        RangeScratch scratch;
        for (const Symmetry symmetry : {Symmetry::sym, Symmetry::symfull, Symmetry::asym})
            for (const std::size_t n : {1U, 2U, 33U, 128U, 5000U})
                for (const Range range : {Range::minmax, Range::percentile, Range::kl})
                    for (const int bits : {2, 4, 8, 12}) {
                        Scheme scheme = with_range(range, symmetry, bits);
                        if (range == Range::percentile) scheme.percentile = 97.3;
                        const std::vector<float> unit = heavy_tailed(n, unsigned(n));
                        const reference::Limits limits = reference::limits_of(scheme, unit);
                        QCOMPARE(estimate_grid(scheme, unit, scratch).grid,
                                 grid_from_limits(scheme, limits.low, limits.high).grid);
                    }
    }

    void tails_as_all_values_in_order() {
        TailPercentiles tails;
        for (const testing::Shape shape : testing::all_shapes)
            for (const std::size_t n : {1U, 2U, 31U, 32U, 64U, 67U, 128U, 1000U, 5003U})
                for (const double percent : {50.0, 90.0, 97.3, 99.0, 99.9, 99.99, 100.0}) {
                    const std::vector<float> values = testing::unit_of(shape, n, unsigned(n));
                    std::vector<float> work(values);
                    QVERIFY(tails.upper(values, percent) == percentile(work, percent));
                    QVERIFY(tails.lower(values, 100 - percent) == percentile(work, 100 - percent));
                    for (float& x : work)
                        x = std::fabs(x);
                    QVERIFY(tails.of_magnitudes(values, percent) == percentile(work, percent));
                }
        const std::vector<float> equal(200, -0.5F);
        QVERIFY(tails.of_magnitudes(equal, 99.9) == 0.5F);
        QVERIFY(tails.lower(equal, 0.1) == -0.5F && tails.upper(equal, 99.9) == -0.5F);
    }

    // One after another with the same buffers, as units are.
    void entropy_limits_of_all_kinds_of_weights() {
        RangeScratch scratch;
        for (const testing::Shape shape : testing::all_shapes)
            for (const std::size_t n : {16U, 128U, 700U})
                for (const int bits : {2, 3, 4, 6, 8, 11}) {
                    const Scheme scheme = with_range(Range::kl, Symmetry::sym, bits);
                    const std::vector<float> unit = testing::unit_of(shape, n, 7U * unsigned(bits));
                    const reference::Limits limits = reference::limits_of(scheme, unit);
                    QCOMPARE(estimate_grid(scheme, unit, scratch).grid,
                             grid_from_limits(scheme, limits.low, limits.high).grid);
                }
    }

    void as_numpy() {
        const auto python = testing::python_with_numpy();
        if (!python) QSKIP("no Python with NumPy here");
        QTemporaryDir folder;
        const std::vector<float> values = heavy_tailed(20'000, 3);
        const QString file = folder.filePath("values");
        std::ofstream(file.toStdString(), std::ios::binary)
            .write(reinterpret_cast<const char*>(values.data()),
                   static_cast<std::streamsize>(values.size() * sizeof(float)));
        QProcess process;
        process.start(QString::fromStdString(python->string()), {"-c", oracle, file});
        QVERIFY(process.waitForFinished(60'000));
        QTextStream answers(process.readAllStandardOutput());
        const auto next = [&answers] {
            double value = 0;
            answers >> value;
            return static_cast<float>(value);
        };
        std::vector<float> magnitudes(values);
        for (float& x : magnitudes)
            x = std::fabs(x);
        for (const double percent : {99.9, 99.0, 50.0, 100.0}) {
            std::vector<float> work(magnitudes);
            QCOMPARE(percentile(work, percent), next());
            work = values;
            QCOMPARE(percentile(work, (100 - percent) / 2), next());
            QCOMPARE(percentile(work, 100 - (100 - percent) / 2), next());
        }
        MagnitudeHistogram histogram(*std::max_element(magnitudes.begin(), magnitudes.end()));
        histogram.add(std::span<const float>(values));
        for (const int bits : {2, 4, 8})
            QCOMPARE(histogram.entropy_limit(bits), next());
        QVERIFY(answers.status() == QTextStream::Ok);
    }
};

QTEST_GUILESS_MAIN(TestRangeLimits)
#include "test_range_limits.moc"
