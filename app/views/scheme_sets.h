// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <QString>

#include <vector>

namespace halfstep {

// From fine to coarse: what a model is screened with to see which layers break at which bits.
std::vector<Scheme> screening_schemes();

// Notations separated by spaces, commas or semicolons, none twice. Throws Error for what is no scheme.
std::vector<Scheme> parse_schemes(const QString& text);
QString schemes_text(const std::vector<Scheme>& schemes);

// Ways to store one tensor at about 4 and 8 bits, for looking at side by side.
std::vector<Scheme> comparison_schemes();

}  // namespace halfstep
