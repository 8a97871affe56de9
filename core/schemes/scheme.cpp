// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/schemes/scheme.h"

#include "core/schemes/scheme_words.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace halfstep {
namespace {

// The shortest decimal text that reads back as the same number.
template <class Number>
std::string shortest(Number value) {
    std::array<char, 64> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

std::string clip_word(const Scheme& scheme) {
    if (scheme.clip_low == -scheme.clip_high) return "clip" + shortest(scheme.clip_high);
    return "clip" + shortest(scheme.clip_low) + ".." + shortest(scheme.clip_high);
}

std::string range_word(const Scheme& scheme) {
    switch (scheme.range) {
        case Range::minmax:
            return "minmax";
        case Range::percentile:
            return "pct" + shortest(scheme.percentile);
        case Range::mse:
            return "mse";
        case Range::kl:
            return "kl";
        case Range::clip:
            return clip_word(scheme);
    }
    return {};
}

std::string granularity_word(const Scheme& scheme) {
    switch (scheme.granularity) {
        case Granularity::tensor:
            return "tensor";
        case Granularity::channel:
            return "channel";
        case Granularity::group:
            return fmt::format("g{}", scheme.group_size);
    }
    return {};
}

std::string storage_word(ScaleStorage storage) {
    switch (storage) {
        case ScaleStorage::s32:
            return "s32";
        case ScaleStorage::s16:
            return "s16";
        case ScaleStorage::dq:
            return "dq";
    }
    return {};
}

}  // namespace

std::string format_name(const Scheme& scheme) {
    for (const auto& format : words::bit_formats)
        if (format.family == scheme.family) return fmt::format("{}{}", format.prefix, scheme.bits);
    for (const auto& format : words::float_formats)
        if (scheme.family == Family::floating && format.format == scheme.float_format)
            return std::string(format.word);
    for (const auto& format : words::small_floats)
        if (scheme.family == Family::small_float && format.format == scheme.float_format)
            return std::string(format.word);
    for (const auto& format : words::block_scaled)
        if (scheme.family == Family::block_scaled && format.format == scheme.float_format)
            return std::string(format.word);
    if (scheme.family == Family::ggml) return std::string(traits(scheme.block_type).name);
    return std::string(words::keep);
}

std::string to_string(const Scheme& scheme) {
    std::string text = format_name(scheme);
    const auto add = [&text](const std::string& word) { text += ":" + word; };
    const Scheme defaults =
        words::with_default_units({.family = scheme.family, .float_format = scheme.float_format});
    if (scheme.symmetry == Symmetry::symfull) add("symfull");
    if (scheme.symmetry == Symmetry::asym) add("asym");
    const bool usual_units =
        scheme.granularity == defaults.granularity && scheme.group_size == defaults.group_size;
    if (!usual_units) add(granularity_word(scheme));
    if (scheme.range != defaults.range) add(range_word(scheme));
    if (scheme.scale_storage != default_scale_storage(scheme)) add(storage_word(scheme.scale_storage));
    if (scheme.half_octave) add("sqrt2");
    if (scheme.gamma) add("gamma");
    return text;
}

std::vector<Scheme> all_formats() {
    std::vector<Scheme> formats;
    for (const auto& format : words::bit_formats)
        for (int bits = format.lowest; bits <= format.highest; ++bits)
            formats.push_back({.family = format.family, .bits = bits});
    for (const auto& format : words::float_formats)
        formats.push_back({.family = Family::floating, .float_format = format.format});
    for (const auto& format : words::small_floats) {
        Scheme scheme = words::with_default_units(
            {.family = Family::small_float, .bits = format.bits, .float_format = format.format});
        scheme.scale_storage = default_scale_storage(scheme);
        formats.push_back(scheme);
    }
    for (const auto& format : words::block_scaled)
        formats.push_back(words::with_default_units(
            {.family = Family::block_scaled, .bits = format.bits, .float_format = format.format}));
    for (const DType block : words::block_formats)
        formats.push_back({.family = Family::ggml, .block_type = block});
    formats.push_back({.family = Family::keep});
    return formats;
}

}  // namespace halfstep
