// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/claims/claim.h"

#include <QString>
#include <QStringList>

#include <string_view>

namespace halfstep {

// What the engine says of a claim, in the language of the window where it is translated. What was found is
// told in the engine's own words.
QString claimText(std::string_view text);
QString verdictText(Verdict verdict);

// The texts that translators are given: each claim's statement, and where it stands.
QStringList translatableClaimTexts();

}  // namespace halfstep
