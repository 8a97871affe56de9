// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <QString>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

// Weights of many kinds, and how far what a search finds for them is from the best there is.
namespace halfstep::testing {

enum class Shape { gaussian, laplace, outliers, uniform, sparse, one_sided, lattice };
inline constexpr Shape all_shapes[] = {Shape::gaussian, Shape::laplace,   Shape::outliers, Shape::uniform,
                                       Shape::sparse,   Shape::one_sided, Shape::lattice};

inline std::vector<float> unit_of(Shape shape, std::size_t n, unsigned seed) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal(0, 1);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector<float> values(n);
    for (float& value : values) {
        const double u = uniform(generator);
        double x = normal(generator);
        switch (shape) {
            case Shape::gaussian:
                break;
            case Shape::laplace:
                x = std::copysign(std::log(1 - std::fabs(u)), u);
                break;
            case Shape::outliers:
                x *= u > 0.98 ? 20 : 1;
                break;
            case Shape::uniform:
                x = u;
                break;
            case Shape::sparse:
                x *= u > 0.6 ? 1 : 0;
                break;
            case Shape::one_sided:
                x += 1;
                break;
            case Shape::lattice:
                x = std::round(x * 30) / 32;
                break;
        }
        value = static_cast<float>(0.02 * x);
    }
    return values;
}

inline Scheme mse_scheme(int bits, Symmetry symmetry, ScaleStorage storage) {
    Scheme scheme;
    scheme.family = Family::integer;
    scheme.bits = bits;
    scheme.symmetry = symmetry;
    scheme.range = Range::mse;
    scheme.scale_storage = storage;
    return scheme;
}

// How far estimates are above the smallest error.
struct Excess {
    double worst = 0;
    double sum = 0;
    int units = 0;
    QString where;

    void add(double error, double least, double negligible, const QString& what) {
        ++units;
        if (error <= least + negligible) return;
        const double excess = error / std::max(least, negligible) - 1;
        sum += excess;
        if (excess <= worst) return;
        worst = excess;
        where = what;
    }
};

}  // namespace halfstep::testing
