// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/plots/sample_data.h"

#include <QCheckBox>
#include <QSignalSpy>
#include <QTest>

using namespace halfstep;
using Handle = HistogramPlot::Handle;

namespace {

// A plot on the screen with the range of values known: weights from -1 to 1, so that the axis spans
// -1.1..1.1.
class Shown {
  public:
    explicit Shown(const GridOverlay& overlay) {
        Histogram histogram;
        histogram.low = -1;
        histogram.high = 1;
        histogram.counts.assign(100, 10);
        TensorStatistics statistics;
        statistics.count = 1000;
        statistics.min = -1;
        statistics.max = 1;
        statistics.std = 0.5;
        plot.setHistogram(histogram, statistics);
        plot.setOverlay(overlay);
        plot.resize(800, 500);
        plot.show();
        settle();
    }

    void settle() {
        QTest::qWait(20);
        plot.plot()->replot();
    }

    QCustomPlot* canvas() const { return plot.plot(); }
    const QCPAxis* axis() const { return canvas()->axisRect(0)->axis(QCPAxis::atBottom); }
    double unitsPerPixel() const { return axis()->range().size() / canvas()->axisRect(0)->width(); }

    void press(const QPointF& at) {
        QTest::mousePress(canvas(), Qt::LeftButton, Qt::NoModifier, at.toPoint());
    }
    void move(const QPointF& to) { QTest::mouseMove(canvas(), to.toPoint()); }
    void release(const QPointF& at) {
        QTest::mouseRelease(canvas(), Qt::LeftButton, Qt::NoModifier, at.toPoint());
    }

    HistogramPlot plot;
};

// QTest's mouse move carries no buttons on some platforms; the plot tracks its drag by itself.
GridOverlay symmetric(double limit) {
    return sample::uniformGrid(4, limit);
}

}  // namespace

class TestHistogramPlot : public QObject {
    Q_OBJECT
  private slots:
    void dragsBothLimitsOfASymmetricGrid() {
        Shown shown(symmetric(0.5));
        QSignalSpy dragged(&shown.plot, &HistogramPlot::clipDragged);
        QSignalSpy finished(&shown.plot, &HistogramPlot::dragFinished);
        const QPointF grip = shown.plot.handlePosition(Handle::high);
        const QPointF target(shown.axis()->coordToPixel(0.75), grip.y());
        shown.press(grip);
        shown.move(target);
        QCOMPARE(dragged.count(), 1);
        const double tolerance = 1.5 * shown.unitsPerPixel();
        QVERIFY(std::abs(dragged.at(0).at(1).toDouble() - 0.75) <= tolerance);
        QCOMPARE(dragged.at(0).at(0).toDouble(), -dragged.at(0).at(1).toDouble());
        QCOMPARE(finished.count(), 0);
        shown.release(target);
        QCOMPARE(finished.count(), 1);
        QCOMPARE(shown.plot.overlay()->clip_high, dragged.at(0).at(1).toDouble());
    }

    void dragsTheLowerLimitWithoutAJump() {
        Shown shown(symmetric(0.5));
        QSignalSpy dragged(&shown.plot, &HistogramPlot::clipDragged);
        const QPointF grip = shown.plot.handlePosition(Handle::low);
        shown.press(grip + QPointF(4, 0));  // beside the middle of the grip
        shown.move(grip + QPointF(4 - 20, 0));
        QCOMPARE(dragged.count(), 1);
        const double expected = -0.5 - 20 * shown.unitsPerPixel();
        QVERIFY(std::abs(dragged.at(0).at(0).toDouble() - expected) <= shown.unitsPerPixel());
        shown.release(grip);
    }

    void keepsTheRatioOfFullRangeCodes() {
        GridOverlay overlay = symmetric(0.7);
        overlay.clip_low = -0.8;  // codes -8..7
        Shown shown(overlay);
        QSignalSpy dragged(&shown.plot, &HistogramPlot::clipDragged);
        const QPointF grip = shown.plot.handlePosition(Handle::high);
        shown.press(grip);
        shown.move(QPointF(shown.axis()->coordToPixel(0.35), grip.y()));
        shown.release(grip);
        const double ratio = dragged.at(0).at(0).toDouble() / dragged.at(0).at(1).toDouble();
        QVERIFY(std::abs(ratio + 8.0 / 7) < 1e-12);
    }

    void movesOneLimitOfAnAsymmetricGridAndHoldsZero() {
        Shown shown(sample::asymmetricGrid(4, -0.4, 0.8));
        QSignalSpy dragged(&shown.plot, &HistogramPlot::clipDragged);
        const double high = shown.plot.overlay()->clip_high;
        const QPointF grip = shown.plot.handlePosition(Handle::low);
        shown.press(grip);
        shown.move(QPointF(shown.axis()->coordToPixel(-0.2), grip.y()));
        QVERIFY(std::abs(dragged.last().at(0).toDouble() + 0.2) <= 1.5 * shown.unitsPerPixel());
        QCOMPARE(dragged.last().at(1).toDouble(), high);
        shown.move(QPointF(shown.axis()->coordToPixel(0.3), grip.y()));  // beyond zero
        QCOMPARE(dragged.last().at(0).toDouble(), 0.0);
        shown.release(grip);
    }

