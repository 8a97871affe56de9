// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/clipped_error.h"

#include <QTest>

#include <vector>

using namespace halfstep;

class TestClippedError : public QObject {
    Q_OBJECT
  private slots:
    // By hand: of -3, -1, 0, 1, 4 two lie beyond ±2, by 1 and by 2; beyond [-4, 1] only 4, by 3.
    void what_lies_beyond_the_limits_counts_squared() {
        const MomentTable table = MomentTable::build(std::vector<float>{-3, -1, 0, 1, 4});
        QVERIFY(clipped_error(table, -2, 2) == 5);
        QVERIFY(clipped_error(table, -4, 1) == 9);
        QVERIFY(clipped_error(table, -4, 4) == 0);
    }
};

QTEST_GUILESS_MAIN(TestClippedError)
#include "test_clipped_error.moc"
