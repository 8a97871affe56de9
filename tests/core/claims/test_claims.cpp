// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
class TestClaims : public QObject {
    Q_OBJECT
};
QTEST_GUILESS_MAIN(TestClaims)
#include "test_claims.moc"
