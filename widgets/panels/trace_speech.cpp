// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/trace_speech.h"

#include <QCoreApplication>
#include <QLocale>

namespace halfstep {
namespace {

// What the engine says, repeated here for the translators.
[[maybe_unused]] constexpr const char* trace_words[] = {
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "In the file"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "What shares its scale"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "Quantized"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "From the weight to its code"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "And back"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "Notes"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "weight"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "in float32"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "largest of the block"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "largest |x| of the block"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "smallest of the block"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "scale, unrounded"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "scale"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "minimum"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "sub-block scale"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "sub-block minimum"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "1 / scale"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "above the minimum"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "in units of the scale"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "in 64ths"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "plus half a code"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "rounded"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "plus the code of zero"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "within the codes"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "in octaves"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "steps below largest"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "place of the level"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "nearest value"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "code"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "less the code of zero"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "value of the code"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "times the scale"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "reconstruction"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "error"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "bytes"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "block"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "codes"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "zero-point"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "codebook"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "unused"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "sign"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "exponent"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "mantissa"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "high bits"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "level"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "index"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "tensor"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "channel"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "group"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "sub-block"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech",
                      "The weight is not finite: it is left out, and its reconstruction counts as 0."),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech",
                      "The file holds what an earlier quantization left of the weight."),
    QT_TRANSLATE_NOOP(
        "halfstep::TraceSpeech",
        "Codes are shown one after the other, lowest bits first; runtimes order them in ways of their own."),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech",
                      "16-bit storage would lose one of the tensor's scales: 32-bit scales are used."),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech",
                      "The scale is stored nested, as an 8-bit code: it is shown as it reads back."),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech",
                      "gamma: the code was chosen with another scale than the stored one."),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "The scale is 0: everything it is for becomes 0."),
    QT_TRANSLATE_NOOP(
        "halfstep::TraceSpeech",
        "A search over the whole block chose this code, not the rounding of this weight alone."),
    QT_TRANSLATE_NOOP(
        "halfstep::TraceSpeech",
        "Several weights share an index into a codebook: the bits on which this one depends are marked."),
    QT_TRANSLATE_NOOP(
        "halfstep::TraceSpeech",
        "How this format lays out its bits is not shown; the numbers are those it is measured with."),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech",
                      "The code was cut to the outermost one: the weight is clipped."),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "byte"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "bits"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "bit"),
    QT_TRANSLATE_NOOP("halfstep::TraceSpeech", "weights"),
};

}  // namespace

std::string TraceSpeech::said(const char* english) const {
    return QCoreApplication::translate("halfstep::TraceSpeech", english).toStdString();
}

std::string TraceSpeech::decimal_point() const {
    return QLocale().decimalPoint().toStdString();
}

}  // namespace halfstep
