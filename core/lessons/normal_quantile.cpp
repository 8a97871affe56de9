// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lessons/normal_quantile.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace halfstep {
namespace {

// Numerator and denominator by rising powers.
using Coefficients = std::array<double, 8>;
struct Fraction {
    Coefficients above;
    Coefficients below;
};

// |p − ½| <= 0.425, in 0.425² − (p − ½)².
constexpr Fraction centre{
    {3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
    {1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
// r = √(−ln min(p, 1−p)) <= 5, in r − 1.6.
constexpr Fraction near_tail{
    {1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
// Beyond, in r − 5.
constexpr Fraction far_tail{{6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
                             2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7},
                            {1, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
                             1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                             1.42151175831644588870e-7, 2.04426310338993978564e-15}};

double polynomial(const Coefficients& by_power, double x) {
    double sum = 0;
    for (std::size_t power = by_power.size(); power-- > 0;)
        sum = sum * x + by_power[power];
    return sum;
}

double value(const Fraction& fraction, double x) {
    return polynomial(fraction.above, x) / polynomial(fraction.below, x);
}

}  // namespace

double portable_log(double x) {
    // x = m·2^e with m within a root of two of 1; ln m = 2·artanh((m−1)/(m+1)).
    const auto bits = std::bit_cast<std::uint64_t>(x);
    constexpr std::uint64_t mantissa = (std::uint64_t{1} << 52U) - 1;
    constexpr std::uint64_t one = std::uint64_t{1023} << 52U;
    int exponent = static_cast<int>(bits >> 52U) - 1023;
    auto m = std::bit_cast<double>((bits & mantissa) | one);
    if (m > std::numbers::sqrt2) {
        m /= 2;
        ++exponent;
    }
    const double z = (m - 1) / (m + 1);
    const double square = z * z;
    double series = 0;
    for (int power = 21; power >= 1; power -= 2)
        series = series * square + 1.0 / power;
    return exponent * std::numbers::ln2 + 2 * z * series;
}

double normal_quantile(double p) {
    const double q = p - 0.5;
    if (std::abs(q) <= 0.425) return q * value(centre, 0.180625 - q * q);
    const double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p));
    const double magnitude = r <= 5 ? value(near_tail, r - 1.6) : value(far_tail, r - 5);
    return q < 0 ? -magnitude : magnitude;
}

}  // namespace halfstep
