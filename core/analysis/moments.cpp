// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/moments.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

CentralMoments CentralMoments::about(double centre, double count, double d1, double d2, double d3,
                                     double d4) {
    if (count == 0) return {};
    const double shift = d1 / count;
    CentralMoments moments;
    moments.count = count;
    moments.mean = centre + shift;
    moments.m2 = std::max(0.0, d2 - shift * d1);
    moments.m3 = d3 - 3 * shift * d2 + 2 * shift * shift * d1;
    moments.m4 = std::max(0.0, d4 - 4 * shift * d3 + 6 * shift * shift * d2 - 3 * shift * shift * shift * d1);
    return moments;
}

CentralMoments& CentralMoments::operator+=(const CentralMoments& other) {
    if (other.count == 0) return *this;
    if (count == 0) return *this = other;
    const double a = count;
    const double b = other.count;
    const double n = a + b;
    const double delta = other.mean - mean;
    const double delta_n = delta / n;
    const double delta_n2 = delta_n * delta_n;
    const double cross = delta * delta_n * a * b;
    m4 += other.m4 + cross * delta_n2 * (a * a - a * b + b * b) +
          6 * delta_n2 * (a * a * other.m2 + b * b * m2) + 4 * delta_n * (a * other.m3 - b * m3);
    m3 += other.m3 + cross * delta_n * (a - b) + 3 * delta_n * (a * other.m2 - b * m2);
    m2 += other.m2 + cross;
    mean += delta_n * b;
    count = n;
    return *this;
}

double CentralMoments::std() const {
    return count == 0 ? 0 : std::sqrt(m2 / count);
}

double CentralMoments::kurtosis() const {
    return m2 == 0 ? 0 : count * (m4 / m2) / m2 - 3;
}

}  // namespace halfstep
