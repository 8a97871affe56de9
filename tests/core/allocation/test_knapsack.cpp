// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/knapsack.h"
#include "core/base/error.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace halfstep;

namespace {

using Classes = std::vector<std::vector<KnapsackOption>>;

constexpr double infinity = std::numeric_limits<double>::infinity();

// The least value of all choices that fit, by trying every one of them; infinity where none fits.
double least_value_by_trial(const Classes& classes, double capacity) {
    double best = infinity;
    std::vector<std::size_t> choice(classes.size(), 0);
    for (;;) {
        double weight = 0;
        double value = 0;
        for (std::size_t i = 0; i < classes.size(); ++i) {
            weight += classes[i][choice[i]].weight;
            value += classes[i][choice[i]].value;
        }
        if (weight <= capacity) best = std::min(best, value);
        std::size_t place = 0;
        while (place < classes.size() && ++choice[place] == classes[place].size())
            choice[place++] = 0;
        if (place == classes.size()) return best;
    }
}

// Weights of few sizes as layers have them, values that fall with the weight: with `noise` not always.
Classes layers(std::mt19937& random, std::size_t count, std::size_t options, double noise) {
    std::uniform_real_distribution<double> unit(0, 1);
    Classes classes(count);
    for (auto& of_class : classes) {
        const double elements = 64.0 * std::floor(1 + 20 * unit(random));
        const double sensitivity = std::exp(4 * unit(random));
        for (std::size_t j = 0; j < options; ++j) {
            const double bits = 2 + std::floor(60 * unit(random)) / 10;
            const double value = sensitivity * std::exp2(-2 * bits) * (1 + noise * unit(random));
            of_class.push_back({elements * bits * 10, value});
        }
    }
    return classes;
}

double sum_of_heaviest(const Classes& classes) {
    double sum = 0;
    for (const auto& options : classes)
        sum += std::ranges::max(options, {}, &KnapsackOption::weight).weight;
    return sum;
}

bool nearly(double a, double b) {
    return std::abs(a - b) <= 1e-11 * std::max(std::abs(a), std::abs(b));
}

}  // namespace

class TestKnapsack : public QObject {
    Q_OBJECT
  private slots:
    void two_classes_worked_by_hand() {
        // Choices by weight: (2, 9) (4, 6) (5, 5.5) (7, 2.5) (6, 5) (8, 2) ...
        const Knapsack knapsack({{{1, 5}, {3, 2}}, {{1, 4}, {4, 0.5}, {5, 0}}});
        QVERIFY(knapsack.least_weight() == 2);
        QVERIFY(knapsack.most_weight() == 8);
        QVERIFY(!knapsack.solve(1.5).has_value());
        const auto at = [&](double capacity) { return *knapsack.solve(capacity); };
        QVERIFY(at(2).value == 9);
        QVERIFY(at(3).value == 9);
        QVERIFY(at(4).value == 6);
        QVERIFY(at(5).value == 5.5);
        QVERIFY(at(6).value == 5);
        QVERIFY(at(7).value == 2.5);
        QVERIFY(at(8).value == 2);
        QVERIFY(at(1e30).value == 2);
        QVERIFY((at(5).chosen == std::vector<std::uint32_t>{0, 1}));
        QVERIFY(at(5).weight == 5);
        QVERIFY(at(5).proven());
        QVERIFY(at(5).bound == 5.5);
    }

    void the_hull_is_worked_by_hand() {
        // Slopes: 3.5/3 and 0.5 of the second class, 1.5 of the first; (2, 3.9) lies above the hull.
        const Knapsack knapsack({{{1, 5}, {3, 2}}, {{1, 4}, {2, 3.9}, {4, 0.5}, {5, 0}}});
        const auto hull = knapsack.hull();
        QCOMPARE(hull.size(), 4U);
        QVERIFY(hull[0].weight == 2 && hull[0].value == 9);
        QVERIFY(hull[1].weight == 4 && hull[1].value == 6);
        QVERIFY(hull[2].weight == 7 && hull[2].value == 2.5);
        QVERIFY(hull[3].weight == 8 && hull[3].value == 2);
    }

