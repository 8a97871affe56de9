// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/clipped_error.h"

namespace halfstep {

double clipped_error(const MomentTable& table, double low, double high) {
    const auto means = table.means();
    const auto counts = table.counts();
    const auto spreads = table.spreads();
    double error = 0;
    const auto add = [&](std::size_t i, double limit) {
        const double beyond = means[i] - limit;
        error += spreads[i] + counts[i] * beyond * beyond;
    };
    for (std::size_t i = 0; i < means.size() && means[i] < low; ++i)
        add(i, low);
    for (std::size_t i = means.size(); i-- > 0 && means[i] > high;)
        add(i, high);
    return error;
}

}  // namespace halfstep
