// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/style/number_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace halfstep {
namespace {

struct NumberText {
    Q_DECLARE_TR_FUNCTIONS(halfstep::NumberText)
};

// Fixed notation with `digits` significant digits, at least the whole part.
QString significant(double value, int digits) {
    if (value == 0) return QLocale().toString(0);
    // Of the rounded value: 0.9996 with three digits is 1.00.
    const QString rounded = QLocale::c().toString(value, 'e', digits - 1);
    const int magnitude = rounded.mid(rounded.indexOf(QLatin1Char('e')) + 1).toInt();
    return QLocale().toString(value, 'f', std::max(0, digits - 1 - magnitude));
}

QString withoutTrailingZeros(QString text) {
    const QString point = QLocale().decimalPoint();
    if (!text.contains(point)) return text;
    while (text.endsWith(QLocale().zeroDigit()))
        text.chop(1);
    if (text.endsWith(point)) text.chop(static_cast<int>(point.size()));
    return text;
}

}  // namespace

QString superscriptText(int number) {
    static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text;
    for (const QChar c : QString::number(number))
        text += c == u'-' ? QChar(0x207b) : digits.at(c.digitValue());
    return text;
}

QString typesetNumber(QString text) {
    if (text.startsWith(u'-')) text[0] = QChar(0x2212);
    const qsizetype exponent = text.indexOf(u'e', 0, Qt::CaseInsensitive);
    if (exponent < 0) return text;
    QString power = QStringLiteral("10") + superscriptText(text.mid(exponent + 1).toInt());
    const QString factor = text.left(exponent);
    if (factor == QLatin1String("1")) return power;
    return factor + QChar(0x00b7) + power;
}

QString noValueText() {
    return QStringLiteral("–");
}

QString sizeText(std::uint64_t bytes) {
    if (bytes < 1000) return NumberText::tr("%n byte(s)", nullptr, static_cast<int>(bytes));
    static constexpr std::array units{"kB", "MB", "GB", "TB", "PB", "EB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    // 999.5 would be written as "1000".
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    return QStringLiteral("%1 %2").arg(significant(value, 3), QLatin1String(units[unit]));
}

QString decibelText(std::optional<double> decibel) {
    if (!decibel) return noValueText();
    return NumberText::tr("%1 dB", "decibels").arg(typesetNumber(QLocale().toString(*decibel, 'f', 1)));
}

QString shareText(double fraction) {
    const double percent = fraction * 100;
    QString number;
    if (percent == 0 || std::abs(percent) >= 1e-5) {
        number = typesetNumber(significant(percent, 3));
    } else {
        number = typesetNumber(QLocale().toString(percent, 'e', 1));
    }
    return NumberText::tr("%1 %", "percent").arg(number);
}

QString shareText(std::optional<double> fraction) {
    return fraction ? shareText(*fraction) : noValueText();
}

QString bitsText(double bits_per_weight) {
    return withoutTrailingZeros(QLocale().toString(bits_per_weight, 'f', 3));
}

QString shortNumber(double value, int digits) {
    const double size = std::abs(value);
    if (value == 0 || (size >= 1e-4 && size < 1e6))
        return typesetNumber(withoutTrailingZeros(significant(value, digits)));
    return typesetNumber(QLocale().toString(value, 'e', std::max(0, digits - 2)));
}

QString exactText(double value) {
    return QLocale::c().toString(value, 'g', QLocale::FloatingPointShortest);
}

QString integerText(std::uint64_t value) {
    return QLocale().toString(static_cast<qulonglong>(value));
}

}  // namespace halfstep
