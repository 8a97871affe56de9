// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/elementary.h"
#include "core/training/random.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

using namespace halfstep::training;

// The generator and the functions that all numbers of a training come from.
class TestRandom : public QObject {
    Q_OBJECT
  private slots:
    // The values that Vigna's splitmix64.c gives for this seed.
    void numbers_are_those_of_splitmix64() {
        Random random(1234567);
        for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                             4593380528125082431U, 16408922859458223821U})
            QVERIFY(random.next() == expected);
    }

    void streams_and_seeds_differ() {
        std::vector<std::uint64_t> firsts;
        for (std::uint64_t seed = 0; seed < 20; ++seed)
            for (std::uint64_t stream = 0; stream < 20; ++stream)
                firsts.push_back(Random(seed, stream).next());
        std::sort(firsts.begin(), firsts.end());
        QVERIFY(std::adjacent_find(firsts.begin(), firsts.end()) == firsts.end());
    }

    void normal_values_have_the_moments_of_the_normal_distribution() {
        Random random(7, 1);
        constexpr int count = 200'000;
        double sums[5] = {};
        int beyond_two = 0;
        for (int i = 0; i < count; ++i) {
            const double value = random.normal();
            for (int power = 1; power <= 4; ++power)
                sums[power] += std::pow(value, power);
            if (std::fabs(value) > 2) ++beyond_two;
        }
        // Within five standard errors.
        QVERIFY(std::fabs(sums[1] / count) < 5 * std::sqrt(1.0 / count));
        QVERIFY(std::fabs(sums[2] / count - 1) < 5 * std::sqrt(2.0 / count));
        QVERIFY(std::fabs(sums[3] / count) < 5 * std::sqrt(15.0 / count));
        QVERIFY(std::fabs(sums[4] / count - 3) < 5 * std::sqrt(96.0 / count));
        QVERIFY(std::fabs(beyond_two / double{count} - 0.0455003) < 5 * std::sqrt(0.0455 / count));
    }

    void shuffles_keep_all_items_and_put_them_anywhere() {
        std::vector<int> first(6, 0);
        for (std::uint64_t seed = 0; seed < 6000; ++seed) {
            std::vector<std::size_t> items(6);
            std::iota(items.begin(), items.end(), std::size_t{0});
            Random(seed, 3).shuffle(items);
            ++first[items.front()];
            std::sort(items.begin(), items.end());
            for (std::size_t i = 0; i < items.size(); ++i)
                QVERIFY(items[i] == i);
        }
        for (const int count : first)
            QVERIFY(std::abs(count - 1000) < 5 * 29);  // deviation √(6000·⅙·⅚)
    }

    void functions_are_those_of_the_library_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("exponential") << 0;
        QTest::newRow("logarithm") << 1;
        QTest::newRow("sine") << 2;
        QTest::newRow("cosine") << 3;
    }

    void functions_are_those_of_the_library() {
        QFETCH(int, which);
        Random random(9);
        for (int i = 0; i < 100'000; ++i) {
            const double x = 100 * random.uniform() - 50;
            double ours = 0;
            double theirs = 0;
            double scale = 1;  // sine and cosine: absolute
            switch (which) {
                case 0:
                    ours = exponential(x);
                    theirs = std::exp(x);
                    scale = theirs;
                    break;
                case 1:
                    ours = logarithm(std::exp2(x));
                    theirs = std::log(std::exp2(x));
                    scale = std::fabs(theirs);
                    break;
                case 2:
                    ours = sine(x);
                    theirs = std::sin(x);
                    break;
                default:
                    ours = cosine(x);
                    theirs = std::cos(x);
            }
            QVERIFY2(std::fabs(ours - theirs) <= 1e-15 * scale, qPrintable(QString::number(x, 'g', 17)));
        }
    }

    void functions_end_well() {
        QVERIFY(exponential(0) == 1 && logarithm(1) == 0 && sine(0) == 0 && cosine(0) == 1);
        QVERIFY(exponential(-800) == 0 && std::isinf(exponential(800)));
        QVERIFY(std::fabs(exponential(-744) / std::exp(-744.0) - 1) < 0.5);  // subnormal: a few bits
        QVERIFY(std::fabs(logarithm(5e-324) / std::log(5e-324) - 1) < 1e-15);
    }
};

QTEST_GUILESS_MAIN(TestRandom)
#include "test_random.moc"
