// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/claims.h"
#include "tests/support/oracle.h"
#include "tests/support/test_data.h"

#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>

using namespace halfstep;
using namespace halfstep::testing;

namespace {

QString text(std::string_view view) {
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

// Least errors are found by two different searches; all else has one definition.
double tolerance(const QString& figure) {
    return figure.contains("over the least") || figure.contains("least error") ? 1e-4 : 1e-6;
}

}  // namespace

// Ten claims, worked out anew with NumPy from weights that it draws and reads itself.
class TestClaimsOracle : public QObject {
    Q_OBJECT

    QJsonObject expected_;

  private slots:
    void initTestCase() {
        if (!python_with_numpy()) QSKIP("there is no Python with NumPy: claims are not worked out anew");
        const auto sample = project_path("resources/samples/tidewater/model.safetensors");
        expected_ = run_oracle("tests/oracle/claims_oracle.py", {QString::fromStdString(sample.string())});
        QVERIFY2(!expected_.contains("failed"), qPrintable(expected_["failed"].toString()));
    }

    void figures_are_those_of_numpy_data() {
        QTest::addColumn<int>("least");
        QTest::newRow("rounding-error") << 9;
        QTest::newRow("optimal-scale") << 24;
        QTest::newRow("log2-error") << 8;
        QTest::newRow("second-moment") << 54;
        QTest::newRow("size") << 36;
        QTest::newRow("size-reduction") << 16;
        QTest::newRow("mixed-precision") << 7;
        QTest::newRow("nf4") << 20;
        QTest::newRow("group-size") << 24;
        QTest::newRow("decibels-per-bit") << 70;
    }

    void figures_are_those_of_numpy() {
        QFETCH(int, least);
        const QString id = QTest::currentDataTag();
        const Claim* claim = find_claim(id.toStdString());
        const ClaimInputs inputs{open_model(project_path("resources/samples/tidewater")), "sample"};
        const ClaimFinding finding = claim->measure(inputs, {});
        const QJsonObject figures = expected_[id].toObject();
        QVERIFY(figures.size() >= least);
        for (auto figure = figures.begin(); figure != figures.end(); ++figure) {
            const auto found = std::ranges::find(finding.figures, figure.key(),
                                                 [](const ClaimFigure& each) { return text(each.name); });
            QVERIFY2(found != finding.figures.end(), qPrintable(figure.key()));
            const double wanted = figure.value().toDouble();
            QVERIFY2(std::abs(found->value - wanted) <= tolerance(figure.key()) * std::abs(wanted),
                     qPrintable(QString("%1: %2, NumPy %3")
                                    .arg(figure.key())
                                    .arg(found->value, 0, 'g', 12)
                                    .arg(wanted, 0, 'g', 12)));
        }
    }
};

QTEST_GUILESS_MAIN(TestClaimsOracle)
#include "test_claims_oracle.moc"
