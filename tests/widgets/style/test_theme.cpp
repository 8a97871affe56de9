// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/color_maps.h"
#include "widgets/style/theme.h"

#include <QApplication>
#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace halfstep;

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

Vector times(const Matrix& matrix, const Vector& vector) {
    Vector result{};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j)
            result[i] += matrix[i][j] * vector[j];
    }
    return result;
}

// Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
// 2009: severity 1, on linear RGB.
constexpr Matrix normal = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr Matrix protanopia = {
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix deuteranopia = {
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};

double linear(double c) {
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

// OKLab of a colour as somebody with the given vision sees it.
Vector seen(const QColor& color, const Matrix& vision) {
    constexpr Matrix to_lms = {{{0.4122214708, 0.5363325363, 0.0514459929},
                                {0.2119034982, 0.6806995451, 0.1073969566},
                                {0.0883024619, 0.2817188376, 0.6299787005}}};
    constexpr Matrix to_lab = {{{0.2104542553, 0.7936177850, -0.0040720468},
                                {1.9779984951, -2.4285922050, 0.4505937099},
                                {0.0259040371, 0.7827717662, -0.8086757660}}};
    Vector rgb = times(vision, {linear(color.redF()), linear(color.greenF()), linear(color.blueF())});
    for (double& c : rgb)
        c = std::clamp(c, 0.0, 1.0);
    Vector lms = times(to_lms, rgb);
    for (double& c : lms)
        c = std::cbrt(c);
    return times(to_lab, lms);
}

double distance(const Vector& a, const Vector& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

}  // namespace

class TestTheme : public QObject {
    Q_OBJECT
  private slots:
    void textIsReadable() {
        for (const Theme& theme : {lightTheme(), darkTheme()}) {
            for (const QColor& background : {theme.window, theme.surface, theme.raised}) {
                QVERIFY(contrastRatio(theme.text, background) >= 7);
                QVERIFY(contrastRatio(theme.mutedText, background) >= 4.5);
                QVERIFY(contrastRatio(theme.faintText, background) >= 3);
                for (const QColor& color : {theme.accent, theme.good, theme.warning, theme.bad}) {
                    QVERIFY2(contrastRatio(color, background) >= 4.4, qPrintable(color.name()));
                }
            }
            QVERIFY(contrastRatio(theme.accentText, theme.accent) >= 4.5);
        }
    }

    void categoriesAreToldApart() {
        for (const Theme& theme : {lightTheme(), darkTheme()}) {
            for (std::size_t i = 0; i < theme.series.size(); ++i) {
                QVERIFY2(contrastRatio(theme.series[i], theme.surface) >= 2.7,
                         qPrintable(theme.series[i].name()));
                for (std::size_t j = 0; j < i; ++j) {
                    for (const Matrix& vision : {normal, protanopia, deuteranopia}) {
                        const double apart =
                            distance(seen(theme.series[i], vision), seen(theme.series[j], vision));
                        QVERIFY2(apart >= 0.06,
                                 qPrintable(theme.series[i].name() + u' ' + theme.series[j].name() + u' ' +
                                            QString::number(apart)));
                    }
                }
            }
        }
    }

    void mapsAreEvenInLightness() {
        for (const bool dark : {false, true}) {
            const double first = seen(sequentialColor(0, dark), normal)[0];
            const double last = seen(sequentialColor(1, dark), normal)[0];
            const double step = (last - first) / 20;
            for (int i = 1; i <= 20; ++i) {
                const double difference = seen(sequentialColor(i / 20.0, dark), normal)[0] -
                                          seen(sequentialColor((i - 1) / 20.0, dark), normal)[0];
                QVERIFY2(std::abs(difference - step) < 0.3 * std::abs(step), qPrintable(QString::number(i)));
            }
            QVERIFY(std::abs(last - first) > 0.55);
            for (const Matrix& vision : {protanopia, deuteranopia}) {
                QVERIFY(distance(seen(divergingColor(0, dark), vision),
                                 seen(divergingColor(1, dark), vision)) > 0.1);
            }
        }
    }

    void appliesToTheApplication() {
        applyTheme(*qApp, ThemeMode::dark);
        QCOMPARE(currentThemeMode(), ThemeMode::dark);
        QVERIFY(themeOf(QApplication::palette()).dark);
        QWidget widget;
        widget.show();
        QVERIFY(themeOf(&widget).dark);
        applyTheme(*qApp, ThemeMode::light);
        QVERIFY(!themeOf(&widget).dark);
        applyTheme(*qApp, ThemeMode::system);  // the offscreen platform's palette is light
        QVERIFY(!themeOf(&widget).dark);
    }

    void knownColours() {
        QCOMPARE(oklch(1, 0, 0).name(), QStringLiteral("#ffffff"));
        QCOMPARE(oklch(0, 0, 0).name(), QStringLiteral("#000000"));
        // sRGB red has OKLCH 0.62796, 0.25768, 29.234 (CSS Color 4).
        const QColor red = oklch(0.62796, 0.25768, 29.234);
        QVERIFY(red.red() >= 254 && red.green() <= 2 && red.blue() <= 2);
        QCOMPARE(std::round(10 * contrastRatio(Qt::black, Qt::white)), 210.0);
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
