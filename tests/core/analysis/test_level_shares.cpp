// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/level_shares.h"
#include "core/quantize/kmeans.h"
#include "core/quantize/reference.h"
#include "core/tensor/float_conversion.h"

#include <QTest>

#include <cmath>
#include <map>
#include <random>
#include <vector>

using namespace halfstep;

class TestLevelShares : public QObject {
    Q_OBJECT
  private slots:
    // −1, 0 and 0.4 go to 0 and cost 1.16; 1.2 goes to 1 and costs 0.04; 3 goes to 2 and costs 1.
    void shares_are_those_of_the_values() {
        const MomentTable table = MomentTable::build(std::vector<float>{-1, 0, 0.4F, 1.2F, 3});
        const std::vector<float> levels = {0, 1, 2};
        const auto shares = level_shares(table, levels, codebook_thresholds(levels));
        QCOMPARE(shares.size(), std::size_t{3});
        const double weights[] = {0.6, 0.2, 0.2};
        const double errors[] = {1.16 / 2.2, 0.04 / 2.2, 1 / 2.2};
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(shares[i].weights, weights[i]);
            QVERIFY(std::abs(shares[i].error - errors[i]) < 1e-7);
        }
        QVERIFY(level_shares(table, {}, {}).empty());
    }

    void nothing_is_shared_where_nothing_is() {
        const MomentTable table = MomentTable::build(std::vector<float>{});
        const std::vector<float> levels = {0};
        const auto shares = level_shares(table, levels, {});
        QCOMPARE(shares.size(), std::size_t{1});
        QVERIFY(shares[0].weights == 0 && shares[0].error == 0);
    }

    // Each weight where the plain reference puts it; bfloat16, whose tables are exact. Integer schemes round
    // halves to even codes: a few weights that lie half-way may go the other way.
    void thresholds_are_those_of_the_formats_data() {
        QTest::addColumn<QString>("notation");
        QTest::addColumn<int>("half_way");
        for (const char* text : {"log4:tensor", "log5:tensor:sqrt2", "nf4:tensor", "kmeans3:tensor"})
            QTest::newRow(text) << text << 0;
        for (const char* text : {"int4:tensor", "int4:asym:tensor"})
            QTest::newRow(text) << text << 4;
    }
    void thresholds_are_those_of_the_formats() {
        QFETCH(QString, notation);
        QFETCH(int, half_way);
        const double aside = half_way / 2000.0;
        const Scheme scheme = parse_scheme(notation.toStdString());
        std::mt19937 generator(3);
        std::normal_distribution<float> normal(0.01F, 0.2F);
        std::vector<float> values(2000);
        for (float& value : values)
            value = bf16_to_f32(f32_to_bf16(normal(generator)));
        const ReferenceResult expected = quantize_reference(scheme, values, {1, values.size()});
        std::map<float, double> weights;
        std::map<float, double> errors;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float level = expected.reconstruction[i] + 0.0F;
            const double off = static_cast<double>(values[i]) - static_cast<double>(level);
            weights[level] += 1 / static_cast<double>(values.size());
            errors[level] += off * off / expected.sums.error_squared;
        }
        const MomentTable table = MomentTable::build(values, DType::bf16);
        const auto what_if_it = what_if(table, scheme);
        const auto shares = level_shares(table, what_if_it->levels, level_thresholds(scheme, *what_if_it));
        for (std::size_t i = 0; i < shares.size(); ++i) {
            const float level = what_if_it->levels[i] + 0.0F;
            QVERIFY(std::abs(shares[i].weights - weights[level]) <= aside + 1e-12);
            QVERIFY(std::abs(shares[i].error - errors[level]) <= 4 * aside + 1e-9);
        }
    }
};

QTEST_GUILESS_MAIN(TestLevelShares)
#include "test_level_shares.moc"
