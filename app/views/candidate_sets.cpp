// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/views/candidate_sets.h"

#include "app/views/scheme_sets.h"

#include <QCoreApplication>

namespace halfstep {
namespace {

QString text(const char* source) {
    return QCoreApplication::translate("halfstep::CandidateSets", source);
}

CandidateSet made_of(const QString& name, const char* notations) {
    return {name, parse_schemes(QString::fromLatin1(notations))};
}

}  // namespace

std::vector<CandidateSet> candidate_sets() {
    return {
        made_of(text(QT_TRANSLATE_NOOP("halfstep::CandidateSets", "Integers, groups of 64")),
                "int2:g64 int3:g64 int4:g64 int5:g64 int6:g64 int8:g64"),
        made_of(text(QT_TRANSLATE_NOOP("halfstep::CandidateSets", "Integers, a scale for each row")),
                "int2 int3 int4 int5 int6 int7 int8"),
        made_of(text(QT_TRANSLATE_NOOP("halfstep::CandidateSets", "llama.cpp: K-quants")),
                "q2_K q3_K q4_K q5_K q6_K q8_0"),
        made_of(text(QT_TRANSLATE_NOOP("halfstep::CandidateSets", "llama.cpp: blocks of 32")),
                "iq4_nl q4_0 q4_1 q5_0 q5_1 q8_0"),
        made_of(text(QT_TRANSLATE_NOOP("halfstep::CandidateSets", "Small floats: NVFP4, MX, FP8")),
                "nvfp4 mxfp4 mxfp6_e2m3 mxfp8_e4m3 fp8_e4m3"),
    };
}

}  // namespace halfstep
