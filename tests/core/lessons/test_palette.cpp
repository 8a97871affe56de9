// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/lessons/palette.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>
#include <stop_token>
#include <vector>

using namespace halfstep;

namespace {

std::vector<Rgb> random_pixels(std::size_t count, unsigned seed, unsigned spread = 256) {
    std::vector<Rgb> pixels;
    for (std::size_t i = 0; i < count; ++i) {
        const auto next = [&seed, spread] {
            seed = seed * 1664525U + 1013904223U;
            return static_cast<std::uint8_t>((seed >> 16U) % spread);
        };
        const std::uint8_t red = next();
        const std::uint8_t green = next();
        pixels.push_back({red, green, next()});
    }
    return pixels;
}

// Σ of squared distances to the mean of each part, for the partition of `pixels` that `part` names.
double error_of(const std::vector<Rgb>& pixels, const std::vector<std::size_t>& part, std::size_t parts) {
    double error = 0;
    for (std::size_t k = 0; k < parts; ++k) {
        for (const auto channel : {&Rgb::red, &Rgb::green, &Rgb::blue}) {
            double sum = 0;
            double squares = 0;
            double count = 0;
            for (std::size_t i = 0; i < pixels.size(); ++i) {
                if (part[i] != k) continue;
                const double value = pixels[i].*channel;
                sum += value;
                squares += value * value;
                ++count;
            }
            if (count > 0) error += squares - sum * sum / count;
        }
    }
    return error;
}

double least_error(const std::vector<Rgb>& pixels, std::size_t parts) {
    std::vector<std::size_t> part(pixels.size(), 0);
    double least = HUGE_VAL;
    for (bool more = true; more;) {
        least = std::min(least, error_of(pixels, part, parts));
        more = false;
        for (std::size_t& digit : part) {
            if (++digit < parts) {
                more = true;
                break;
            }
            digit = 0;
        }
    }
    return least;
}

double error_with(const std::vector<Rgb>& pixels, const std::vector<Rgb>& palette) {
    return palette_error(pixels, palette, nearest_colors(pixels, palette));
}

}  // namespace

class TestPalette : public QObject {
    Q_OBJECT
  private slots:
    // Every partition of a few pixels is tried; centres are rounded to whole numbers, which costs at most a
    // quarter a channel and pixel.
    void kmeans_finds_the_best_palette_of_few_pixels() {
        for (unsigned seed = 1; seed <= 20; ++seed) {
            const std::vector<Rgb> pixels = random_pixels(9, seed);
            for (const std::size_t colors : {2U, 3U}) {
                const double best = least_error(pixels, colors);
                const double found = error_with(pixels, kmeans_palette(pixels, colors, {.starts = 30}));
                QVERIFY2(found >= best - 1e-6 && found <= best + 9 * 3 * 0.25,
                         qPrintable(QStringLiteral("%1 against %2").arg(found).arg(best)));
            }
        }
    }

    void as_many_colors_as_there_are_leave_no_error() {
        const std::vector<Rgb> few{{1, 2, 3}, {200, 0, 0}, {1, 2, 3}, {0, 90, 255}};
        const std::vector<Rgb> palette = kmeans_palette(few, 8);
        QCOMPARE(palette.size(), std::size_t{3});
        QVERIFY(error_with(few, palette) == 0);
        QVERIFY(!psnr_db(0, few.size()).has_value());
    }

