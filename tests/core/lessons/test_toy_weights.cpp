// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lessons/normal_quantile.h"
#include "core/lessons/toy_weights.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

using namespace halfstep;

namespace {

struct Moments {
    double mean = 0;
    double deviation = 0;
    double excess_kurtosis = 0;
};

Moments moments(const std::vector<float>& values) {
    const auto n = static_cast<double>(values.size());
    Moments result;
    for (const float value : values)
        result.mean += static_cast<double>(value) / n;
    double second = 0;
    double fourth = 0;
    for (const float value : values) {
        const double square = std::pow(static_cast<double>(value) - result.mean, 2);
        second += square / n;
        fourth += square * square / n;
    }
    result.deviation = std::sqrt(second);
    result.excess_kurtosis = fourth / (second * second) - 3;
    return result;
}

ToyShape shape_of(ToyDistribution distribution) {
    ToyShape shape;
    shape.distribution = distribution;
    return shape;
}

}  // namespace

class TestToyWeights : public QObject {
    Q_OBJECT
  private slots:
    // erfc is another way to the same function: P(X < x) = erfc(−x/√2)/2. Both tails and what lies between.
    void quantiles_are_where_erfc_says() {
        int compared = 0;
        for (double p = 1e-300; p < 0.5; p *= 3.7) {
            const double x = normal_quantile(p);
            QVERIFY2(std::abs(std::erfc(-x / std::numbers::sqrt2) / 2 / p - 1) < 1e-12,
                     qPrintable(QString::number(p)));
            ++compared;
        }
        QVERIFY(compared > 500);
        for (double p = 0.01; p < 1; p += 0.01)
            QVERIFY(std::abs(std::erfc(-normal_quantile(p) / std::numbers::sqrt2) / 2 - p) < 1e-15);
        QVERIFY(normal_quantile(0.5) == 0);
    }

    void logarithms_are_those_of_the_library() {
        for (double x = 1e-300; x < 1e300; x *= 1.37)
            QVERIFY(std::abs(portable_log(x) - std::log(x)) <= 4e-16 * std::max(1.0, std::abs(std::log(x))));
        QVERIFY(portable_log(1) == 0);
    }

    // Values 3 to 6 of seed 11, from a Python program with its own SplitMix64, statistics.NormalDist and
    // math.log.
    void values_are_the_expected_ones_data() {
        QTest::addColumn<int>("distribution");
        QTest::addColumn<std::vector<float>>("expected");
        const auto row = [](ToyDistribution distribution, std::vector<float> expected) {
            QTest::newRow(toy_distribution_name(distribution).data())
                << static_cast<int>(distribution) << expected;
        };
        using enum ToyDistribution;
        row(gaussian,
            {-2.4076194763183594F, 0.17188839614391327F, -0.028585948050022125F, -0.045646943151950836F});
        row(laplace,
            {-2.9214940071105957F, 0.10375528037548065F, -0.01631241664290428F, -0.02622494287788868F});
        row(student,
            {-3.35274600982666F, 0.16021865606307983F, -0.02329559251666069F, -0.029546624049544334F});
        row(uniform,
            {-1.7042394876480103F, 0.2363811731338501F, -0.03949972987174988F, -0.06306110322475433F});
        row(half_normal,
            {2.4076194763183594F, 0.17188839614391327F, 0.028585948050022125F, 0.045646943151950836F});
        row(relu, {0, 0.17188839614391327F, 0, 0});
    }
    void values_are_the_expected_ones() {
        QFETCH(int, distribution);
        QFETCH(std::vector<float>, expected);
        std::vector<float> values(expected.size());
        fill_toy_weights(shape_of(static_cast<ToyDistribution>(distribution)), 11, 3, values);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY2(std::abs(values[i] - expected[i]) <= 1e-7F * std::abs(expected[i]),
                     qPrintable(QString::number(values[i], 'g', 9)));
    }

