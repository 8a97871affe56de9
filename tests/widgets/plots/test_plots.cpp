// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every plot: exports, themes, degenerate data, selection.
#include "tests/widgets/plots/sample_data.h"
#include "widgets/plots/bit_strip.h"
#include "widgets/plots/budget_plot.h"
#include "widgets/plots/channel_plot.h"
#include "widgets/plots/error_plot.h"
#include "widgets/style/elided_label.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <QXmlStreamReader>

#include <algorithm>
#include <functional>
#include <memory>

using namespace halfstep;

namespace {

using Maker = std::function<std::unique_ptr<PlotView>()>;

struct Named {
    const char* name;
    Maker make;
};

std::vector<Named> filledPlots() {
    static const std::vector<float> values = sample::weights(20000);
    return {{"weights",
             [] {
                 auto plot = std::make_unique<HistogramPlot>();
                 plot->setHistogram(sample::histogramOf(values, 200), sample::statisticsOf(values));
                 plot->setOverlay(sample::uniformGrid(4, 0.08));
                 return plot;
             }},
            {"error",
             [] {
                 auto plot = std::make_unique<ErrorPlot>();
                 plot->setProfile(sample::errorProfile(values, 4, 0.06, 64));
                 return plot;
             }},
            {"channels",
             [] {
                 auto plot = std::make_unique<ChannelPlot>();
                 plot->setProfile(sample::channelProfile(96, 32, 16));
                 return plot;
             }},
            {"sensitivity",
             [] {
                 auto plot = std::make_unique<SensitivityPlot>();
                 plot->setData(sample::sensitivity(4));
                 return plot;
             }},
            {"budget",
             [] {
                 auto plot = std::make_unique<BudgetPlot>();
                 plot->setData(sample::budget(6));
                 return plot;
             }},
            {"compare", [] {
                 auto plot = std::make_unique<ComparePlot>();
                 plot->setSchemes(sample::comparedSchemes(9));
                 return plot;
             }}};
}

std::vector<Named> emptyPlots() {
    return {{"weights", [] { return std::make_unique<HistogramPlot>(); }},
            {"error", [] { return std::make_unique<ErrorPlot>(); }},
            {"channels", [] { return std::make_unique<ChannelPlot>(); }},
            {"sensitivity", [] { return std::make_unique<SensitivityPlot>(); }},
            {"budget", [] { return std::make_unique<BudgetPlot>(); }},
            {"compare", [] { return std::make_unique<ComparePlot>(); }}};
}

void show(PlotView& plot, const QSize& size = {760, 520}) {
    plot.resize(size);
    plot.show();
    QTest::qWait(20);
    plot.plot()->replot();
}

// Splits what has no quoted cells.
std::vector<QStringList> lines(const QByteArray& csv) {
    std::vector<QStringList> result;
    for (const QString& line : QString::fromUtf8(csv).split(QStringLiteral("\r\n"), Qt::SkipEmptyParts)) {
        result.push_back(line.split(u','));
    }
    return result;
}

}  // namespace

class TestPlots : public QObject {
    Q_OBJECT
  private slots:
    void exportsValidFiles_data() {
        QTest::addColumn<Maker>("make");
        for (const Named& plot : filledPlots())
            QTest::newRow(plot.name) << plot.make;
    }

