// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/scheme.h"
#include "core/schemes/small_floats.h"

#include <fmt/format.h>

namespace halfstep {
namespace {

constexpr std::uint64_t codebook_level_bits = 16;
constexpr std::uint64_t nested_block = 256;

std::uint64_t bits_in_blocks(DType dtype, std::uint64_t channels, std::uint64_t inputs) {
    const DTypeTraits& type = traits(dtype);
    if (type.block_elements == 1) return channels * inputs * type.block_bits;
    return channels * ((inputs + type.block_elements - 1) / type.block_elements) * type.block_bits;
}

// Of one scale.
std::uint64_t scale_bits(const Scheme& scheme) {
    if (scheme.family == Family::block_scaled) return 8;
    switch (scheme.scale_storage) {
        case ScaleStorage::s32:
            break;
        case ScaleStorage::s16:
            return 16;
        case ScaleStorage::dq:
            return 8;
    }
    return 32;
}

std::uint64_t side_bits(const Scheme& scheme) {
    if (scheme.family == Family::kmeans) return codebook_level_bits << static_cast<unsigned>(scheme.bits);
    const auto code = static_cast<std::uint64_t>(scheme.bits);
    return scheme.symmetry == Symmetry::asym ? scale_bits(scheme) + code : scale_bits(scheme);
}

// What all scales of a tensor share.
std::uint64_t shared_bits(const Scheme& scheme, std::uint64_t units) {
    if (units == 0) return 0;
    if (scheme.family == Family::block_scaled) return scheme.float_format == FloatFormat::nvfp4 ? 32 : 0;
    if (scheme.scale_storage != ScaleStorage::dq) return 0;
    return 32 * ((units + nested_block - 1) / nested_block) + 32;
}

}  // namespace

ScaleStorage default_scale_storage(const Scheme& scheme) {
    const bool nf4 = scheme.family == Family::small_float && scheme.float_format == FloatFormat::nf4;
    const bool short_scales = scheme.granularity == Granularity::group && scheme.family != Family::kmeans &&
                              scheme.family != Family::block_scaled && !nf4;
    return short_scales ? ScaleStorage::s16 : ScaleStorage::s32;
}

bool has_scales(const Scheme& scheme) {
    return scheme.family == Family::integer || scheme.family == Family::logarithmic ||
           scheme.family == Family::small_float || scheme.family == Family::block_scaled;
}

bool has_ranges(const Scheme& scheme) {
    return has_scales(scheme) && scheme.family != Family::block_scaled;
}

std::uint64_t scale_units(const Scheme& scheme, std::uint64_t channels, std::uint64_t inputs) {
    if (channels == 0 || inputs == 0) return 0;
    switch (scheme.granularity) {
        case Granularity::tensor:
            return 1;
        case Granularity::channel:
            return channels;
        case Granularity::group:
            return channels * (1 + (inputs - 1) / scheme.group_size);
    }
    return 0;
}

std::uint64_t stored_bits(const Scheme& scheme, std::uint64_t channels, std::uint64_t inputs, DType source) {
    const std::uint64_t elements = channels * inputs;
    switch (scheme.family) {
        case Family::integer:
        case Family::logarithmic:
        case Family::kmeans:
        case Family::small_float:
        case Family::block_scaled: {
            const std::uint64_t units = scale_units(scheme, channels, inputs);
            return elements * static_cast<std::uint64_t>(scheme.bits) + units * side_bits(scheme) +
                   shared_bits(scheme, units);
        }
        case Family::floating:
            return elements * (scheme.float_format == FloatFormat::fp32 ? 32U : 16U);
        case Family::ggml:
            return bits_in_blocks(scheme.block_type, channels, inputs);
        case Family::keep:
            return bits_in_blocks(source, channels, inputs);
    }
    return 0;
}

std::string why_not_applicable(const Scheme& scheme, std::uint64_t inputs) {
    if (scheme.family != Family::ggml) return {};
    const DTypeTraits& type = traits(scheme.block_type);
    if (inputs % type.block_elements == 0) return {};
    return fmt::format("{} stores blocks of {} weights, which do not cross rows, and a row has {} weights",
                       type.name, type.block_elements, inputs);
}

std::uint32_t level_count(const Scheme& scheme) {
    const std::uint32_t codes = 1U << static_cast<unsigned>(scheme.bits);
    switch (scheme.family) {
        case Family::integer:
            return scheme.symmetry == Symmetry::sym ? codes - 1 : codes;
        case Family::logarithmic:
            return codes - 1;  // 0 and as many positive levels as negative ones
        case Family::kmeans:
            return codes;
        case Family::small_float:
        case Family::block_scaled:
            return static_cast<std::uint32_t>(unscaled_values(scheme.float_format).size());
        case Family::ggml:
            switch (scheme.block_type) {
                case DType::q1_0:
                    return 2;
                case DType::tq1_0:
                case DType::tq2_0:
                case DType::q2_0:  // has a fourth code, twice the scale, that is never written
                    return 3;
                case DType::q2_K:
                    return 4;
                case DType::q3_K:
                    return 8;
                case DType::q4_0:
                case DType::q4_1:
                case DType::q4_K:
                case DType::iq4_nl:
                case DType::iq4_xs:
                    return 16;
                case DType::q5_0:
                case DType::q5_1:
                case DType::q5_K:
                    return 32;
                case DType::q6_K:
                    return 64;
                case DType::q8_0:
                    return 255;
                default:
                    return 0;
            }
        case Family::floating:
        case Family::keep:
            return 0;
    }
    return 0;
}

}  // namespace halfstep
