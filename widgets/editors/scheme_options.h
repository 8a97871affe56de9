// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <QString>

#include <optional>
#include <string_view>
#include <vector>

// What can be combined with what, asked of the notation's own parser, so that the editor never offers what it
// would refuse.
namespace halfstep {

struct BitLimits {
    int lowest = 0;
    int highest = 0;
};
std::optional<BitLimits> bitLimits(Family family);  // none for families without a choice of bits
std::vector<Scheme> formatsOf(Family family);       // in the notation's order, with default options

// Whether a scheme of this format may carry the option word ("asym", "g64", "gamma").
bool allowsOption(const Scheme& format, std::string_view word);
bool allowsNestedScales(const Scheme& scheme);  // with its other options as they are
std::string_view rangeWord(Range range);        // of some range of this kind: "pct99"

// The nearest scheme that is possible: members that the format does not use get their defaults, limits that
// have to be symmetric become so, sizes are brought into their limits.
Scheme possibleScheme(Scheme wanted);

// Changes of one part that carry others along.
Scheme withFamily(const Scheme& scheme, Family family);
Scheme withFormat(const Scheme& scheme, const Scheme& format);  // another of the same family
Scheme withSymmetry(const Scheme& scheme, Symmetry symmetry);
Scheme withGranularity(const Scheme& scheme, Granularity granularity, std::uint32_t group_size);

struct ReadNotation {
    std::optional<Scheme> scheme;
    QString problem;  // why there is none
};
ReadNotation readNotation(const QString& text);

QString familyText(Family family);  // "Integer", translated
QString familyExplanation(Family family);

// Why a control has no choice for schemes of this format.
QString whyNoSymmetry();
QString whyNoGranularity(const Scheme& scheme);
QString whyNoRange(const Scheme& scheme);
QString whyNoScale(const Scheme& scheme);

}  // namespace halfstep