    void exportsValidFiles() {
        QFETCH(Maker, make);
        const std::unique_ptr<PlotView> plot = make();
        plot->setSubject(QStringLiteral("a & b <tensor>"));
        show(*plot);

        QXmlStreamReader xml(plot->exportAs(PlotFormat::svg));
        int elements = 0;
        QString texts;
        while (!xml.atEnd()) {
            xml.readNext();
            elements += xml.isStartElement() ? 1 : 0;
            if (xml.isCharacters()) texts += xml.text();
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(elements > 20);
        QVERIFY(texts.contains(QStringLiteral("a & b <tensor>")));

        const QImage image = QImage::fromData(plot->exportAs(PlotFormat::png), "PNG");
        QVERIFY(image.width() == 2 * plot->plot()->width());
        const QByteArray pdf = plot->exportAs(PlotFormat::pdf);
        QVERIFY(pdf.startsWith("%PDF-1."));
        QVERIFY(pdf.trimmed().endsWith("%%EOF"));

        const PlotTable table = plot->table();
        QVERIFY(!table.rows.empty());
        for (const QStringList& row : table.rows)
            QCOMPARE(row.size(), table.headers.size());
        QVERIFY(plot->exportAs(PlotFormat::csv).startsWith(table.headers.first().toUtf8()));
    }

    void writesNumbersThatReadBack() {
        Histogram histogram;
        histogram.low = -1;
        histogram.high = 2;
        histogram.counts = {5, 0, 12345678901};
        HistogramPlot plot;
        plot.setHistogram(histogram, {});
        const auto rows = lines(plot.exportAs(PlotFormat::csv));
        QCOMPARE(rows.size(), std::size_t{4});
        QCOMPARE(rows[3][0], QStringLiteral("histogram"));
        QCOMPARE(rows[3][1].toDouble(), 1.0);
        QCOMPARE(rows[3][2].toDouble(), 2.0);
        QCOMPARE(rows[3][3], QStringLiteral("12345678901"));
        PlotTable table;
        table.headers = {QStringLiteral("a,b"), QStringLiteral("c\"d")};
        table.rows = {{cell(0.1), cell(std::optional<double>())}};
        QCOMPARE(toCsv(table), QByteArray("\"a,b\",\"c\"\"d\"\r\n0.10000000000000001,\r\n"));
    }

    void saysWhatToDoWhereThereIsNothing() {
        for (const Named& named : emptyPlots()) {
            const std::unique_ptr<PlotView> plot = named.make();
            show(*plot);
            QVERIFY2(!plot->hasData(), named.name);
            QVERIFY(!plot->plot()->isVisible());
            for (const PlotFormat format :
                 {PlotFormat::svg, PlotFormat::png, PlotFormat::pdf, PlotFormat::csv}) {
                QVERIFY(plot->exportAs(format).isEmpty());
            }
        }
    }

    void followsTheTheme() {
        for (const Named& named : filledPlots()) {
            applyTheme(*qApp, ThemeMode::light);
            const std::unique_ptr<PlotView> plot = named.make();
            show(*plot);
            const auto corner = [&plot] {
                return plot->grab().toImage().pixelColor(plot->width() - 4, plot->height() - 4);
            };
            QCOMPARE(corner(), lightTheme().surface);
            applyTheme(*qApp, ThemeMode::dark);
            QTest::qWait(30);
            QCOMPARE(corner(), darkTheme().surface);
            for (const QCPAxisRect* rect : plot->plot()->axisRects()) {
                QCOMPARE(rect->axis(QCPAxis::atBottom)->tickLabelColor(), darkTheme().mutedText);
            }
        }
        applyTheme(*qApp, ThemeMode::light);
    }

    void zoomsWithinTheDataAndBack() {
        const std::unique_ptr<PlotView> plot = filledPlots().front().make();
        show(*plot);
        const QCPAxis* axis = plot->plot()->axisRect(0)->axis(QCPAxis::atBottom);
        const QCPRange full = axis->range();
        QTest::keyClick(plot->plot(), Qt::Key_Minus);  // nothing beyond
        QCOMPARE(axis->range(), full);
        QTest::keyClick(plot->plot(), Qt::Key_Plus);
        QVERIFY(axis->range().size() < 0.75 * full.size());
        QTest::keyClick(plot->plot(), Qt::Key_Home);
        QCOMPARE(axis->range(), full);
    }

    void headingGivesWayWordByWord() {
        ErrorPlot plot;
        plot.setProfile(sample::errorProfile(sample::weights(1000), 4, 0.06, 64));
        plot.setSubject(QStringLiteral("layers.0.self_attn.rotary_emb.inv_freq"),
                        {QStringLiteral("int4:g64")});
        const auto* heading = plot.findChild<ElidedLabel*>();
        const auto shown_at = [&](int width) {
            show(plot, {width, 520});
            return heading->shownText();
        };
        QCOMPARE(shown_at(900),
                 QStringLiteral("Error   ·   layers.0.self_attn.rotary_emb.inv_freq · int4:g64"));
        const int whole = heading->fontMetrics().horizontalAdvance(heading->text());
        QCOMPARE(shown_at(whole), QStringLiteral("layers.0.self_attn.rotary_emb.inv_freq · int4:g64"));
        plot.clear();
        QCOMPARE(heading->shownText(), QStringLiteral("Error"));  // the subject is not shown, nor named
    }

    void stacksPanesInANarrowWindow() {
        ErrorPlot error;
        error.setProfile(sample::errorProfile(sample::weights(1000), 4, 0.06, 64));
        show(error, {900, 600});
        QList<QCPAxisRect*> rects = error.plot()->axisRects();
        const auto counts = std::find_if(rects.begin(), rects.end(), [](const QCPAxisRect* rect) {
            return rect->axis(QCPAxis::atLeft)->scaleType() == QCPAxis::stLogarithmic;
        });
        QVERIFY(counts != rects.end());
        const QCPAxisRect* distribution = *counts;
        rects.erase(counts);
        for (const QCPAxisRect* over_value : rects)
            QVERIFY(distribution->right() < over_value->left());
        show(error, {500, 600});
        for (const QCPAxisRect* over_value : rects) {
            QVERIFY(distribution->bottom() < over_value->top());
            QCOMPARE(over_value->left(), distribution->left());
        }
    }

    void doesNotCallClippingRounding() {
        ErrorProfile profile = sample::errorProfile(sample::weights(1000), 4, 0.06, 64);
        profile.rounding_squared += profile.clipping_squared;
        profile.clipping_squared = 0;
        profile.sums.clipped = 0;
        ErrorPlot plot;
        plot.setProfile(profile);
        QVERIFY(plot.plot()->accessibleDescription().contains(QStringLiteral("100 %")));
        profile.sums.clipped = 3;
        plot.setProfile(profile);
        QVERIFY(!plot.plot()->accessibleDescription().contains(QStringLiteral("100 %")));
    }

    // The plot gets its size only when it takes the place of the sentence that stands for it.
    void arrangesPanesAtTheSizeItIsShownAt() {
        ComparePlot plot;
        show(plot, {1100, 500});
        plot.setSchemes(sample::comparedSchemes(4));
        QTest::qWait(20);
        QVERIFY(plot.rowRect(0).width() < plot.plot()->width() * 3 / 4);
    }

    // The radar stands where it gets larger: beside the table of eight rows, or below it.
    void placesTheRadarWhereItIsLarger_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<bool>("beside");
        QTest::newRow("flat") << QSize(1100, 500) << true;
        QTest::newRow("wide") << QSize(1600, 800) << true;
        QTest::newRow("as high as wide") << QSize(980, 960) << false;
        QTest::newRow("high") << QSize(820, 900) << false;
        QTest::newRow("narrow") << QSize(600, 420) << false;
    }
    void placesTheRadarWhereItIsLarger() {
        QFETCH(QSize, size);
        QFETCH(bool, beside);
        ComparePlot plot;
        show(plot, size);
        plot.setSchemes(sample::comparedSchemes(8));
        QTest::qWait(20);
        QCOMPARE(plot.plot()->plotLayout()->columnCount(), beside ? 2 : 1);
    }

