// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <optional>

// How figures are written in the window, in the user's locale. Short forms are for tables and labels;
// exactText() is for tool-tips and for copying.
namespace halfstep {

QString sizeText(std::uint64_t bytes);               // "3.94 MB", decimal prefixes; "512 bytes" below 1 kB
QString decibelText(std::optional<double> decibel);  // "31.4 dB"; "–" where there is none
QString shareText(double fraction);                  // of 1: "0.520 %", three significant digits; "0 %"
QString shareText(std::optional<double> fraction);
QString bitsText(double bits_per_weight);           // "4.25"; at most three decimals, trailing zeros left out
QString shortNumber(double value, int digits = 4);  // significant digits: "0.01237", "1.24·10⁻⁵"
QString exactText(double value);                    // the shortest text that reads back as the same double
QString integerText(std::uint64_t value);           // "1,234,567"
QString noValueText();                              // "–"
QString superscriptText(int number);                // "⁻⁵"
QString typesetNumber(QString text);                // "-1.2e-05" as people write it: "−1.2·10⁻⁵"

}  // namespace halfstep
