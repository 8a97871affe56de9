// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Elementary functions in plain double arithmetic, good to 2 units in the last place or so. Those of the C
// library differ from machine to machine in the last bit (glibc picks variants with fused multiply-add at run
// time), and training carries that into every figure.
namespace halfstep::training {

double exponential(double x);
double logarithm(double x);  // x > 0, finite
double sine(double x);       // |x| < 1e5
double cosine(double x);     // the same

}  // namespace halfstep::training
