// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/elementary.h"

#include <array>
#include <cmath>
#include <limits>

namespace halfstep::training {
namespace {

// Constants in two parts, the first with zeros at its end: whole multiples of it are exact.
constexpr double ln2_high = 6.93147180369123816490e-01;
constexpr double ln2_low = 1.90821492927058770002e-10;
constexpr double half_pi_high = 1.57079632673412561417e+00;
constexpr double half_pi_low = 6.07710050650619224932e-11;

// Σ x^k/k! over k = first, first + 2, ... with alternating signs: sine and cosine of |x| <= π/4.
double alternating_series(double x, int first) {
    const double square = x * x;
    double sum = 0;
    for (int k = first + 18; k > first; k -= 2)
        sum = (1 - sum) * (square / (k * (k - 1)));
    return first == 1 ? x - x * sum : 1 - sum;
}

// The sine of x + quarters·π/2.
double sine_of(double x, int quarters) {
    const double turns = std::nearbyint(x / (half_pi_high + half_pi_low));
    const double rest = (x - turns * half_pi_high) - turns * half_pi_low;
    const int quadrant = (static_cast<int>(turns) + quarters) & 3;
    const double value = alternating_series(rest, quadrant % 2 == 0 ? 1 : 0);
    return quadrant < 2 ? value : -value;
}

}  // namespace

double exponential(double x) {
    if (x > 709.7) return std::numeric_limits<double>::infinity();
    if (x < -745.2) return 0;
    const double power = std::nearbyint(x / (ln2_high + ln2_low));
    const double rest = (x - power * ln2_high) - power * ln2_low;
    double sum = 1;
    for (int k = 14; k > 0; --k)
        sum = 1 + sum * rest / k;
    return std::ldexp(sum, static_cast<int>(power));
}

// log m = 2·artanh((m − 1)/(m + 1)) for m in [√½, √2).
double logarithm(double x) {
    int power = 0;
    double mantissa = std::frexp(x, &power);
    if (mantissa < 0.70710678118654752) {
        mantissa *= 2;
        --power;
    }
    const double ratio = (mantissa - 1) / (mantissa + 1);
    const double square = ratio * ratio;
    double sum = 0;
    for (int k = 25; k > 1; k -= 2)
        sum = square * (1.0 / k + sum);
    return power * ln2_high + (power * ln2_low + 2 * (ratio + ratio * sum));
}

double sine(double x) {
    return sine_of(x, 0);
}

double cosine(double x) {
    return sine_of(x, 1);
}

}  // namespace halfstep::training
