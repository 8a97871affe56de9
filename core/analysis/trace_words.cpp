// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/trace_text.h"

namespace halfstep {

std::string TraceWording::section(TraceSection section) const {
    switch (section) {
        case TraceSection::as_stored:
            return "In the file";
        case TraceSection::unit:
            return "What shares its scale";
        case TraceSection::stored:
            return "Quantized";
        case TraceSection::encoding:
            return "From the weight to its code";
        case TraceSection::decoding:
            return "And back";
        case TraceSection::notes:
            return "Notes";
    }
    return {};
}

std::string TraceWording::step(StepLabel label) const {
    switch (label) {
        case StepLabel::weight:
            return "weight";
        case StepLabel::rounded_to_float32:
            return "in float32";
        case StepLabel::block_extreme:
            return "largest weight of the block";
        case StepLabel::block_largest:
            return "largest magnitude of the block";
        case StepLabel::block_minimum:
            return "smallest weight of the block";
        case StepLabel::block_maximum:
            return "largest weight of the block";
        case StepLabel::exact_scale:
            return "scale before it is stored";
        case StepLabel::scale:
            return "scale";
        case StepLabel::minimum:
            return "minimum";
        case StepLabel::sub_scale:
            return "scale of the sub-block";
        case StepLabel::sub_minimum:
            return "minimum of the sub-block";
        case StepLabel::reciprocal:
            return "reciprocal of the scale";
        case StepLabel::above_minimum:
            return "above the minimum";
        case StepLabel::scaled:
            return "in steps of the scale";
        case StepLabel::half_added:
            return "shifted, with a half to round";
        case StepLabel::rounded:
            return "rounded";
        case StepLabel::offset_added:
            return "plus the code of zero";
        case StepLabel::clamped:
            return "kept within the codes";
        case StepLabel::octaves:
            return "in octaves";
        case StepLabel::below_largest:
            return "steps below the largest level";
        case StepLabel::level_place:
            return "place of the level";
        case StepLabel::nearest:
            return "nearest value";
        case StepLabel::code:
            return "code";
        case StepLabel::centred:
            return "less the code of zero";
        case StepLabel::code_value:
            return "value of the code";
        case StepLabel::times_scale:
            return "times the scale";
        case StepLabel::reconstruction:
            return "reconstruction";
        case StepLabel::error:
            return "error";
    }
    return {};
}

std::string TraceWording::part(StoredPart part) const {
    switch (part) {
        case StoredPart::weight:
            return "bytes";
        case StoredPart::block:
            return "block";
        case StoredPart::codes:
            return "codes";
        case StoredPart::scale:
            return "scale";
        case StoredPart::zero_point:
            return "zero-point";
        case StoredPart::codebook:
            return "codebook";
    }
    return {};
}

std::string TraceWording::role(BitRole role) const {
    switch (role) {
        case BitRole::unused:
            return "unused";
        case BitRole::sign:
            return "sign";
        case BitRole::exponent:
            return "exponent";
        case BitRole::mantissa:
            return "mantissa";
        case BitRole::code:
            return "code";
        case BitRole::high_bits:
            return "high bits";
        case BitRole::scale:
            return "scale";
        case BitRole::minimum:
            return "minimum";
        case BitRole::sub_scale:
            return "scale of the sub-block";
        case BitRole::sub_minimum:
            return "minimum of the sub-block";
        case BitRole::zero_point:
            return "zero-point";
        case BitRole::level:
            return "level";
        case BitRole::index:
            return "index";
    }
    return {};
}

std::string TraceWording::unit(UnitKind kind) const {
    switch (kind) {
        case UnitKind::weight:
            return "the weight alone";
        case UnitKind::tensor:
            return "tensor";
        case UnitKind::channel:
            return "channel";
        case UnitKind::group:
            return "group";
        case UnitKind::block:
            return "block";
        case UnitKind::sub_block:
            return "sub-block";
    }
    return {};
}

std::string TraceWording::note(TraceNote note) const {
    switch (note) {
        case TraceNote::not_finite:
            return "The weight is not finite: it is left out, and its reconstruction counts as 0.";
        case TraceNote::quantized_already:
            return "The file holds what an earlier quantization left of the weight.";
        case TraceNote::plain_packing:
            return "Codes are shown one after the other, lowest bits first; runtimes order them in ways of "
                   "their own.";
        case TraceNote::scales_in_32_bits:
            return "16-bit storage would lose one of the tensor's scales: 32-bit scales are used.";
        case TraceNote::rescaled:
            return "gamma: the code was chosen with another scale than the stored one.";
        case TraceNote::scale_is_zero:
            return "The scale is 0: everything it is for becomes 0.";
        case TraceNote::code_searched:
            return "A search over the whole block chose this code, not the rounding of this weight alone.";
        case TraceNote::lattice:
            return "Several weights share an index into a codebook: the bits on which this one depends are "
                   "marked.";
        case TraceNote::not_laid_out:
            return "How this format lays out its bits is not shown yet; the numbers are those it is measured "
                   "with.";
    }
    return {};
}

}  // namespace halfstep