    void dragsTheZeroPoint() {
        // Scale 0.08, z = 5: from -0.4 to 0.8.
        Shown shown(sample::asymmetricGrid(4, -0.4, 0.8));
        QCOMPARE(shown.plot.overlay()->zero_point->value, 5);
        QSignalSpy dragged(&shown.plot, &HistogramPlot::zeroPointDragged);
        const QPointF grip = shown.plot.handlePosition(Handle::zero_point);
        const QPointF target(shown.axis()->coordToPixel(0.2 - 2 * 0.08), grip.y());  // two steps to the left
        shown.press(grip);
        shown.move(target);
        shown.release(target);
        QCOMPARE(dragged.last().at(0).toInt(), 7);
        QVERIFY(std::abs(shown.plot.overlay()->clip_low + 7 * 0.08) < 1e-6);
        QVERIFY(std::abs(shown.plot.overlay()->clip_high - 8 * 0.08) < 1e-6);
    }

    void escapeRestoresTheLimits() {
        Shown shown(symmetric(0.5));
        QSignalSpy dragged(&shown.plot, &HistogramPlot::clipDragged);
        QSignalSpy finished(&shown.plot, &HistogramPlot::dragFinished);
        const QPointF grip = shown.plot.handlePosition(Handle::high);
        shown.press(grip);
        shown.move(grip + QPointF(60, 0));
        QTest::keyClick(shown.canvas(), Qt::Key_Escape);
        QCOMPARE(finished.count(), 1);
        QCOMPARE(dragged.last().at(1).toDouble(), 0.5);
        QCOMPARE(shown.plot.overlay()->clip_high, 0.5);
        shown.release(grip);
        QCOMPARE(finished.count(), 1);
    }

    void nudgesWithTheKeyboard() {
        Shown shown(symmetric(0.5));
        QSignalSpy dragged(&shown.plot, &HistogramPlot::clipDragged);
        QSignalSpy finished(&shown.plot, &HistogramPlot::dragFinished);
        QTest::keyClick(shown.canvas(), Qt::Key_Right);
        QCOMPARE(dragged.count(), 1);
        QCOMPARE(finished.count(), 1);
        const double small = dragged.at(0).at(1).toDouble() - 0.5;
        QVERIFY(std::abs(small - shown.unitsPerPixel()) < 1e-9);
        QTest::keyClick(shown.canvas(), Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(std::abs(dragged.last().at(1).toDouble() - (0.5 + small - 10 * small)) < 1e-9);
        QTest::keyClick(shown.canvas(), Qt::Key_Up);
        QCOMPARE(shown.plot.activeHandle(), Handle::low);
    }

    void fixedLimitsAreNotDragged() {
        GridOverlay overlay = symmetric(0.5);
        overlay.clip_draggable = false;
        Shown shown(overlay);
        QSignalSpy dragged(&shown.plot, &HistogramPlot::clipDragged);
        const QPointF grip = shown.plot.handlePosition(Handle::high);
        shown.press(grip);
        shown.move(grip + QPointF(50, 0));
        shown.release(grip);
        QCOMPARE(dragged.count(), 0);
    }

    void aNewOverlayDoesNotRedrawTheBars() {
        Shown shown(symmetric(0.5));
        QSignalSpy replots(shown.canvas(), &QCustomPlot::afterReplot);
        const QPointF grip = shown.plot.handlePosition(Handle::high);
        shown.press(grip);
        for (int step = 1; step <= 20; ++step) {
            shown.move(grip + QPointF(3 * step, 0));
            shown.plot.setOverlay(symmetric(shown.plot.overlay()->clip_high));
            QCoreApplication::processEvents();
        }
        QCOMPARE(replots.count(), 0);
        shown.release(grip);
    }

    void showsWhatIsUnderTheMouse() {
        Shown shown(symmetric(0.7));
        const QRect area = shown.canvas()->axisRect(0)->rect();
        shown.move(QPointF(shown.axis()->coordToPixel(0.305), area.center().y()));
        const QString text = shown.plot.readOutText();
        QVERIFY2(text.contains(QStringLiteral("10 weights")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("code 3 ")), qPrintable(text));  // 0.3 / 0.1
    }

    void survivesDegenerateData_data() {
        QTest::addColumn<double>("value");
        QTest::addColumn<int>("bins");
        QTest::newRow("all zeros") << 0.0 << 64;
        QTest::newRow("one value") << 3.5 << 1;
        QTest::newRow("tiny") << 1e-42 << 16;
        QTest::newRow("no bins") << 0.0 << 0;
    }

    void survivesDegenerateData() {
        QFETCH(double, value);
        QFETCH(int, bins);
        Histogram histogram;
        histogram.low = histogram.high = value;
        histogram.counts.assign(static_cast<std::size_t>(bins), 1);
        TensorStatistics statistics;
        statistics.count = 1;
        statistics.min = statistics.max = statistics.mean = value;
        for (const bool log_count : {false, true}) {
            HistogramPlot plot;
            plot.setLogCount(log_count);
            plot.setHistogram(histogram, statistics);
            plot.setOverlay({});
            plot.setOverlay(symmetric(0));
            QVERIFY(!plot.exportAs(PlotFormat::png).isEmpty());
            for (const QCPAxis* axis : plot.plot()->axisRect(0)->axes())
                QVERIFY(axis->range().size() > 0);
        }
    }
};

QTEST_MAIN(TestHistogramPlot)
#include "test_histogram_plot.moc"