    void marksTheSelectedTensorInSmallCellsToo() {
        SensitivityPlot plot;
        plot.setData(sample::sensitivity(12));
        show(plot, {400, 500});
        const QImage before = plot.renderImage({400, 500});
        plot.setSelectedTensor(sample::sensitivity(12).rows[40].tensor);
        const QImage after = plot.renderImage({400, 500});
        QRect map;
        for (const QCPAxisRect* rect : plot.plot()->axisRects()) {
            if (rect->axis(QCPAxis::atLeft)->rangeReversed()) map = rect->rect();
        }
        QVERIFY(before.copy(map) != after.copy(map));
    }

    void selectsAChannel() {
        ChannelPlot plot;
        plot.setProfile(sample::channelProfile(96, 96, 16));
        show(plot);
        QSignalSpy selected(&plot, &ChannelPlot::channelSelected);
        const QCPAxisRect* rect = plot.plot()->axisRect(0);
        const QPoint at(static_cast<int>(rect->axis(QCPAxis::atBottom)->coordToPixel(42)),
                        rect->center().y());
        QTest::mouseClick(plot.plot(), Qt::LeftButton, Qt::NoModifier, at);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.at(0).at(0).value<std::size_t>(), std::size_t{42});
        plot.setOrder(ChannelPlot::Order::range);  // the table and the clicks follow the order shown
        const PlotTable table = plot.table();
        QTest::mouseClick(plot.plot(), Qt::LeftButton, Qt::NoModifier, at);
        QCOMPARE(QString::number(selected.last().at(0).value<std::size_t>()), table.rows[42].first());
    }

    void selectsATensor() {
        SensitivityPlot plot;
        const SensitivityData data = sample::sensitivity(2);
        plot.setData(data);
        show(plot);
        QSignalSpy selected(&plot, &SensitivityPlot::tensorSelected);
        const QList<QCPAxisRect*> rects = plot.plot()->axisRects();
        const auto map = std::find_if(rects.begin(), rects.end(), [](const QCPAxisRect* rect) {
            return rect->axis(QCPAxis::atLeft)->rangeReversed();  // tensors run downwards, in the map alone
        });
        QVERIFY(map != rects.end());
        const QCPAxisRect* rect = *map;
        const QPoint at(rect->center().x(), static_cast<int>(rect->axis(QCPAxis::atLeft)->coordToPixel(5)));
        QTest::mouseClick(plot.plot(), Qt::LeftButton, Qt::NoModifier, at);
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.at(0).at(0).toString(), data.rows[5].tensor);
        QTest::keyClick(plot.plot(), Qt::Key_Down);
        QCOMPARE(plot.selectedTensor(), data.rows[6].tensor);
    }

    void placesTensorsByDepthAndRole() {
        BitStrip strip;
        const BudgetData data = sample::budget(4);
        strip.set(data.cells);
        QCOMPARE(strip.columnNames(), (QStringList{"in", "0", "1", "2", "3", "out"}));
        QCOMPARE(strip.rows(), std::size_t{4});  // ends, q, up, down
        QCOMPARE(*strip.columnOf(0), std::size_t{0});
        QCOMPARE(*strip.columnOf(1), std::size_t{1});
        QCOMPARE(*strip.columnOf(data.cells.size() - 1), std::size_t{5});

        // Three halves of 1 + ε: (1.5)³ − 1 = 2.375, column by column.
        std::vector<BudgetData::Cell> cells(3);
        for (int i = 0; i < 3; ++i) {
            cells[static_cast<std::size_t>(i)].block = i;
            cells[static_cast<std::size_t>(i)].rel_error = 0.5;
        }
        cells[1].former_rel_error = 1;
        strip.set(cells);
        const auto sums = strip.accumulatedError(cells, false);
        QVERIFY(!sums[0] && *sums[1] == 0.5 && *sums[2] == 1.25 && *sums[3] == 2.375 && *sums[4] == 2.375);
        const auto former = strip.accumulatedError(cells, true);
        QVERIFY(!former[1] && *former[2] == 1);

        // Experts share a place: the mean over their weights; without blocks each tensor has a column.
        cells[0].block = cells[1].block = 2;
        cells[0].elements = 100;
        cells[1].elements = 300;
        cells[0].bits = 8;
        cells[1].bits = 4;
        cells[0].locked = true;
        strip.set({cells[0], cells[1]});
        QCOMPARE(strip.fields().size(), std::size_t{1});
        QVERIFY(strip.fields()[0].bits == 5 && !strip.fields()[0].locked);
        for (BudgetData::Cell& cell : cells)
            cell.block.reset();
        strip.set(cells);
        QCOMPARE(strip.columns(), std::size_t{3});
    }

    void dragsABudgetAndSelectsATensor() {
        BudgetPlot plot;
        const BudgetData data = sample::budget(6);
        plot.setData(data);
        show(plot);
        QSignalSpy dragged(&plot, &BudgetPlot::budgetDragged);
        QSignalSpy released(&plot, &BudgetPlot::budgetReleased);
        const QRect front = plot.frontRect()->rect();
        const QPoint from(static_cast<int>(plot.budgetPixel()), front.center().y());
        QTest::mousePress(plot.plot(), Qt::LeftButton, Qt::NoModifier, from);
        const QPoint to(front.right() + 400, from.y());  // beyond what there is
        QMouseEvent move(QEvent::MouseMove, to, plot.plot()->mapToGlobal(to), Qt::NoButton, Qt::LeftButton,
                         {});
        QApplication::sendEvent(plot.plot(), &move);
        QTest::mouseRelease(plot.plot(), Qt::LeftButton, Qt::NoModifier, to);
        QCOMPARE(released.count(), 1);
        QVERIFY(dragged.count() == 1 && dragged[0][0].toDouble() == 8.25);

        QSignalSpy selected(&plot, &BudgetPlot::tensorSelected);
        const BitStrip::Field& field = plot.strip().fields().back();
        QTest::mouseClick(plot.plot(), Qt::LeftButton, Qt::NoModifier,
                          plot.strip().place(plot.stripRect(), field).center().toPoint());
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected[0][0].toString(), data.cells[field.cells.front()].tensor);
    }

    void selectsAScheme() {
        ComparePlot plot;
        plot.setSchemes(sample::comparedSchemes(4));
        show(plot);
        QSignalSpy selected(&plot, &ComparePlot::schemeSelected);
        QTest::mouseClick(plot.plot(), Qt::LeftButton, Qt::NoModifier, plot.rowRect(2).center());
        QCOMPARE(selected.count(), 1);
        QCOMPARE(selected.at(0).at(0).value<std::size_t>(), std::size_t{2});
    }

    void survivesDegenerateData() {
        ErrorProfile none;
        ErrorProfile exact;
        exact.errors.counts = {7};
        exact.by_value.resize(1);
        exact.by_value[0].count = 7;
        ErrorPlot error;
        for (const ErrorProfile& profile : {none, exact}) {
            error.setProfile(profile);
            QVERIFY(!error.exportAs(PlotFormat::svg).isEmpty());
        }
        ChannelPlot channels;
        for (const std::size_t count : {0, 1, 2}) {
            ChannelProfile profile;
            profile.channels.resize(count);
            profile.map.rows = profile.map.columns = count;
            profile.map.abs_max.assign(count * count, 0);
            profile.map.rms_error.assign(count * count, 0);
            channels.setProfile(profile);
            channels.setOrder(ChannelPlot::Order::range);
            QVERIFY(!channels.exportAs(PlotFormat::png).isEmpty());
        }
        SensitivityPlot sensitivity;
        SensitivityData data;
        sensitivity.setData(data);
        QVERIFY(!sensitivity.hasData());
        data.schemes = QStringList{QStringLiteral("keep")};
        data.rows.resize(1);
        sensitivity.setData(data);  // no figure
        QVERIFY(!sensitivity.exportAs(PlotFormat::png).isEmpty());
        data.rows[0].rel_error = {0.0};
        sensitivity.setData(data);  // exact
        QVERIFY(!sensitivity.exportAs(PlotFormat::png).isEmpty());
        BudgetPlot budget;
        BudgetData nothing = sample::budget(0);
        nothing.front.reset();
        nothing.best.reset();
        nothing.plan.reset();
        nothing.uniform.clear();
        nothing.methods.clear();
        nothing.note = QStringLiteral("why");
        budget.setData(nothing);
        QVERIFY(!budget.exportAs(PlotFormat::png).isEmpty());
        nothing.front = std::make_shared<const std::vector<BudgetData::Point>>(1, BudgetData::Point{4, 0, 1});
        nothing.plan = BudgetData::Point{4, 0, 1};  // exact
        budget.setData(nothing);
        QVERIFY(!budget.exportAs(PlotFormat::png).isEmpty());
        ComparePlot compare;
        ComparedScheme refused;
        refused.label = QStringLiteral("q4_0");
        refused.measurement.refused = "rows of 5 elements are no multiple of 32";
        compare.setSchemes({refused, ComparedScheme{QStringLiteral("keep"), {}}});
        QVERIFY(!compare.exportAs(PlotFormat::png).isEmpty());
    }

    void drawsAHundredThousandChannels() {
        ChannelPlot plot;
        plot.setProfile(sample::channelProfile(100000, 512, 64));
        show(plot);
        // One channel far outside is seen, though over a hundred share its pixel.
        ChannelProfile profile = sample::channelProfile(100000, 512, 64);
        for (ChannelProfile::Channel& channel : profile.channels) {
            channel.min = -0.1F;
            channel.max = 0.1F;
            channel.rms = 0.05;
        }
        profile.channels[54321].max = 10;
        plot.setProfile(profile);
        QTest::qWait(20);
        plot.plot()->replot();
        const QCPAxisRect* rect = plot.plot()->axisRect(0);
        const QPoint peak(static_cast<int>(rect->axis(QCPAxis::atBottom)->coordToPixel(54321)),
                          static_cast<int>(rect->axis(QCPAxis::atLeft)->coordToPixel(5)));
        const QImage image = plot.plot()->grab().toImage();
        bool seen = false;
        for (int dx = -2; dx <= 2; ++dx) {
            seen |= image.pixelColor(peak + QPoint(dx, 3)) != image.pixelColor(peak + QPoint(20, 3));
        }
        QVERIFY(seen);
    }
};

QTEST_MAIN(TestPlots)
#include "test_plots.moc"
