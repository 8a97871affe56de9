// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"

#include <QString>

#include <vector>

namespace halfstep {

// Schemes that a plan is chosen from, by the name under which the window offers them.
struct CandidateSet {
    QString name;  // translated
    std::vector<Scheme> schemes;
};

std::vector<CandidateSet> candidate_sets();

}  // namespace halfstep