    void more_colors_and_more_starts_never_cost_anything() {
        const std::vector<Rgb> pixels = random_pixels(20'000, 7, 120);
        double former = HUGE_VAL;
        for (const std::size_t colors : {1U, 2U, 4U, 8U, 16U, 32U, 64U}) {
            const std::vector<Rgb> palette = kmeans_palette(pixels, colors);
            QCOMPARE(palette.size(), colors);
            const double error = error_with(pixels, palette);
            QVERIFY(error < former);
            former = error;
            QVERIFY(kmeans_palette(pixels, colors) == palette);
        }
    }

    // The mean of even cells is the mean of all: 8 x 8 x 8 cells lose nothing for one colour.
    void cells_keep_the_mean() {
        const std::vector<Rgb> pixels = random_pixels(10'000, 3);
        double sum = 0;
        for (const Rgb& pixel : pixels)
            sum += pixel.green;
        const std::vector<Rgb> one = kmeans_palette(pixels, 1);
        QCOMPARE(static_cast<int>(one.front().green), static_cast<int>(std::lround(sum / 10'000)));
    }

    void grids_are_even_and_within_their_number_data() {
        QTest::addColumn<int>("colors");
        QTest::addColumn<int>("red");
        QTest::addColumn<int>("green");
        QTest::addColumn<int>("blue");
        QTest::newRow("1") << 1 << 1 << 1 << 1;
        QTest::newRow("2") << 2 << 1 << 2 << 1;
        QTest::newRow("5") << 5 << 2 << 2 << 1;
        QTest::newRow("8") << 8 << 2 << 2 << 2;
        QTest::newRow("12") << 12 << 2 << 3 << 2;
        QTest::newRow("27") << 27 << 3 << 3 << 3;
        QTest::newRow("64") << 64 << 4 << 4 << 4;
    }
    void grids_are_even_and_within_their_number() {
        QFETCH(int, colors);
        QFETCH(int, red);
        QFETCH(int, green);
        QFETCH(int, blue);
        const std::vector<Rgb> palette = grid_palette(static_cast<std::size_t>(colors));
        std::set<int> seen[3];
        for (const Rgb& color : palette) {
            seen[0].insert(color.red);
            seen[1].insert(color.green);
            seen[2].insert(color.blue);
        }
        QCOMPARE(static_cast<int>(seen[0].size()), red);
        QCOMPARE(static_cast<int>(seen[1].size()), green);
        QCOMPARE(static_cast<int>(seen[2].size()), blue);
        QCOMPARE(static_cast<int>(palette.size()), red * green * blue);
        if (red == 4) QVERIFY((seen[0] == std::set<int>{32, 96, 160, 224}));
        if (green == 3) QVERIFY((seen[1] == std::set<int>{43, 128, 213}));
        if (red == 1) QVERIFY((seen[0] == std::set<int>{128}));
    }

    void figures_are_those_of_the_formulas() {
        const std::vector<Rgb> pixels{{0, 0, 0}, {10, 0, 0}};
        const std::vector<Rgb> palette{{0, 0, 0}, {20, 0, 0}};
        const auto nearest = nearest_colors(pixels, palette);
        QVERIFY((nearest == std::vector<std::uint16_t>{0, 0}));  // as near to both: the first
        QVERIFY(palette_error(pixels, palette, nearest) == 100);
        QVERIFY(std::abs(*psnr_db(100, 2) - 10 * std::log10(65025.0 * 6 / 100)) < 1e-12);
        QCOMPARE(palette_code_bits(1), 1);
        QCOMPARE(palette_code_bits(2), 1);
        QCOMPARE(palette_code_bits(8), 3);
        QCOMPARE(palette_code_bits(9), 4);
        QCOMPARE(palette_code_bits(64), 6);
    }

    void a_stop_is_heeded() {
        std::stop_source source;
        source.request_stop();
        JobContext job;
        job.stop = source.get_token();
        const std::vector<Rgb> pixels = random_pixels(100, 1);
        QVERIFY_EXCEPTION_THROWN(kmeans_palette(pixels, 4, {}, job), Cancelled);
        QVERIFY_EXCEPTION_THROWN(nearest_colors(pixels, pixels, job), Cancelled);
    }

    void nothing_gives_nothing() {
        QVERIFY(kmeans_palette({}, 8).empty());
        QVERIFY(kmeans_palette(random_pixels(3, 1), 0).empty());
    }
};

QTEST_GUILESS_MAIN(TestPalette)
#include "test_palette.moc"
