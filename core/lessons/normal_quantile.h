// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep {

// Where the standard normal distribution reaches the probability p, 0 < p < 1; to 1e-15 (relative). Wichura,
// Algorithm AS 241 (PPND16), Applied Statistics 37 (1988). The four operations and square roots only.
double normal_quantile(double p);

// ln(x) of a normal, positive number by the same operations, to 4e-16 (absolute, or relative where larger).
double portable_log(double x);

}  // namespace halfstep
