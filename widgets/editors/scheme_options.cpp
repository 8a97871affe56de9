// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/editors/scheme_options.h"

#include "core/base/error.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <string>

namespace halfstep {
namespace {

struct Options {
    Q_DECLARE_TR_FUNCTIONS(halfstep::SchemeOptions)
};

constexpr std::uint32_t usual_group_size = 128;
constexpr std::uint32_t largest_group_size = 65536;

QString formatName(const Scheme& scheme) {
    return QString::fromStdString(format_name(scheme));
}

}  // namespace

std::optional<BitLimits> bitLimits(Family family) {
    std::optional<BitLimits> limits;
    for (const Scheme& format : formatsOf(family)) {
        if (format.bits == 0) return std::nullopt;
        if (!limits) limits = BitLimits{format.bits, format.bits};
        limits->lowest = std::min(limits->lowest, format.bits);
        limits->highest = std::max(limits->highest, format.bits);
    }
    return limits;
}

std::vector<Scheme> formatsOf(Family family) {
    std::vector<Scheme> formats = all_formats();
    std::erase_if(formats, [family](const Scheme& format) { return format.family != family; });
    return formats;
}

bool allowsOption(const Scheme& format, std::string_view word) {
    try {
        parse_scheme(format_name(format) + ":" + std::string(word));
        return true;
    } catch (const Error&) {
        return false;
    }
}

bool allowsNestedScales(const Scheme& scheme) {
    Scheme nested = scheme;
    nested.scale_storage = ScaleStorage::dq;
    try {
        return parse_scheme(to_string(nested)) == nested;
    } catch (const Error&) {
        return false;
    }
}

std::string_view rangeWord(Range range) {
    switch (range) {
        case Range::minmax:
            return "minmax";
        case Range::percentile:
            return "pct99";
        case Range::mse:
            return "mse";
        case Range::kl:
            return "kl";
        case Range::clip:
            return "clip1";
    }
    return {};
}

Scheme possibleScheme(Scheme wanted) {
    if (const auto limits = bitLimits(wanted.family))
        wanted.bits = std::clamp(wanted.bits, limits->lowest, limits->highest);
    Scheme scheme = parse_scheme(format_name(wanted));
    if (allowsOption(scheme, "asym")) scheme.symmetry = wanted.symmetry;
    if (allowsOption(scheme, "g64")) {
        scheme.granularity = wanted.granularity;
        scheme.group_size = wanted.granularity == Granularity::group
                                ? std::clamp(wanted.group_size, 1U, largest_group_size)
                                : 0;
    }
    if (allowsOption(scheme, rangeWord(wanted.range))) scheme.range = wanted.range;
    if (scheme.range == Range::percentile)
        scheme.percentile = wanted.percentile > 0 ? std::min(wanted.percentile, 100.0) : 99.9;
    if (scheme.range == Range::clip) {
        scheme.clip_low = std::min(wanted.clip_low, 0.0F);
        scheme.clip_high = std::max(wanted.clip_high, 0.0F);
        if (scheme.symmetry != Symmetry::asym) {
            scheme.clip_high = std::max(-scheme.clip_low, scheme.clip_high);
            scheme.clip_low = -scheme.clip_high;
        }
        if (!(scheme.clip_low < scheme.clip_high)) {
            scheme.clip_low = scheme.symmetry == Symmetry::asym ? 0.0F : -1.0F;
            scheme.clip_high = 1;
        }
    }
    scheme.scale_storage = allowsOption(scheme, "s16") ? wanted.scale_storage : default_scale_storage(scheme);
    scheme.half_octave = wanted.half_octave && allowsOption(scheme, "sqrt2");
    scheme.gamma = wanted.gamma && allowsOption(scheme, "gamma");
    if (scheme.scale_storage == ScaleStorage::dq && !allowsNestedScales(scheme))
        scheme.scale_storage = default_scale_storage(scheme);
    return scheme;
}

Scheme withFamily(const Scheme& scheme, Family family) {
    if (scheme.family == family) return scheme;
    const std::vector<Scheme> formats = formatsOf(family);
    if (formats.empty()) return scheme;
    Scheme wanted = scheme;
    wanted.family = family;
    wanted.float_format =
        family == Family::small_float ? FloatFormat::fp8_e4m3 : formats.front().float_format;
    wanted.block_type = formats.front().block_type;
    if (wanted.bits == 0) wanted.bits = 4;
    return possibleScheme(wanted);
}

Scheme withFormat(const Scheme& scheme, const Scheme& format) {
    // NF4 is a format of groups; the others keep what was chosen.
    const bool nf4 = scheme.float_format == FloatFormat::nf4 || format.float_format == FloatFormat::nf4;
    if (format.family != Family::small_float || nf4) return format;
    Scheme wanted = scheme;
    wanted.bits = format.bits;
    wanted.float_format = format.float_format;
    return possibleScheme(wanted);
}

Scheme withSymmetry(const Scheme& scheme, Symmetry symmetry) {
    Scheme wanted = scheme;
    wanted.symmetry = symmetry;
    return possibleScheme(wanted);
}

Scheme withGranularity(const Scheme& scheme, Granularity granularity, std::uint32_t group_size) {
    Scheme wanted = scheme;
    const bool usual_storage = scheme.scale_storage == default_scale_storage(scheme);
    wanted.granularity = granularity;
    wanted.group_size = granularity != Granularity::group ? 0
                        : group_size > 0                  ? group_size
                                                          : usual_group_size;
    if (usual_storage) wanted.scale_storage = default_scale_storage(wanted);
    return possibleScheme(wanted);
}

ReadNotation readNotation(const QString& text) {
    const QString trimmed = text.trimmed();
    if (trimmed.isEmpty()) return {std::nullopt, Options::tr("Type a scheme, as in int4:g128")};
    try {
        return {parse_scheme(trimmed.toStdString()), {}};
    } catch (const Error& error) {
        // The text itself stands right above.
        QString problem = QString::fromStdString(error.problem());
        const QString prefix = QStringLiteral("scheme '%1': ").arg(trimmed);
        if (problem.startsWith(prefix)) problem.remove(0, prefix.size());
        if (!problem.isEmpty()) problem[0] = problem[0].toUpper();
        if (!error.advice().empty()) problem += QStringLiteral(". ") + QString::fromStdString(error.advice());
        return {std::nullopt, problem};
    }
}

QString familyText(Family family) {
    switch (family) {
        case Family::integer:
            return Options::tr("Integer", "family of number formats");
        case Family::logarithmic:
            return Options::tr("Logarithmic", "family of number formats");
        case Family::kmeans:
            return Options::tr("k-means codebook", "family of number formats");
        case Family::small_float:
            return Options::tr("Small floats", "family of number formats");
        case Family::block_scaled:
            return Options::tr("Block-scaled (MX, NVFP4)", "family of number formats");
        case Family::floating:
            return Options::tr("Floating point", "family of number formats");
        case Family::ggml:
            return Options::tr("GGUF block", "family of number formats");
        case Family::keep:
            return Options::tr("Keep as stored", "not quantized");
    }
    return {};
}

QString familyExplanation(Family family) {
    switch (family) {
        case Family::integer:
            return Options::tr("Evenly spaced levels: value = scale · (code − zero-point)");
        case Family::logarithmic:
            return Options::tr("Powers of two: fine steps near zero, coarse ones far from it");
        case Family::kmeans:
            return Options::tr("A codebook of levels fitted to the weights, with the least squared error");
        case Family::small_float:
            return Options::tr("Floating point in 4 to 8 bits, and NF4, with a scale: fine steps near zero");
        case Family::block_scaled:
            return Options::tr("Short groups of small floats or integers whose scales take 8 bits");
        case Family::floating:
            return Options::tr("A shorter floating-point type, without a scale");
        case Family::ggml:
            return Options::tr("A block type of llama.cpp, byte for byte as it writes it");
        case Family::keep:
            return Options::tr("The tensor is not touched");
    }
    return {};
}

QString whyNoSymmetry() {
    return Options::tr("Only integer formats have a choice of symmetry.");
}

QString whyNoScale(const Scheme& scheme) {
    switch (scheme.family) {
        case Family::kmeans:
            return Options::tr("A k-means codebook has no scale.");
        case Family::ggml:
            return Options::tr("%1 has its scales inside its blocks.").arg(formatName(scheme));
        case Family::block_scaled:
            return Options::tr("%1 says itself how its scales are chosen and stored.")
                .arg(formatName(scheme));
        case Family::keep:
            return Options::tr("A tensor that is kept has no scale.");
        default:
            return Options::tr("%1 has no scale.").arg(formatName(scheme));
    }
}

QString whyNoGranularity(const Scheme& scheme) {
    if (scheme.family == Family::block_scaled)
        return Options::tr("%1 always has groups of %n weights.", nullptr,
                           static_cast<int>(scheme.group_size))
            .arg(formatName(scheme));
    if (scheme.family != Family::ggml) return whyNoScale(scheme);
    return Options::tr("%1 always has blocks of %n weights.", nullptr,
                       static_cast<int>(traits(scheme.block_type).block_elements))
        .arg(formatName(scheme));
}

QString whyNoRange(const Scheme& scheme) {
    if (scheme.family == Family::kmeans)
        return Options::tr("A k-means codebook is fitted to all weights, without a range.");
    return whyNoScale(scheme);
}

}  // namespace halfstep
