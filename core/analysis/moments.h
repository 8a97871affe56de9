// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace halfstep {

// Count, mean and sums of powers of the deviations from the mean. Sets are combined without going back to
// sums of powers of the values, which would cancel. Source: Pébay, Sandia report SAND2008-6212.
struct CentralMoments {
    double count = 0;
    double mean = 0;
    double m2 = 0;  // Σ(x−mean)²
    double m3 = 0;
    double m4 = 0;

    // From sums d1..d4 of powers of x − centre over `count` values; exact where the centre is near the mean.
    static CentralMoments about(double centre, double count, double d1, double d2, double d3, double d4);

    CentralMoments& operator+=(const CentralMoments& other);

    double std() const;       // of the population
    double kurtosis() const;  // excess; 0 where std is 0
};

}  // namespace halfstep
