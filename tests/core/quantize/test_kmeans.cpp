// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/quantize/kmeans.h"
#include "core/quantize/lloyd.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;

namespace {

struct Points {
    std::vector<double> value;
    std::vector<double> weight;
    std::vector<double> squared;

    void add(double x, double n) {
        value.push_back(x);
        weight.push_back(n);
        squared.push_back(n * x * x);
    }
    WeightedPoints view() const { return {value, weight, squared}; }
};

double error_of(const Points& points, const std::vector<double>& centres) {
    double sum = 0;
    for (std::size_t i = 0; i < points.value.size(); ++i) {
        double least = std::numeric_limits<double>::infinity();
        for (const double centre : centres)
            least = std::min(least, (points.value[i] - centre) * (points.value[i] - centre));
        sum += points.weight[i] * least;
    }
    return sum;
}

// The same minimum in O(levels·n²), every cluster's cost from its definition.
double smallest_error(const Points& points, std::size_t levels) {
    const std::size_t n = points.value.size();
    std::vector<std::vector<double>> cost(n + 1, std::vector<double>(n + 1, 0));
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = a + 1; b <= n; ++b) {
            double weight = 0;
            double sum = 0;
            for (std::size_t i = a; i < b; ++i) {
                weight += points.weight[i];
                sum += points.weight[i] * points.value[i];
            }
            const double mean = sum / weight;
            for (std::size_t i = a; i < b; ++i)
                cost[a][b] += points.weight[i] * (points.value[i] - mean) * (points.value[i] - mean);
        }
    std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());
    best[0] = 0;
    for (std::size_t k = 0; k < levels; ++k)
        for (std::size_t b = n; b > 0; --b)
            for (std::size_t a = 0; a < b; ++a)
                best[b] = std::min(best[b], best[a] + cost[a][b]);
    return best[n];
}

Points random_points(std::size_t n, int kind, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal(0, 1);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::vector<double> values(n);
    for (double& x : values)
        x = kind == 0   ? normal(generator)
            : kind == 1 ? normal(generator) * (uniform(generator) < 0.05 ? 100 : 1)
                        : 1000 + uniform(generator);
    std::sort(values.begin(), values.end());
    Points points;
    for (const double x : values)
        points.add(x, kind == 2 ? std::floor(1 + 50 * uniform(generator)) : 1);
    return points;
}

}  // namespace

class TestKmeans : public QObject {
    Q_OBJECT
  private slots:
    void worked_by_hand() {
        Points points;
        points.add(0, 1);
        points.add(1, 3);
        points.add(10, 1);
        points.add(11, 1);
        QCOMPARE(optimal_centres(points.view(), 2), (std::vector<double>{0.75, 10.5}));
        QCOMPARE(optimal_centres(points.view(), 3),
                 (std::vector<double>{0, 1, 10.5}));  // 0.5; joined {0, 1}: 0.75
        QCOMPARE(optimal_centres(points.view(), 1), (std::vector<double>{4}));
    }

    void no_more_centres_than_values() {
        Points points;
        points.add(-2, 7);
        points.add(3, 1);
        points.add(3, 2);
        QCOMPARE(optimal_centres(points.view(), 16), (std::vector<double>{-2, 3}));
        QVERIFY(optimal_centres(Points{}.view(), 4).empty());
    }

    void reaches_the_true_minimum() {
        for (const int kind : {0, 1, 2})
            for (const std::size_t n : {2U, 5U, 16U, 61U, 120U})
                for (const std::size_t levels : {2U, 3U, 4U, 8U, 16U}) {
                    const Points points = random_points(n, kind, static_cast<unsigned>(n + levels));
                    const std::vector<double> centres = optimal_centres(points.view(), levels);
                    QCOMPARE(centres.size(), std::min(n, levels));
                    QVERIFY(std::is_sorted(centres.begin(), centres.end()));
                    const double least = smallest_error(points, levels);
                    QVERIFY(error_of(points, centres) <= least * (1 + 1e-9) + 1e-24);
                }
    }

    // So many points that the table of splits is not kept: the same optimum as from a regular pattern of
    // clusters that is plain to see.
    void cuts_a_large_problem_in_two() {
        constexpr std::size_t clusters = 256;
        constexpr std::size_t each = 200;
        Points points;
        for (std::size_t c = 0; c < clusters; ++c)
            for (std::size_t i = 0; i < each; ++i)
                points.add(static_cast<double>(c) + 1e-4 * static_cast<double>(i), 1);
        const std::vector<double> centres = optimal_centres(points.view(), clusters);
        QCOMPARE(centres.size(), clusters);
        for (std::size_t c = 0; c < clusters; ++c)
            QVERIFY(std::fabs(centres[c] - (static_cast<double>(c) + 0.00995)) < 1e-9);
    }

    // By hand: of 0, 1 and twice 5, the centres 0 and 2 take {0, 1} (1 is half-way and goes down) and {5, 5}.
    void a_step_of_lloyd_moves_centres_to_means() {
        Points points;
        points.add(0, 1);
        points.add(1, 1);
        points.add(5, 2);
        QCOMPARE(lloyd_step(points.view(), std::vector<double>{0, 2}), (std::vector<double>{0.5, 5}));
        QCOMPARE(lloyd_step(points.view(), std::vector<double>{-9, 0, 2}), (std::vector<double>{-9, 0.5, 5}));
        QCOMPARE(lloyd_step(points.view(), std::vector<double>{7}), std::vector<double>{2.75});
        QVERIFY(lloyd_step(points.view(), std::vector<double>{}).empty());
    }

    void steps_of_lloyd_end_at_or_above_the_optimum() {
        for (const int kind : {0, 1, 2}) {
            const Points points = random_points(120, kind, 7);
            const std::vector<double> best = optimal_centres(points.view(), 8);
            const double least = error_of(points, best);
            const std::vector<double> after_best = lloyd_step(points.view(), best);
            for (std::size_t i = 0; i < best.size(); ++i)
                QVERIFY(std::fabs(after_best[i] - best[i]) <= 1e-9 * (1 + std::fabs(best[i])));
            std::vector<double> centres;
            const double low = points.value.front();
            const double width = points.value.back() - low;
            for (int i = 0; i < 8; ++i)
                centres.push_back(low + width * (i + 0.5) / 8);
            double before = error_of(points, centres);
            const double start = before;
            for (int step = 0; step < 50; ++step) {
                centres = lloyd_step(points.view(), centres);
                QVERIFY(std::is_sorted(centres.begin(), centres.end()));
                const double after = error_of(points, centres);
                QVERIFY(after <= before * (1 + 1e-12));
                before = after;
            }
            QVERIFY(before >= least * (1 - 1e-9));
            QVERIFY(before < start);
        }
    }

    void can_be_stopped() {
        std::stop_source source;
        source.request_stop();
        JobContext job;
        job.stop = source.get_token();
        QVERIFY_EXCEPTION_THROWN(optimal_centres(random_points(50, 0, 1).view(), 4, job), Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestKmeans)
#include "test_kmeans.moc"
