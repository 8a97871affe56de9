// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep::bench {

// Allocation: 1,000 tensors of 24 schemes each, of several kinds, solved for budgets from the smallest plan
// to the best; how long that takes, and whether the proof was closed.
void bench_allocation();

}  // namespace halfstep::bench
