// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/log_levels.h"
#include "core/quantize/range.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace halfstep;

namespace {

Scheme integer_scheme(int bits, Symmetry symmetry, ScaleStorage storage = ScaleStorage::s32) {
    Scheme scheme;
    scheme.family = Family::integer;
    scheme.bits = bits;
    scheme.symmetry = symmetry;
    scheme.scale_storage = storage;
    return scheme;
}

Scheme log_scheme(int bits, bool half_octave = false) {
    Scheme scheme;
    scheme.family = Family::logarithmic;
    scheme.bits = bits;
    scheme.half_octave = half_octave;
    return scheme;
}

}  // namespace

class TestRange : public QObject {
    Q_OBJECT
  private slots:
    void code_limits_of_each_symmetry() {
        QCOMPARE(code_limits(integer_scheme(4, Symmetry::sym)).qmin, -7);
        QCOMPARE(code_limits(integer_scheme(4, Symmetry::sym)).qmax, 7);
        QCOMPARE(code_limits(integer_scheme(4, Symmetry::symfull)).qmin, -8);
        QCOMPARE(code_limits(integer_scheme(16, Symmetry::asym)).qmax, 65535);
        QCOMPARE(code_limits(integer_scheme(16, Symmetry::asym)).qmin, 0);
    }

    void scale_from_limits() {
        const auto scale = [](const Scheme& scheme, float low, float high) {
            return grid_from_limits(scheme, low, high).grid.scale;
        };
        QCOMPARE(scale(integer_scheme(4, Symmetry::sym), -3.5F, 2.0F), 0.5F);
        QCOMPARE(scale(integer_scheme(4, Symmetry::symfull), -4.0F, 2.0F), 0.5F);   // 4/8 > 2/7
        QCOMPARE(scale(integer_scheme(4, Symmetry::symfull), -1.0F, 7.0F), 1.0F);   // 7/7 > 1/8
        QCOMPARE(scale(integer_scheme(4, Symmetry::symfull), -8.0F, -2.0F), 1.0F);  // all negative
        QCOMPARE(scale(integer_scheme(2, Symmetry::sym), -0.25F, 0.125F), 0.25F);
        QCOMPARE(scale(integer_scheme(8, Symmetry::sym), -1.0F, 0.5F), 1.0F / 127.0F);
    }

    void asymmetric_limits_are_widened_to_hold_zero() {
        const Scheme scheme = integer_scheme(4, Symmetry::asym);
        QCOMPARE(grid_from_limits(scheme, -5.0F, 10.0F).grid, (UnitGrid{1.0F, 5}));
        QCOMPARE(grid_from_limits(scheme, 3.0F, 7.5F).grid, (UnitGrid{0.5F, 0}));
        QCOMPARE(grid_from_limits(scheme, -7.5F, -3.0F).grid, (UnitGrid{0.5F, 15}));
        QCOMPARE(grid_from_limits(scheme, -2.5F, 12.5F).grid, (UnitGrid{1.0F, 2}));  // 2.5 to even
        QCOMPARE(grid_from_limits(scheme, -3.5F, 11.5F).grid, (UnitGrid{1.0F, 4}));
    }

    void nothing_to_represent_gives_scale_zero() {
        for (const Symmetry symmetry : {Symmetry::sym, Symmetry::symfull, Symmetry::asym})
            QCOMPARE(grid_from_limits(integer_scheme(4, symmetry), 0, 0).grid, UnitGrid{});
        QCOMPARE(grid_from_limits(log_scheme(4), 0, 0).grid, UnitGrid{});
        // 2^-129 is a float32, its reciprocal is not.
        QCOMPARE(grid_from_limits(integer_scheme(2, Symmetry::sym), -0x1p-129F, 0).grid, UnitGrid{});
    }

    void sixteen_bit_scales() {
        const Scheme scheme = integer_scheme(4, Symmetry::sym, ScaleStorage::s16);
        // 1 + 3·2^-11 lies half way between 1 + 2^-10 and 1 + 2^-9; the even one of them is 1 + 2^-9.
        QCOMPARE(grid_from_limits(scheme, 0, 7 * (1 + 3 * 0x1p-11F)).grid.scale, 1 + 0x1p-9F);
        QVERIFY(!grid_from_limits(scheme, 0, 7).scale_lost);
        QVERIFY(grid_from_limits(scheme, 0, 7 * 65520.0F).scale_lost);
        QVERIFY(grid_from_limits(scheme, 0, 7 * 0x1p-25F).scale_lost);
        QVERIFY(!grid_from_limits(scheme, 0, 7 * 0x1p-24F).scale_lost);
        QVERIFY(!grid_from_limits(scheme, 0, 0).scale_lost);
        QVERIFY(!grid_from_limits(with_32_bit_scales(scheme), 0, 7 * 0x1p-25F).scale_lost);
        // The zero-point follows from the stored scale: -low/s = 1/(1 + 2^-10) rounds to 1.
        const Scheme asym = integer_scheme(2, Symmetry::asym, ScaleStorage::s16);
        QCOMPARE(grid_from_limits(asym, -1, 2).grid, (UnitGrid{1, 1}));
    }

    void limits_whose_distance_overflows() {
        const float most = std::numeric_limits<float>::max();
        const UnitGrid grid = grid_from_limits(integer_scheme(8, Symmetry::asym), -most, most).grid;
        QVERIFY(std::isfinite(grid.scale));
        QCOMPARE(grid.zero_point, 128);  // 127.5 to even
    }

    void log_level_nearest_to_the_limit() {
        QCOMPARE(grid_from_limits(log_scheme(4), -1.0F, 0.5F).grid.scale, 1.0F);
        QCOMPARE(grid_from_limits(log_scheme(4), -1.0F, 1.41F).grid.scale, 1.0F);  // below √2
        QCOMPARE(grid_from_limits(log_scheme(4), -1.0F, 1.42F).grid.scale, 2.0F);
        QCOMPARE(grid_from_limits(log_scheme(4, true), 0, 1.42F).grid.scale, std::sqrt(2.0F));
        QCOMPARE(grid_from_limits(log_scheme(4, true), 0, 1.18F).grid.scale, 1.0F);  // below 2^(1/4)
        QCOMPARE(grid_from_limits(log_scheme(4, true), 0, 1.19F).grid.scale, std::sqrt(2.0F));
        QCOMPARE(grid_from_limits(log_scheme(4), 0, std::numeric_limits<float>::max()).grid.scale, 0x1p127F);
    }

    void log_levels_and_where_they_begin() {
        const LogLevels three = log_levels(log_scheme(3), 4.0F);
        QCOMPARE(three.level, (std::vector<float>{1, 2, 4}));
        for (std::size_t i = 0; i < 3; ++i) {  // from[i] is the first float at or above level·√½
            const double from = static_cast<double>(three.from[i]);
            const double level = static_cast<double>(three.level[i]);
            QVERIFY(2 * from * from >= level * level);
            const auto before = static_cast<double>(std::nextafter(three.from[i], 0.0F));
            QVERIFY(2 * before * before < level * level);
        }
        QVERIFY(std::fabs(three.clipped_from - 4 * std::sqrt(2.0F)) < 1e-6F);
        const LogLevels roots = log_levels(log_scheme(2, true), 8.0F);
        QCOMPARE(roots.level, std::vector<float>{8});
        QVERIFY(std::fabs(roots.from[0] - 8 / std::pow(2.0F, 0.25F)) < 1e-5F);
        QVERIFY(log_levels(log_scheme(4), 0).level.empty());
    }
};

QTEST_GUILESS_MAIN(TestRange)
#include "test_range.moc"
