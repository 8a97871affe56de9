// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/claims/claim.h"

#include <QString>
#include <QStringList>

#include <string_view>

namespace halfstep {

// What the engine says of a claim, in the language of the window where it is translated.
QString claimText(std::string_view text);
QString sentenceText(const Sentence& sentence);  // with its values as that language writes them
QString verdictText(Verdict verdict);

// The texts that translators are given.
QStringList translatableClaimTexts();

}  // namespace halfstep
