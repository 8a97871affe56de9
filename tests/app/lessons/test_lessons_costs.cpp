// SPDX-License-Identifier: GPL-3.0-or-later
// The lessons about pictures in few colours and about what a model costs.
#include "app/lessons/stages/palette_stage.h"
#include "core/allocation/device.h"
#include "core/lessons/palette.h"
#include "tests/app/lessons/stage_host.h"
#include "tests/support/byte_string.h"
#include "tests/support/temporary_folder.h"
#include "widgets/lessons/picture_row.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QPushButton>
#include <QSet>
#include <QTest>

#include <cmath>
#include <vector>

using namespace halfstep;
using halfstep::testing::StageHost;

namespace {

constexpr double most_ms = 100;  // machines are loaded; what is measured is printed

bool near(double a, double b, double relative = 1e-9) {
    return std::abs(a - b) <= relative * std::abs(b);
}

// Peak signal to noise ratio of two pictures, pixel by pixel.
double psnr(const QImage& a, const QImage& b) {
    double sum = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x) {
            const QColor one = a.pixelColor(x, y);
            const QColor other = b.pixelColor(x, y);
            sum += std::pow(one.red() - other.red(), 2) + std::pow(one.green() - other.green(), 2) +
                   std::pow(one.blue() - other.blue(), 2);
        }
    return 10 * std::log10(255.0 * 255 * 3 * a.width() * a.height() / sum);
}

qsizetype colorsOf(const QImage& image) {
    QSet<QRgb> colors;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            colors.insert(image.pixel(x, y));
    return colors.size();
}

QString inFolder(const testing::TemporaryFolder& folder, const char* name) {
    return QString::fromStdString(folder.path(name).string());
}

void store(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

}  // namespace