    void nothing_to_choose() {
        QVERIFY(Knapsack({}).solve(0)->value == 0);
        QVERIFY(!Knapsack({{{1, 1}}, {}}).solve(10).has_value());
        const auto only = Knapsack({{{3, 7}}, {{2, 1}}}).solve(5);
        QVERIFY(only && only->value == 8 && only->proven());
        QVERIFY(!Knapsack({{{3, 7}}, {{2, 1}}}).solve(4.9).has_value());
        QVERIFY(!Knapsack({{{3, 7}}}).solve(std::nan("")).has_value());
    }

    void options_that_others_beat_are_never_taken() {
        const auto solution = Knapsack({{{5, 5}, {4, 5}, {4, 4}, {4, 4}, {6, 4.5}, {1, 9}}}).solve(6);
        QVERIFY(solution->value == 4 && solution->weight == 4);
        QVERIFY(solution->chosen.front() == 2);
    }

    void equals_trying_everything() {
        std::mt19937 random(7);
        for (int round = 0; round < 400; ++round) {
            const Classes classes = layers(random, 1 + round % 6, 1 + round % 5, round % 3 == 0 ? 30 : 0.5);
            const Knapsack knapsack(classes);
            std::uniform_real_distribution<double> any(0.9 * knapsack.least_weight(),
                                                       1.02 * sum_of_heaviest(classes));
            for (int budget = 0; budget < 8; ++budget) {
                const double capacity = std::floor(any(random));
                const double best = least_value_by_trial(classes, capacity);
                const auto solution = knapsack.solve(capacity);
                QCOMPARE(solution.has_value(), best < infinity);
                if (!solution) continue;
                QVERIFY(solution->proven());
                QVERIFY2(nearly(solution->value, best),
                         qPrintable(QString::number(solution->value / best - 1)));
                QVERIFY(solution->weight <= capacity);
            }
        }
    }

    void weights_need_not_be_whole_numbers() {
        std::mt19937 random(8);
        for (int round = 0; round < 200; ++round) {
            Classes classes = layers(random, 5, 4, 1);
            for (auto& options : classes)  // least weight for a limited error
                for (KnapsackOption& option : options)
                    std::swap(option.weight, option.value);
            const Knapsack knapsack(classes);
            const double capacity = knapsack.least_weight() * (1 + 3.0 * round / 200);
            const auto solution = knapsack.solve(capacity);
            QVERIFY(nearly(solution->value, least_value_by_trial(classes, capacity)));
            QVERIFY(solution->weight <= capacity);
        }
    }

    void the_hull_bounds_every_solution() {
        std::mt19937 random(9);
        const Knapsack knapsack(layers(random, 40, 6, 2));
        const auto hull = knapsack.hull();
        for (std::size_t i = 0; i < hull.size(); ++i) {
            QVERIFY(nearly(knapsack.solve(hull[i].weight)->value, hull[i].value));
            if (i == 0) continue;
            const double half = std::floor((hull[i - 1].weight + hull[i].weight) / 2);
            const double share = (half - hull[i - 1].weight) / (hull[i].weight - hull[i - 1].weight);
            const double line = hull[i - 1].value + share * (hull[i].value - hull[i - 1].value);
            QVERIFY(knapsack.solve(half)->value >= line * (1 - 1e-12));
        }
    }

    void a_limit_leaves_a_gap_that_is_told() {
        std::mt19937 random(10);
        const Knapsack knapsack(layers(random, 300, 12, 0.5));
        const double capacity = std::floor(1.7 * knapsack.least_weight());
        const auto best = knapsack.solve(capacity);
        QVERIFY(best->proven());
        const auto hasty = knapsack.solve(capacity, {.time = std::chrono::nanoseconds(0)});
        QVERIFY(hasty->weight <= capacity);
        QVERIFY(hasty->value >= best->value);
        QVERIFY(hasty->bound <= best->value * (1 + 1e-12));
        QVERIFY(!hasty->proven());
        const auto small = knapsack.solve(capacity, {.states = 1});
        QVERIFY(small->value >= best->value && small->bound <= best->value * (1 + 1e-12));
    }

    void a_stop_is_heard() {
        std::mt19937 random(11);
        std::stop_source source;
        source.request_stop();
        const Knapsack knapsack(layers(random, 30, 6, 0.5));
        QVERIFY_EXCEPTION_THROWN(knapsack.solve(1.5 * knapsack.least_weight(), {.stop = source.get_token()}),
                                 Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestKnapsack)
#include "test_knapsack.moc"
