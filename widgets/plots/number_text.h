// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>

namespace halfstep {

// Figures as people read them, in the locale of the application.
QString valueText(double value, int significant = 4);  // 0.01234, −3.1·10⁻⁷
QString countText(std::uint64_t count);                // 12,345
QString shortCountText(double count);                  // 950, 12k, 3.4M

}  // namespace halfstep