class TestLessonsCosts : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        applyTheme(*qApp, ThemeMode::light);
        qputenv("XDG_CONFIG_HOME", QByteArray::fromStdString(folder_.path("config").string()));
    }

    // --- a picture in 8 colours ----------------------------------------------------------------------------
    void pictures_are_those_of_the_palettes() {
        StageHost host("picture-in-8-colours");
        const auto& row = static_cast<PaletteStage&>(host.stage()).pictures().pictures();
        QCOMPARE(row.size(), 3);
        QCOMPARE(row[0].image.size(), QSize(192, 128));
        QVERIFY(near(host.figure("grid"), psnr(row[0].image, row[1].image), 1e-6));
        QVERIFY(near(host.figure("kmeans"), psnr(row[0].image, row[2].image), 1e-6));
        QCOMPARE(colorsOf(row[2].image), 8);
        QVERIFY(static_cast<double>(colorsOf(row[1].image)) == host.figure("used"));
        QVERIFY(host.figure("kmeans") > host.figure("grid") + 6);
    }

    // 24,576 pixels of 3 bits are 9,216 bytes, 8 colours of 3 bytes 24.
    void pictures_take_what_codes_and_colours_take() {
        StageHost host("picture-in-8-colours");
        QVERIFY(host.figure("size") == 9240 && host.figure("whole") == 73'728);
        QVERIFY(near(host.figure("bits"), 9240 * 8.0 / 24'576));
        host.stage().parameters().setNumber("colors", 9);  // 4 bits
        QVERIFY(host.figure("size") == 12'288 + 27);
    }

    void the_grid_that_is_as_good_is_found() {
        StageHost host("picture-in-8-colours");
        QTRY_VERIFY_WITH_TIMEOUT(host.stage().isSettled(), 60'000);
        const double equal = host.figure("equal");
        QVERIFY(equal > 64);
        const QImage image = static_cast<PaletteStage&>(host.stage()).pictures().pictures()[0].image;
        std::vector<Rgb> pixels;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) {
                const QColor color = image.pixelColor(x, y);
                pixels.push_back({static_cast<std::uint8_t>(color.red()),
                                  static_cast<std::uint8_t>(color.green()),
                                  static_cast<std::uint8_t>(color.blue())});
            }
        const std::vector<Rgb> grid = grid_palette(static_cast<std::size_t>(equal));
        const double error = palette_error(pixels, grid, nearest_colors(pixels, grid));
        QVERIFY(*psnr_db(error, pixels.size()) >= host.figure("kmeans"));
    }

    void colours_are_dragged_and_go_back() {
        StageHost host("picture-in-8-colours");
        host.drag("colors", 16);
        QVERIFY(std::abs(host.number("colors") - 16) <= 1);
        const double dragged = host.number("colors");
        QVERIFY(host.figure("colors") == dragged);
        host.press("colors", Qt::Key_Right);
        QVERIFY(host.number("colors") == dragged + 1);
        host.stage().reset();
        QVERIFY(host.number("colors") == 8);
    }

    void own_pictures_are_made_small() {
        StageHost host("picture-in-8-colours");
        auto& stage = static_cast<PaletteStage&>(host.stage());
        QImage large(1000, 500, QImage::Format_ARGB32);
        large.fill(QColor(200, 30, 40));
        large.save(inFolder(folder_, "red.png"));
        stage.openPicture(inFolder(folder_, "red.png"));
        QVERIFY(!stage.isSettled());
        QTRY_VERIFY_WITH_TIMEOUT(stage.isSettled(), 60'000);
        QVERIFY(stage.problem().isEmpty());
        QCOMPARE(stage.pictures().pictures()[0].image.size(), QSize(224, 112));
        QCOMPARE(stage.pictures().pictures()[0].title, QString("red.png"));
        QCOMPARE(stage.pictures().pictures()[2].image.pixelColor(7, 7), QColor(200, 30, 40));
        QVERIFY(host.figure("colors") == 1 && std::isnan(host.figure("kmeans")));  // no error at all
        stage.reset();
        QTRY_VERIFY_WITH_TIMEOUT(stage.isSettled(), 60'000);
        QCOMPARE(stage.pictures().pictures()[0].image.size(), QSize(192, 128));
        QVERIFY(host.figure("colors") == 8);
    }

    void what_is_no_picture_is_told_and_changes_nothing() {
        StageHost host("picture-in-8-colours");
        auto& stage = static_cast<PaletteStage&>(host.stage());
        store(inFolder(folder_, "text.png"), "no picture at all");
        // A bitmap of 40,000 x 40,000 pixels, by what it says.
        testing::ByteString huge;
        huge.raw("BM").u32(54).u32(0).u32(54).u32(40).u32(40'000).u32(40'000).u16(1).u16(24);
        huge.u32(0).u32(0).u32(0).u32(0).u32(0).u32(0);
        store(inFolder(folder_, "huge.bmp"), QByteArray::fromStdString(huge.bytes()));
        for (const char* name : {"text.png", "huge.bmp", "missing.png"}) {
            QElapsedTimer timer;
            timer.start();
            stage.openPicture(inFolder(folder_, name));
            QTRY_VERIFY_WITH_TIMEOUT(!stage.problem().isEmpty(), 10'000);
            QVERIFY2(stage.problem().contains(QLatin1String(name)), qPrintable(stage.problem()));
            QVERIFY(timer.elapsed() < 5000);
            QCOMPARE(stage.pictures().pictures()[0].image.size(), QSize(192, 128));
        }
        QVERIFY(stage.problem().contains("Choose another picture"));
    }

    void colours_follow_the_hand() {
        StageHost host("picture-in-8-colours");
        QTRY_VERIFY_WITH_TIMEOUT(host.stage().isSettled(), 60'000);
        const double step = host.medianStep("colors", 44, 64);
        qInfo("a picture in few colours: %.1f ms a step", step);
        QVERIFY(step < most_ms);
    }

    // --- what does it cost ---------------------------------------------------------------------------------
    // 7·10⁹ · (4 + 16/128) / 8 bytes on a phone of 8 GB that reads 68.3 GB a second and multiplies 16 by 16.
    void costs_worked_by_hand() {
        StageHost host("what-does-it-cost");
        QVERIFY(near(host.figure("memory"), 7 * 4.125 / 8));
        QVERIFY(near(host.figure("share"), 100 * 7 * 4.125 / 8 / 8));
        QVERIFY(near(host.figure("tokens"), 68.3 / (7 * 4.125 / 8)));
        QVERIFY(host.figure("ratio") == 0.25 && host.figure("device_ratio") == 1);
        QVERIFY(near(host.figure("fp32"), 28) && near(host.figure("fp16"), 14));
        host.stage().parameters().setNumber("activations", 8);
        QVERIFY(host.figure("ratio") == 0.125 && host.figure("device_ratio") == 0.25);
    }

    void devices_are_counted_that_hold_the_weights() {
        StageHost host("what-does-it-cost");
        host.stage().parameters().setValues({{"scheme", "fp16"}, {"size", 70}});
        int holders = 0;
        for (const Device& device : known_devices())
            holders += device.memory >= 140'000'000'000U ? 1 : 0;
        QVERIFY(holders > 0 && host.figure("holders") == holders);
        QVERIFY(host.stage().figureText("holder").contains("H200"));  // 141 GB: the smallest of them
        host.stage().parameters().setNumber("size", 300);
        QVERIFY(host.figure("holders") == 0 && !host.stage().figureText("holder").isEmpty());
    }

    void size_and_bits_are_dragged_and_go_back() {
        StageHost host("what-does-it-cost");
        host.drag("size", 70);
        QVERIFY(std::abs(std::log(host.number("size") / 70)) < 0.05);
        QVERIFY(host.figure("share") > 400);
        QVERIFY(host.figure("tokens") == 0);  // where it does not fit there is nothing to be quick
        QVERIFY(!host.stage().formulaWithNumbers().contains("GB/s"));
        const double size = host.number("size");
        host.press("size", Qt::Key_Left);
        QVERIFY(near(host.number("size"), 0.95 * size));
        host.drag("bits", 8);  // the last but one
        QCOMPARE(host.stage().parameters().choice("scheme"), QString("fp16"));
        QVERIFY(near(host.figure("memory"), host.number("size") * 2));
        host.press("bits", Qt::Key_Left);
        QCOMPARE(host.stage().parameters().choice("scheme"), QString("int8"));
        host.stage().reset();
        QVERIFY(near(host.figure("memory"), 7 * 4.125 / 8));
        QVERIFY(host.number("size") == 7);
    }

    void cases_set_everything_at_once() {
        StageHost host("what-does-it-cost");
        const auto buttons = host.stage().findChildren<QPushButton*>();
        QCOMPARE(buttons.size(), 4);
        for (QPushButton* button : buttons) {
            QTest::mouseClick(button, Qt::LeftButton);
            QVERIFY2(host.figure("share") < 100, qPrintable(button->text()));
        }
        QVERIFY(near(host.number("size"), 0.11));
        QCOMPARE(host.stage().parameters().choice("device"), QString("Watch, 2 GB of LPDDR4X-4266"));
        QTest::mouseClick(buttons[0], Qt::LeftButton);
        QVERIFY(near(host.number("size"), 70) && host.figure("ratio") == 0.25);
        const double step = host.medianStep("size", 1, 100);
        qInfo("what does it cost: %.1f ms a step", step);
        QVERIFY(step < most_ms);
    }

  private:
    testing::TemporaryFolder folder_;
};

QTEST_MAIN(TestLessonsCosts)
#include "test_lessons_costs.moc"
