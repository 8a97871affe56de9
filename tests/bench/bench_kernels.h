// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace halfstep::bench {

// Bytes a second that one thread reads from memory; everything else is compared with it.
double read_bandwidth();

// Every kernel of every instruction set, one thread.
void bench_kernels(double bandwidth);

}  // namespace halfstep::bench
