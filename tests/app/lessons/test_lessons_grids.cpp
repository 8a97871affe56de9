// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons 6 and 7, dragged and typed: what they show is what the engine says, or what one works out by hand.
#include "core/analysis/what_if.h"
#include "core/quantize/lloyd.h"
#include "tests/app/lessons/stage_host.h"
#include "tests/support/test_data.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QPushButton>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace halfstep;
using halfstep::testing::StageHost;

namespace {

bool near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

// What both lessons draw theirs from.
MomentTable gaussian() {
    return MomentTable::build(toy_weights({}, 32 * 256, 1));
}

double sqnrOf(const MomentTable& table, const char* scheme) {
    return *sqnr_db(what_if(table, parse_scheme(scheme))->answer.sums);
}

}  // namespace

class TestLessonsGrids : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::light); }

    void a_bit_is_worth_six_decibels() {
        StageHost host("bits-against-noise");
        const MomentTable table = gaussian();
        QVERIFY(near(host.figure("slope"), 20 * std::log10(2.0), 0.15));
        QVERIFY(near(host.figure("sqnr"), sqnrOf(table, "int4:tensor"), 1e-9));
        QVERIFY(near(host.figure("mse"), sqnrOf(table, "int4:tensor:mse"), 1e-9));
        host.drag("bits", 8);
        QVERIFY(host.number("bits") == 8);
        QVERIFY(near(host.figure("sqnr"), sqnrOf(table, "int8:tensor"), 1e-9));
        QVERIFY(near(host.figure("sqnr"), host.figure("line"), 0.3));
        host.press("bits", Qt::Key_Left, 6);
        QVERIFY(host.number("bits") == 2);
        QVERIFY(host.figure("line") - host.figure("sqnr") > 1);  // there the line breaks
        host.keepPicture("lesson-6-two-bits");
        host.stage().reset();
        QVERIFY(host.number("bits") == 4);
    }

    // max|x|/rms of uniform data is √3: c = 10·log10(3) − 20·log10(√3) = 0.
    void uniform_data_lie_on_the_line_through_zero() {
        StageHost host("bits-against-noise");
        host.stage().parameters().setChoice(QStringLiteral("data"), QStringLiteral("uniform"));
        QVERIFY(near(host.figure("offset"), 0, 0.1));
        QVERIFY(near(host.figure("crest"), std::numbers::sqrt3, 0.02));
    }

    // Twice the range is twice the step.
    void a_largest_weight_twice_as_large_costs_a_bit() {
        StageHost host("bits-against-noise");
        host.stage().parameters().setNumber(QStringLiteral("bits"), 8);
        const double before = host.figure("sqnr");
        const double largest = host.stage().plot().scene().panes[0].handles[0].x;
        host.drag("outlier", 2 * largest);
        QVERIFY(near(host.number("outlier"), 2, 0.05));
        QVERIFY(near(before - host.figure("sqnr"), 20 * std::log10(host.number("outlier")), 0.3));
        QVERIFY(near(host.figure("outlier_bits"), 1, 0.05));
        host.press("outlier", Qt::Key_Right, 4);
        QVERIFY(host.number("outlier") > 2.1);
        QTRY_VERIFY(host.stage().isSettled());
        std::vector<float> values = toy_weights({}, 32 * 256, 1);
        std::ranges::max_element(values, {}, [](float x) { return std::abs(x); })[0] =
            static_cast<float>(largest * host.number("outlier"));
        QVERIFY(near(host.figure("mse"), sqnrOf(MomentTable::build(values), "int8:tensor:mse"), 1e-6));
        host.keepPicture("lesson-6-outlier");
    }

    void lloyd_goes_from_the_uniform_grid_to_the_best() {
        StageHost host("grids");
        const MomentTable table = gaussian();
        const auto even = what_if(table, parse_scheme("int4:asym:tensor"));
        QVERIFY(near(host.figure("learned"), *sqnr_db(even->answer.sums), 0.01));
        auto* button = host.stage().findChild<QPushButton*>(QStringLiteral("lloyd_step"));
        QVERIFY(button != nullptr);
        std::vector<double> centres(even->levels.begin(), even->levels.end());
        double before = host.figure("learned");
        for (int step = 1; step <= 3; ++step) {
            button->click();
            centres = lloyd_step({table.means(), table.counts(), table.spreads()}, centres);
            QVERIFY(host.number("steps") == step);
            const auto expected = sqnr_db(table.evaluate_levels(codebook_levels(centres)).sums);
            QVERIFY(near(host.figure("learned"), *expected, 1e-9));
            QVERIFY(host.figure("learned") > before);
            before = host.figure("learned");
        }
        QCOMPARE(host.stage().parameters().choice(QStringLiteral("grid")), QStringLiteral("learned"));
        host.drag("steps", 60);
        QVERIFY(host.number("steps") == 60);
        QVERIFY(host.figure("learned") > before && host.figure("learned") <= host.figure("best") + 1e-9);
        host.press("steps", Qt::Key_Left, 2);
        QVERIFY(host.number("steps") == 58);
        host.keepPicture("lesson-7-learned");
        host.stage().reset();
        QVERIFY(host.number("steps") == 0);
    }

    void grids_are_those_of_the_engine() {
        StageHost host("grids");
        const MomentTable table = gaussian();
        QVERIFY(near(host.figure("uniform"), sqnrOf(table, "int4:tensor:mse"), 1e-9));
        QVERIFY(near(host.figure("log"), sqnrOf(table, "log4:tensor:mse"), 1e-9));
        QVERIFY(near(host.figure("fp4"), sqnrOf(table, "fp4_e2m1:tensor:mse"), 1e-9));
        QVERIFY(near(host.figure("best"), sqnrOf(table, "kmeans4:tensor"), 1e-9));
        QVERIFY(host.figure("nf4") >= sqnrOf(table, "nf4:tensor"));
        for (const char* other : {"uniform", "log", "fp4", "nf4"})
            QVERIFY(host.figure("best") >= host.figure(other));
        // Max (1960): 16 levels for a Gaussian are 20.22 dB; here for one sample of it.
        QVERIFY(near(host.figure("best"), 20.22, 0.3));
        for (const char* grid : {"log", "nf4", "fp4", "learned"}) {
            host.stage().parameters().setChoice(QStringLiteral("grid"), QLatin1String(grid));
            host.keepPicture(QStringLiteral("lesson-7-") + QLatin1String(grid));
        }
    }

    // 2^k takes x from 2^(k−½) to 2^(k+½).
    void rounding_to_powers_of_two_is_off_by_its_bounds() {
        StageHost host("grids");
        QVERIFY(near(host.figure("log_down"), 100 * (1 - std::numbers::sqrt2 / 2), 0.05));
        QVERIFY(near(host.figure("log_up"), 100 * (std::numbers::sqrt2 - 1), 0.05));
    }

    void layers_are_taken_data() {
        QTest::addColumn<QString>("lesson");
        for (const char* lesson : {"bits-against-noise", "grids"})
            QTest::newRow(lesson) << lesson;
    }
    void layers_are_taken() {
        QFETCH(QString, lesson);
        StageHost host(lesson);
        for (const double bits : {2.0, 8.0}) {
            host.stage().parameters().setChoice(QStringLiteral("bits"), QString::number(bits));
            host.stage().parameters().setNumber(QStringLiteral("bits"), bits);
            QCOMPARE(testing::unreadable(host, testing::awkwardLayers()), QStringList());
        }
        host.stage().reset();
        const auto sample = testing::layersOf(testing::project_path("resources/samples/tidewater"), 4);
        QCOMPARE(sample.size(), std::size_t{4});
        QCOMPARE(testing::notFinite(host, sample), QStringList());
        host.stage().setLayer(nullptr);
        QVERIFY(host.stage().figure(host.lesson().prediction.figure) > 0);
        const auto models = testing::models_folder();
        if (!models) QSKIP("the folder of real models is not there");
        const auto real = testing::layersOf(*models / "silero-vad/silero_vad_16k.safetensors", 8);
        QVERIFY(!real.empty());
        QCOMPARE(testing::notFinite(host, real), QStringList());
    }

    // Of the same name, as another checkpoint has them.
    void another_layer_is_not_taken_for_the_same() {
        for (const char* lesson : {"bits-against-noise", "grids"}) {
            StageHost host(lesson);
            const auto layer = [](ToyDistribution toy) {
                return lessonTensor(QStringLiteral("weights"), {8, 64},
                                    toy_weights({.distribution = toy}, 512, 5));
            };
            host.stage().setLayer(layer(ToyDistribution::gaussian));
            const double before = host.stage().figures().front().value;
            host.stage().setLayer(layer(ToyDistribution::uniform));
            QVERIFY(host.stage().figures().front().value > before + 1);
        }
    }

    void the_hand_is_followed_data() {
        QTest::addColumn<QString>("lesson");
        QTest::addColumn<QString>("parameter");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("6 bits") << "bits-against-noise"
                                << "bits" << 2.0 << 10.0;
        QTest::newRow("6 outlier") << "bits-against-noise"
                                   << "outlier" << 1.0 << 6.0;
        QTest::newRow("7 steps") << "grids"
                                 << "steps" << 0.0 << 60.0;
    }
    void the_hand_is_followed() {
        QFETCH(QString, lesson);
        QFETCH(QString, parameter);
        QFETCH(double, low);
        QFETCH(double, high);
        StageHost host(lesson);
        if (lesson == QLatin1String("grids"))
            host.stage().parameters().setChoice(QStringLiteral("grid"), QStringLiteral("learned"));
        const double step = host.medianStep(parameter.toLatin1().constData(), low, high);
        qInfo("%.2f ms a step", step);
        QVERIFY(step < 100);
    }
};

QTEST_MAIN(TestLessonsGrids)
#include "test_lessons_grids.moc"
