// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/trace_text.h"

namespace halfstep {

std::string TraceWording::section(TraceSection section) const {
    switch (section) {
        case TraceSection::as_stored:
            return said("In the file");
        case TraceSection::unit:
            return said("What shares its scale");
        case TraceSection::stored:
            return said("Quantized");
        case TraceSection::encoding:
            return said("From the weight to its code");
        case TraceSection::decoding:
            return said("And back");
        case TraceSection::notes:
            return said("Notes");
    }
    return {};
}

std::string TraceWording::step(StepLabel label) const {
    switch (label) {
        case StepLabel::weight:
            return said("weight");
        case StepLabel::rounded_to_float32:
            return said("in float32");
        case StepLabel::block_extreme:
            return said("largest of the block");
        case StepLabel::block_largest:
            return said("largest |x| of the block");
        case StepLabel::block_minimum:
            return said("smallest of the block");
        case StepLabel::block_maximum:
            return said("largest of the block");
        case StepLabel::exact_scale:
            return said("scale, unrounded");
        case StepLabel::scale:
            return said("scale");
        case StepLabel::minimum:
            return said("minimum");
        case StepLabel::sub_scale:
            return said("sub-block scale");
        case StepLabel::sub_minimum:
            return said("sub-block minimum");
        case StepLabel::reciprocal:
            return said("1 / scale");
        case StepLabel::above_minimum:
            return said("above the minimum");
        case StepLabel::scaled:
            return said("in units of the scale");
        case StepLabel::sixty_fourths:
            return said("in 64ths");
        case StepLabel::half_added:
            return said("plus half a code");
        case StepLabel::rounded:
            return said("rounded");
        case StepLabel::offset_added:
            return said("plus the code of zero");
        case StepLabel::clamped:
            return said("within the codes");
        case StepLabel::octaves:
            return said("in octaves");
        case StepLabel::below_largest:
            return said("steps below largest");
        case StepLabel::level_place:
            return said("place of the level");
        case StepLabel::nearest:
            return said("nearest value");
        case StepLabel::code:
            return said("code");
        case StepLabel::centred:
            return said("less the code of zero");
        case StepLabel::code_value:
            return said("value of the code");
        case StepLabel::times_scale:
            return said("times the scale");
        case StepLabel::reconstruction:
            return said("reconstruction");
        case StepLabel::error:
            return said("error");
    }
    return {};
}

std::string TraceWording::part(StoredPart part) const {
    switch (part) {
        case StoredPart::weight:
            return said("bytes");
        case StoredPart::block:
            return said("block");
        case StoredPart::codes:
            return said("codes");
        case StoredPart::scale:
            return said("scale");
        case StoredPart::zero_point:
            return said("zero-point");
        case StoredPart::codebook:
            return said("codebook");
    }
    return {};
}

std::string TraceWording::role(BitRole role) const {
    switch (role) {
        case BitRole::unused:
            return said("unused");
        case BitRole::sign:
            return said("sign");
        case BitRole::exponent:
            return said("exponent");
        case BitRole::mantissa:
            return said("mantissa");
        case BitRole::code:
            return said("code");
        case BitRole::high_bits:
            return said("high bits");
        case BitRole::scale:
            return said("scale");
        case BitRole::minimum:
            return said("minimum");
        case BitRole::sub_scale:
            return said("sub-block scale");
        case BitRole::sub_minimum:
            return said("sub-block minimum");
        case BitRole::zero_point:
            return said("zero-point");
        case BitRole::level:
            return said("level");
        case BitRole::index:
            return said("index");
    }
    return {};
}

std::string TraceWording::unit(UnitKind kind) const {
    switch (kind) {
        case UnitKind::weight:
            return said("weight");
        case UnitKind::tensor:
            return said("tensor");
        case UnitKind::channel:
            return said("channel");
        case UnitKind::group:
            return said("group");
        case UnitKind::block:
            return said("block");
        case UnitKind::sub_block:
            return said("sub-block");
    }
    return {};
}

std::string TraceWording::note(TraceNote note) const {
    switch (note) {
        case TraceNote::not_finite:
            return said("The weight is not finite: it is left out, and its reconstruction counts as 0.");
        case TraceNote::quantized_already:
            return said("The file holds what an earlier quantization left of the weight.");
        case TraceNote::plain_packing:
            return said(
                "Codes are shown one after the other, lowest bits first; runtimes order them in ways of "
                "their own.");
        case TraceNote::scales_in_32_bits:
            return said("16-bit storage would lose one of the tensor's scales: 32-bit scales are used.");
        case TraceNote::nested_scales:
            return said("The scale is stored nested, as an 8-bit code: it is shown as it reads back.");
        case TraceNote::rescaled:
            return said("gamma: the code was chosen with another scale than the stored one.");
        case TraceNote::scale_is_zero:
            return said("The scale is 0: everything it is for becomes 0.");
        case TraceNote::code_searched:
            return said(
                "A search over the whole block chose this code, not the rounding of this weight alone.");
        case TraceNote::lattice:
            return said(
                "Several weights share an index into a codebook: the bits on which this one depends are "
                "marked.");
        case TraceNote::not_laid_out:
            return said(
                "How this format lays out its bits is not shown; the numbers are those it is measured "
                "with.");
    }
    return {};
}

std::string TraceWording::clipped() const {
    return said("The code was cut to the outermost one: the weight is clipped.");
}

}  // namespace halfstep