    // Kurtoses by theory: 0; Laplace 3; uniform −6/5; half-normal and the rest have means of their own.
    void moments_are_those_of_the_distribution_data() {
        QTest::addColumn<int>("distribution");
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("deviation");
        QTest::addColumn<double>("kurtosis");
        const auto row = [](ToyDistribution distribution, double mean, double deviation, double kurtosis) {
            QTest::newRow(toy_distribution_name(distribution).data())
                << static_cast<int>(distribution) << mean << deviation << kurtosis;
        };
        const double pi = std::numbers::pi;
        const double any = std::nan("");
        using enum ToyDistribution;
        row(gaussian, 0, 1, 0);
        row(laplace, 0, 1, 3);
        row(student, 0, 1, any);
        row(uniform, 0, 1, -1.2);
        row(half_normal, std::sqrt(2 / pi), std::sqrt(1 - 2 / pi), 8 * (pi - 3) / std::pow(pi - 2, 2));
        row(relu, 1 / std::sqrt(2 * pi), std::sqrt(0.5 - 1 / (2 * pi)), any);
    }
    void moments_are_those_of_the_distribution() {
        QFETCH(int, distribution);
        QFETCH(double, mean);
        QFETCH(double, deviation);
        QFETCH(double, kurtosis);
        const Moments found =
            moments(toy_weights(shape_of(static_cast<ToyDistribution>(distribution)), 200'000, 5));
        QVERIFY2(std::abs(found.mean - mean) < 0.01, qPrintable(QString::number(found.mean)));
        QVERIFY2(std::abs(found.deviation - deviation) < 0.01, qPrintable(QString::number(found.deviation)));
        if (!std::isnan(kurtosis))
            QVERIFY2(std::abs(found.excess_kurtosis - kurtosis) < 0.15,
                     qPrintable(QString::number(found.excess_kurtosis)));
    }

    void neighbours_and_seeds_are_independent() {
        const std::vector<float> one = toy_weights({}, 100'000, 1);
        const std::vector<float> two = toy_weights({}, 100'000, 2);
        double neighbours = 0;
        double seeds = 0;
        for (std::size_t i = 0; i + 1 < one.size(); ++i) {
            neighbours += static_cast<double>(one[i]) * static_cast<double>(one[i + 1]);
            seeds += static_cast<double>(one[i]) * static_cast<double>(two[i]);
        }
        // Three standard deviations of the correlation of n independent pairs: 3/√n.
        QVERIFY(std::abs(neighbours / 100'000) < 0.0095);
        QVERIFY(std::abs(seeds / 100'000) < 0.0095);
    }

    void a_part_is_a_part_of_the_whole() {
        ToyShape shape = shape_of(ToyDistribution::student);
        shape.outlier_share = 0.1;
        const std::vector<float> all = toy_weights(shape, 1'000, 9);
        std::vector<float> part(300);
        fill_toy_weights(shape, 9, 500, part);
        QVERIFY(std::equal(part.begin(), part.end(), all.begin() + 500));
    }

    void outliers_are_as_many_and_as_large_as_asked() {
        const std::vector<float> plain = toy_weights({}, 100'000, 4);
        ToyShape shape;
        shape.outlier_share = 0.01;
        shape.outlier_factor = 16;
        const std::vector<float> with = toy_weights(shape, plain.size(), 4);
        int outliers = 0;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            if (with[i] == plain[i]) continue;
            ++outliers;
            QVERIFY(with[i] == 16 * plain[i]);
        }
        QVERIFY(outliers > 900 && outliers < 1'100);
    }

    void the_deviation_scales() {
        ToyShape shape = shape_of(ToyDistribution::laplace);
        const std::vector<float> one = toy_weights(shape, 100, 4);
        shape.deviation = 0.25;
        const std::vector<float> quarter = toy_weights(shape, 100, 4);
        for (std::size_t i = 0; i < one.size(); ++i)
            QVERIFY(quarter[i] == one[i] / 4);
    }

    void every_distribution_has_its_name() {
        QCOMPARE(toy_distributions().size(), 6UL);
        for (const ToyDistribution distribution : toy_distributions())
            QVERIFY(!toy_distribution_name(distribution).empty());
    }
};

QTEST_GUILESS_MAIN(TestToyWeights)
#include "test_toy_weights.moc"
