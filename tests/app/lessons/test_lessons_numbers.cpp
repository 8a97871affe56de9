// SPDX-License-Identifier: GPL-3.0-or-later
// Lessons 1 to 3, dragged and typed: what they show is what the engine says, or what one works out by hand.
#include "app/lessons/stage_factory.h"
#include "app/lessons/stages/float_bits_stage.h"
#include "core/analysis/what_if.h"
#include "tests/app/lessons/stage_host.h"
#include "tests/support/test_data.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QTest>

#include <bit>
#include <cmath>

using namespace halfstep;
using halfstep::testing::StageHost;

namespace {

bool near(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

}  // namespace

class TestLessonsNumbers : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::light); }

    // 0x3F800001 of the 0x7F800000 patterns from 0 up are 1 at most.
    void half_of_all_floats_lie_within_one() {
        StageHost host("bits-of-a-number");
        QVERIFY(near(host.figure("inside_one"), 100.0 * 0x3F800001 / 0x7F800000, 1e-9));
        QVERIFY(host.figure("value") == static_cast<double>(0.1F));
        QVERIFY(host.figure("step") == static_cast<double>(std::nextafter(0.1F, 1.0F) - 0.1F));
    }

    // Sign, exponent and mantissa of 0.1F, turned over one after the other.
    void bits_are_turned_over() {
        StageHost host("bits-of-a-number");
        BitField& bits = dynamic_cast<FloatBitsStage&>(host.stage()).bits();
        const auto click = [&bits](int bit) {
            QTest::mouseClick(&bits, Qt::LeftButton, {}, bits.boxOf(bit).center());
        };
        click(31);
        QVERIFY(host.figure("value") == static_cast<double>(-0.1F));
        click(23);  // 123 becomes 122
        QVERIFY(host.figure("value") == static_cast<double>(-0.05F));
        QCOMPARE(bits.currentBit(), 23);
        QTest::keyClick(&bits, Qt::Key_Home);
        QTest::keyClick(&bits, Qt::Key_0);
        QVERIFY(host.figure("value") == static_cast<double>(0.05F));
        QTest::keyClick(&bits, Qt::Key_End);
        QTest::keyClick(&bits, Qt::Key_Left);
        QTest::keyClick(&bits, Qt::Key_Space);
        QCOMPARE(bits.pattern(), std::bit_cast<std::uint32_t>(0.05F) ^ 2U);
        for (int bit = 23; bit <= 30; ++bit)
            if ((bits.pattern() >> bit & 1U) == 0) click(bit);
        QVERIFY(std::isnan(host.figure("value")));
        host.stage().reset();
        QVERIFY(host.figure("value") == static_cast<double>(0.1F));
        QCOMPARE(bits.pattern(), 0x3DCCCCCDU);
    }

    // What remains of 0.1, by hand: see the engine's own test; back in FP32 it is whole again.
    void formats_keep_the_number() {
        StageHost host("bits-of-a-number");
        const auto in = [&host](const char* format) {
            host.stage().parameters().setChoice(QStringLiteral("format"), QLatin1String(format));
            host.keepPicture(QStringLiteral("lesson-1-") + QLatin1String(format));
            return host.figure("value");
        };
        QVERIFY(in("bf16") == 0.10009765625);
        QVERIFY(in("fp16") == 0.0999755859375);
        QVERIFY(in("fp8_e4m3") == 0.1015625);
        QVERIFY(near(host.figure("off"), 1.5625, 1e-5));
        QVERIFY(in("fp8_e5m2") == 0.09375);
        QVERIFY(in("fp4_e2m1") == 0);
        QVERIFY(in("fp32") == static_cast<double>(0.1F));
    }

    void neighbours_are_dragged_and_typed() {
        StageHost host("bits-of-a-number");
        host.press("value", Qt::Key_Right);
        QVERIFY(host.figure("value") == static_cast<double>(std::nextafter(0.1F, 1.0F)));
        host.press("value", Qt::Key_Left, 3);
        QVERIFY(host.figure("value") == static_cast<double>(std::bit_cast<float>(0x3DCCCCCBU)));
        // The axis counts from the middle of the window on: three numbers up.
        const double here = host.figure("value");
        host.drag("value", 3 * std::ldexp(1, -27));
        QVERIFY(host.figure("value") == here + 3 * std::ldexp(1, -27));
        host.drag("magnitude", 1000);
        QVERIFY(host.figure("value") > 300 && host.figure("value") < 3000);
        host.stage().parameters().setChoice(QStringLiteral("format"), QStringLiteral("fp4_e2m1"));
        QVERIFY(host.figure("value") == 6);
        host.press("value", Qt::Key_Left, 2);
        QVERIFY(host.figure("value") == 3);
        host.press("value", Qt::Key_Left, 8);
        QVERIFY(host.figure("value") == -1.5);
        host.keepPicture("lesson-1-fp4-dragged");
    }

    // [-1, 2] in 4 bits: s = 0.2, z = 5; 0.73 becomes 9 and comes back as 0.8.
    void a_range_gives_scale_and_zero_point() {
        StageHost host("floats-to-integers");
        QVERIFY(near(host.figure("scale"), 0.2, 1e-7));
        QVERIFY(host.figure("zero_point") == 5);
        QVERIFY(host.figure("code") == 9);
        QVERIFY(near(host.figure("value"), 0.8, 1e-6));
        QVERIFY(near(host.figure("worst"), 0.5, 1e-5));
        host.drag("high", 1);
        const double high = host.number("high");
        QVERIFY(near(high, 1, 0.02));
        QVERIFY(near(host.figure("scale"), (high + 1) / 15, 1e-6));
        QVERIFY(host.figure("zero_point") == std::nearbyint(15 / (high + 1)));
        host.press("low", Qt::Key_Left, 5);
        QVERIFY(near(host.number("low"), -1.05, 1e-9));
        // A range that does not hold 0 is widened until it does.
        host.drag("low", 0.5);
        QVERIFY(host.number("low") > 0.4);
        QVERIFY(host.figure("zero_point") == 0);
        QVERIFY(near(host.figure("scale"), host.number("high") / 15, 1e-6));
        host.stage().reset();
        QVERIFY(host.number("low") == -1 && host.number("high") == 2);
        QVERIFY(near(host.figure("scale"), 0.2, 1e-7));
    }

    void errors_stay_within_half_a_step_and_grow_outside() {
        StageHost host("floats-to-integers");
        for (const char* bits : {"2", "3", "8", "16", "4"}) {
            host.stage().parameters().setChoice(QStringLiteral("bits"), QLatin1String(bits));
            QVERIFY(near(host.figure("worst"), 0.5, 0.01));
            host.keepPicture(QStringLiteral("lesson-2-int") + QLatin1String(bits));
        }
        host.drag("error_x", 1.3);
        QVERIFY(host.figure("steps") <= 0.5 + 1e-5);
        host.drag("x", 2.5);
        QVERIFY(near(host.figure("error"), host.number("x") - 2, 1e-6));
        QVERIFY(host.figure("steps") > 1);
        host.stage().parameters().setChoice(QStringLiteral("symmetry"), QStringLiteral("sym"));
        QVERIFY(near(host.figure("scale"), 2.0 / 7, 1e-7));
        QVERIFY(host.figure("zero_point") == 0);
        host.keepPicture("lesson-2-sym");
    }

    // ReLU data made here; half of the symmetric codes (−7 to −1) are idle.
    void a_zero_point_is_worth_a_bit_after_a_relu() {
        StageHost host("symmetric-or-not");
        std::vector<float> values = toy_weights({}, 16 * 256, 1);
        const auto sqnr = [&values](const char* scheme) {
            return *sqnr_db(what_if(MomentTable::build(values), parse_scheme(scheme))->answer.sums);
        };
        QVERIFY(near(host.figure("gain_none"), sqnr("int4:asym:tensor") - sqnr("int4:tensor"), 1e-9));
        for (float& value : values)
            value = std::max(value, 0.0F);
        QVERIFY(near(host.figure("symmetric"), sqnr("int4:tensor"), 1e-9));
        QVERIFY(near(host.figure("asymmetric"), sqnr("int4:asym:tensor"), 1e-9));
        QVERIFY(near(host.figure("gain"), 20 * std::log10(15.0 / 7), 0.5));
        QVERIFY(near(host.figure("ratio"), 15.0 / 7, 1e-6));
        QVERIFY(host.figure("unused") >= 7);
        QVERIFY(host.figure("zero_point") == 0);
    }

    void skew_and_shift_are_dragged() {
        StageHost host("symmetric-or-not");
        host.drag("skew", 0);
        QVERIFY(host.number("skew") <= 1);
        QVERIFY(host.figure("gain") < 2.5);
        host.press("skew", Qt::Key_Right, 10);
        QVERIFY(near(host.number("skew"), 10, 1));
        host.drag("shift", 1);
        QVERIFY(near(host.number("shift"), 1, 0.1));
        const double z = host.figure("zero_point");
        host.press("shift", Qt::Key_Left, 20);
        QVERIFY(near(host.number("shift"), 0, 0.1));
        QVERIFY(host.figure("zero_point") > z);
        host.keepPicture("lesson-3-shifted");
        host.stage().reset();
        QVERIFY(host.number("skew") == 100 && host.number("shift") == 0);
    }

    void a_lesson_that_starts_elsewhere_comes_back_from_a_layer() {
        JobRunner jobs;
        const auto stage = makeStage("uniform_grid", jobs);
        stage->start({{"low", -1.5}, {"high", 0.5}, {"x", 0.25}});
        stage->setLayer(testing::awkwardLayers().at(1));  // one constant
        QVERIFY(stage->parameters().number("high") != 0.5);
        stage->setLayer(nullptr);
        for (const auto& [id, value] : {std::pair{"low", -1.5}, {"high", 0.5}, {"x", 0.25}})
            QVERIFY2(stage->parameters().number(id) == value, id);
        QVERIFY(stage->isAsSetUp());
    }

    void layers_are_taken_data() {
        QTest::addColumn<QString>("lesson");
        for (const char* lesson : {"floats-to-integers", "symmetric-or-not"})
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

    void the_hand_is_followed_data() {
        QTest::addColumn<QString>("lesson");
        QTest::addColumn<QString>("parameter");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("1 pattern") << "bits-of-a-number"
                                   << "pattern" << 1.0e9 << 1.1e9;
        QTest::newRow("2 high") << "floats-to-integers"
                                << "high" << 0.5 << 2.5;
        QTest::newRow("2 x") << "floats-to-integers"
                             << "x" << -2.0 << 3.0;
        QTest::newRow("3 skew") << "symmetric-or-not"
                                << "skew" << 0.0 << 100.0;
        QTest::newRow("3 shift") << "symmetric-or-not"
                                 << "shift" << -1.0 << 1.0;
    }
    void the_hand_is_followed() {
        QFETCH(QString, lesson);
        QFETCH(QString, parameter);
        QFETCH(double, low);
        QFETCH(double, high);
        StageHost host(lesson);
        const double step = host.medianStep(parameter.toLatin1().constData(), low, high);
        qInfo("%.2f ms a step", step);
        QVERIFY(step < 100);
    }
};

QTEST_MAIN(TestLessonsNumbers)
#include "test_lessons_numbers.moc"
