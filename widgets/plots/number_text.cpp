// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/number_text.h"

#include "widgets/style/number_text.h"

#include <QLocale>

#include <array>
#include <cmath>

namespace halfstep {

QString valueText(double value, int significant) {
    if (!std::isfinite(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("–");
    if (value == 0) return QStringLiteral("0");
    return typesetNumber(QLocale().toString(value, 'g', significant));
}

QString countText(std::uint64_t count) {
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString shortCountText(double count) {
    static constexpr std::array<const char*, 5> suffixes = {"", "k", "M", "G", "T"};
    std::size_t step = 0;
    while (std::abs(count) >= 999.5 && step + 1 < suffixes.size()) {
        count /= 1000;
        ++step;
    }
    return QLocale().toString(count, 'g', 4) + QLatin1String(suffixes.at(step));
}

}  // namespace halfstep
