// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/sensitivity_costs.h"

#include <QTest>

#include <limits>

using namespace halfstep;

namespace {

SensitivityData::Row rowOf(const char* name, std::optional<int> block, double sensitivity,
                           std::vector<std::optional<double>> errors,
                           std::optional<double> planned = std::nullopt) {
    SensitivityData::Row row;
    row.tensor = QString::fromLatin1(name);
    row.block = block;
    row.sensitivity = sensitivity;
    row.rel_error = std::move(errors);
    row.planned_rel_error = planned;
    return row;
}

// Powers of two, so that costs are exact: 2·0.5² = 0.5 and the like.
SensitivityData sample() {
    SensitivityData data;
    data.schemes = {QStringLiteral("int8"), QStringLiteral("int4")};
    data.rows = {rowOf("embed", std::nullopt, 2, {0.25, 0.5}, 0.5),
                 rowOf("norm", std::nullopt, 1, {std::nullopt, std::nullopt}),
                 rowOf("a", 0, 1, {0.5, 1.0}, 0.25),
                 rowOf("b", 2, 4, {0.25, std::nullopt}, 0.5),
                 rowOf("c", 0, 1, {0.125, 0.25}, 0.0),
                 rowOf("head", std::nullopt, 1, {0.5, 0.5})};
    return data;
}

std::vector<std::size_t> rowsOf(const CostRanking& ranking) {
    std::vector<std::size_t> rows;
    for (const CostRanking::Place& place : ranking.places)
        rows.push_back(place.row);
    return rows;
}

}  // namespace

class TestSensitivityCosts : public QObject {
    Q_OBJECT
  private slots:
    void a_cost_is_the_sensitivity_times_the_squared_error() {
        const SensitivityData data = sample();
        QCOMPARE(costOf(data.rows[0], 0), std::optional(0.125));
        QCOMPARE(costOf(data.rows[0], planned_scheme), std::optional(0.5));
        QCOMPARE(costOf(data.rows[3], 0), std::optional(0.25));
        QVERIFY(!costOf(data.rows[3], 1));
        QVERIFY(!costOf(data.rows[5], planned_scheme));
        QVERIFY(!costOf(rowOf("x", 0, 1, {std::numeric_limits<double>::infinity()}), 0));
        QVERIFY(!costOf(rowOf("x", 0, 1, {std::numeric_limits<double>::quiet_NaN()}), 0));
    }

    void most_first_and_equal_ones_in_order() {
        const CostRanking int8 = rankByCost(sample(), 0);
        QCOMPARE(rowsOf(int8), (std::vector<std::size_t>{2, 3, 5, 0, 4}));
        QCOMPARE(int8.total, 0.25 + 0.25 + 0.25 + 0.125 + 0.015625);
        const CostRanking plan = rankByCost(sample(), planned_scheme);
        QCOMPARE(rowsOf(plan), (std::vector<std::size_t>{3, 0, 2, 4}));
        QCOMPARE(plan.places.front().cost, 1.0);
        QVERIFY(rankByCost({}, planned_scheme).places.empty());
    }

    // What has no block counts as before the blocks until one was seen, behind them afterwards.
    void costs_add_up_through_the_depth() {
        QCOMPARE(blockCount(sample()), 3);
        QCOMPARE(costThroughDepth(sample(), 0),
                 (std::vector<double>{0.125, 0.390625, 0.390625, 0.640625, 0.890625}));
        QCOMPARE(costThroughDepth(sample(), planned_scheme),
                 (std::vector<double>{0.5, 0.5625, 0.5625, 1.5625, 1.5625}));
    }

    void without_figures_there_is_no_curve() {
        SensitivityData data = sample();
        for (SensitivityData::Row& row : data.rows)
            row.rel_error[1].reset();
        QVERIFY(costThroughDepth(data, 1).empty());
        QVERIFY(costThroughDepth({}, planned_scheme).empty());
    }

    void a_plan_is_there_where_one_tensor_has_its_figure() {
        SensitivityData data = sample();
        QVERIFY(hasPlan(data));
        for (SensitivityData::Row& row : data.rows)
            row.planned_rel_error.reset();
        QVERIFY(!hasPlan(data));
    }
};

QTEST_GUILESS_MAIN(TestSensitivityCosts)
#include "test_sensitivity_costs.moc"
