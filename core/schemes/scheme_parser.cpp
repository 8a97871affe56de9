// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/schemes/scheme.h"
#include "core/schemes/scheme_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace halfstep {
namespace {

constexpr std::array<std::string_view, 17> option_examples = {
    "sym", "symfull", "asym", "tensor", "channel", "g64", "minmax", "pct99.9", "mse",
    "kl",  "clip0.5", "rtn",  "s16",    "s32",     "dq",  "sqrt2",  "gamma"};

// The whole of `text` as a number; none where anything else is in it, or where it does not fit.
template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<float> finite(std::string_view text) {
    const auto value = number<float>(text);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    return *value + 0.0F;  // so that -0 and 0 print alike
}

std::optional<std::string_view> after(std::string_view word, std::string_view prefix) {
    if (!word.starts_with(prefix)) return std::nullopt;
    return word.substr(prefix.size());
}

bool begins_with_number(std::string_view text) {
    return !text.empty() && (text[0] == '-' || text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
}

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small;
}

// Levenshtein's distance, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min(substituted, std::min(row[j], diagonal) + 1);
        }
    }
    return row.back();
}

// "Nearest words: int4, int2, int3" for a mistyped word.
std::string nearest(std::string_view word, std::vector<std::string> candidates) {
    constexpr std::size_t shown = 3;
    const std::string start = in_small_letters(word.substr(0, 16));  // of a word that is far too long, enough
    std::vector<std::pair<std::size_t, std::string>> by_distance;
    for (std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(start, in_small_letters(candidate));
        by_distance.emplace_back(distance, std::move(candidate));
    }
    std::ranges::stable_sort(by_distance, {}, &std::pair<std::size_t, std::string>::first);
    candidates.clear();
    for (std::size_t i = 0; i < std::min(shown, by_distance.size()); ++i)
        candidates.push_back(std::move(by_distance[i].second));
    return fmt::format("Nearest words: {}", fmt::join(candidates, ", "));
}

std::vector<std::string> format_words() {
    std::vector<std::string> names;
    for (const Scheme& format : all_formats())
        names.push_back(format_name(format));
    return names;
}

bool is_block_type(std::string_view word) {
    for (int type = 0; type < static_cast<int>(DType::unknown); ++type) {
        const DTypeTraits& dtype = traits(static_cast<DType>(type));
        if (dtype.kind == DTypeKind::ggml_block && dtype.name == word) return true;
    }
    return false;
}

// One parse: the words seen so far fill `scheme_`; every refusal names the whole text.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Scheme parse() {
        std::string_view rest = text_;
        parse_format(next_word(rest));
        while (rest.data() != nullptr)
            parse_option(next_word(rest));
        if (!storage_) scheme_.scale_storage = default_scale_storage(scheme_);
        check_symmetry_of_clip();
        check_nested_scales();
        return scheme_;
    }

  private:
    [[noreturn]] void refuse(const std::string& reason, std::string advice = {}) const {
        throw Error(fmt::format("scheme '{}': {}", text_, reason), {}, std::move(advice));
    }

    // Cuts the next word off `rest`, which becomes null after the last one.
    std::string_view next_word(std::string_view& rest) const {
        const std::size_t colon = rest.find(':');
        const std::string_view word = rest.substr(0, colon);
        rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
        if (word.empty()) refuse(text_.empty() ? "it is empty" : "there is an empty word in it");
        return word;
    }

    void parse_format(std::string_view word) {
        if (parse_bit_format(word) || parse_float_or_block(word)) return;
        if (word == words::keep) return;
        if (is_block_type(word)) refuse(fmt::format("{} blocks can be read but not written", word));
        refuse(fmt::format("unknown format '{}'", word), nearest(word, format_words()));
    }

    bool parse_bit_format(std::string_view word) {
        for (const auto& format : words::bit_formats) {
            const auto digits = after(word, format.prefix);
            if (!digits || digits->empty() || !std::ranges::all_of(*digits, is_digit)) continue;
            const auto bits = number<int>(*digits);
            if (!bits || *bits < format.lowest || *bits > format.highest || digits->front() == '0')
                refuse(fmt::format("{0} formats go from {0}{1} to {0}{2}", format.prefix, format.lowest,
                                   format.highest));
            scheme_.family = format.family;
            scheme_.bits = *bits;
            return true;
        }
        return false;
    }

    bool parse_float_or_block(std::string_view word) {
        for (const auto& format : words::float_formats) {
            if (format.word != word) continue;
            scheme_.family = Family::floating;
            scheme_.float_format = format.format;
            return true;
        }
        for (const auto& format : words::small_floats) {
            if (format.word != word) continue;
            scheme_.family = Family::small_float;
            scheme_.bits = format.bits;
            scheme_.float_format = format.format;
            scheme_ = words::with_default_units(scheme_);
            return true;
        }
        for (const auto& format : words::block_scaled) {
            if (format.word != word) continue;
            scheme_.family = Family::block_scaled;
            scheme_.bits = format.bits;
            scheme_.float_format = format.format;
            scheme_ = words::with_default_units(scheme_);
            return true;
        }
        for (const DType block : words::block_formats) {
            if (traits(block).name != word) continue;
            scheme_.family = Family::ggml;
            scheme_.block_type = block;
            return true;
        }
        return false;
    }

    void parse_option(std::string_view word) {
        if (parse_symmetry(word) || parse_granularity(word) || parse_range(word) || parse_storage(word) ||
            parse_other(word))
            return;
        const auto formats = format_words();
        if (std::ranges::find(formats, word) != formats.end() || is_block_type(word))
            refuse(fmt::format("'{}' is a second format; a scheme has one, as its first word", word));
        refuse(fmt::format("unknown option '{}'", word),
               nearest(word, {option_examples.begin(), option_examples.end()}));
    }

    bool parse_symmetry(std::string_view word) {
        if (word != "sym" && word != "symfull" && word != "asym") return false;
        once(symmetry_, word, "symmetries");
        require(scheme_.family == Family::integer, word, "only int formats have a choice of symmetry");
        if (word == "symfull") scheme_.symmetry = Symmetry::symfull;
        if (word == "asym") scheme_.symmetry = Symmetry::asym;
        return true;
    }

    bool parse_granularity(std::string_view word) {
        const bool is_group = word.size() > 1 && word[0] == 'g' && begins_with_number(word.substr(1));
        if (word != "tensor" && word != "channel" && !is_group) return false;
        once(granularity_, word, "granularities");
        require(has_ranges(scheme_) || scheme_.family == Family::kmeans, word, why_no_granularity());
        scheme_.granularity = word == "tensor" ? Granularity::tensor : Granularity::channel;
        scheme_.group_size = 0;
        if (is_group) parse_group(word);
        return true;
    }

    void parse_group(std::string_view word) {
        const auto size = number<std::uint32_t>(word.substr(1));
        if (!size || *size == 0 || *size > words::largest_group)
            refuse(fmt::format("'{}': a group has from 1 to {} weights", word, words::largest_group));
        scheme_.granularity = Granularity::group;
        scheme_.group_size = *size;
    }

    bool parse_range(std::string_view word) {
        const auto percent = after(word, "pct");
        const auto limits = after(word, "clip");
        const bool is_percentile = percent && begins_with_number(*percent);
        const bool is_clip = limits && begins_with_number(*limits);
        if (word != "minmax" && word != "mse" && word != "kl" && !is_percentile && !is_clip) return false;
        once(range_, word, "ranges");
        require(is_scaled(), word,
                scheme_.family == Family::kmeans
                    ? "a kmeans codebook is fitted to all weights, without a range"
                    : "only formats with a scale have a range");
        require(scheme_.family != Family::block_scaled || word == "minmax", word,
                fmt::format("the format itself says what its scales are: {}", own_scales()));
        require(scheme_.family != Family::small_float || word != "kl", word,
                "the entropy calibration counts evenly spaced codes; take mse");
        require(scheme_.float_format != FloatFormat::nf4 || word != "mse", word,
                "NF4's levels are those of a normal distribution that is not clipped; take pctP or clip");
        if (word == "mse") scheme_.range = Range::mse;
        if (word == "kl") scheme_.range = Range::kl;
        if (is_percentile) parse_percentile(word, *percent);
        if (is_clip) parse_clip(word, *limits);
        return true;
    }

    void parse_percentile(std::string_view word, std::string_view text) {
        const auto percent = number<double>(text);
        if (!percent || !(*percent > 0) || !(*percent <= 100))
            refuse(fmt::format("'{}': a percentile is above 0 and at most 100", word));
        scheme_.range = Range::percentile;
        scheme_.percentile = *percent;
    }

    void parse_clip(std::string_view word, std::string_view text) {
        const std::size_t dots = text.find("..");
        const bool two_limits = dots != std::string_view::npos;
        const auto high = finite(two_limits ? text.substr(dots + 2) : text);
        const auto low = two_limits ? finite(text.substr(0, dots)) : high;
        if (!low || !high) refuse(fmt::format("'{}' is not clipX or clipL..H with finite numbers", word));
        scheme_.range = Range::clip;
        scheme_.clip_low = two_limits ? *low : -*high;
        scheme_.clip_high = *high;
        if (!two_limits && !(*high > 0)) refuse(fmt::format("'{}': the limit has to be above 0", word));
        if (!(scheme_.clip_low <= 0 && scheme_.clip_high >= 0 && scheme_.clip_low < scheme_.clip_high))
            refuse(fmt::format("'{}': the limits have to hold 0 and some width", word));
    }

    bool parse_storage(std::string_view word) {
        if (word != "s16" && word != "s32" && word != "dq") return false;
        once(storage_, word, "scale storages");
        require(has_ranges(scheme_), word, why_no_scale());
        scheme_.scale_storage = word == "s16"   ? ScaleStorage::s16
                                : word == "s32" ? ScaleStorage::s32
                                                : ScaleStorage::dq;
        return true;
    }

    bool parse_other(std::string_view word) {
        if (word == "rtn") {
            once(method_, word, "rounding methods");
            require(is_scaled() || scheme_.family == Family::kmeans, word,
                    fmt::format("{} has no choice of rounding method", format_name(scheme_)));
            return true;
        }
        if (word == "sqrt2") {
            once(sqrt2_, word, "words");
            require(scheme_.family == Family::logarithmic, word, "only log formats have steps in octaves");
            scheme_.half_octave = true;
            return true;
        }
        if (word == "gamma") {
            once(gamma_, word, "words");
            require(has_ranges(scheme_), word, why_no_scale());
            scheme_.gamma = true;
            return true;
        }
        return false;
    }

    // Symmetry may be named after the limits, so this waits for the last word.
    void check_symmetry_of_clip() const {
        if (scheme_.range == Range::clip && scheme_.symmetry != Symmetry::asym &&
            scheme_.clip_low != -scheme_.clip_high)
            refuse(fmt::format("'{}': two different limits need asym", *range_));
    }

    // bitsandbytes nests the scales of groups, which are all positive and without zero-points.
    void check_nested_scales() const {
        if (scheme_.scale_storage != ScaleStorage::dq) return;
        require(scheme_.family != Family::logarithmic, "dq",
                "the scales of log formats are powers of two, which nested ones would not be");
        require(scheme_.symmetry != Symmetry::asym, "dq", "nested scales have no zero-points beside them");
        require(!scheme_.gamma, "dq", "gamma would change the scales that were nested");
        require(scheme_.granularity == Granularity::group, "dq",
                "scales are nested where there are many: name groups, as in g64");
        require(
            scheme_.group_size >= words::shortest_nested_group, "dq",
            fmt::format("scales are nested for groups of {} weights and more", words::shortest_nested_group));
    }

    std::string own_scales() const {
        if (scheme_.float_format == FloatFormat::nvfp4)
            return "FP8 (E4M3), and one in float32 for the tensor";
        return "powers of two (E8M0), from the largest weight of each group";
    }

    bool is_scaled() const { return has_scales(scheme_); }

    std::string why_no_scale() const {
        switch (scheme_.family) {
            case Family::kmeans:
                return "a kmeans codebook has no scale";
            case Family::ggml:
                return fmt::format("{} has its scales inside its blocks", format_name(scheme_));
            case Family::block_scaled:
                return fmt::format("{} has scales of its own: {}", format_name(scheme_), own_scales());
            default:
                return fmt::format("{} has no scale", format_name(scheme_));
        }
    }

    std::string why_no_granularity() const {
        if (scheme_.family == Family::ggml)
            return fmt::format("{} always has blocks of {} weights", format_name(scheme_),
                               traits(scheme_.block_type).block_elements);
        if (scheme_.family == Family::block_scaled)
            return fmt::format("{} always has groups of {} weights", format_name(scheme_),
                               scheme_.group_size);
        return why_no_scale();
    }

    void require(bool possible, std::string_view word, const std::string& reason) const {
        if (!possible)
            refuse(fmt::format("'{}' cannot be combined with {}: {}", word, format_name(scheme_), reason));
    }

    // Each kind of option is given at most once.
    void once(std::optional<std::string_view>& slot, std::string_view word, std::string_view kind) const {
        if (slot && *slot == word) refuse(fmt::format("'{}' stands in it twice", word));
        if (slot) refuse(fmt::format("'{}' and '{}' are two {}; a scheme has one", *slot, word, kind));
        slot = word;
    }

    static bool is_digit(char c) { return c >= '0' && c <= '9'; }

    std::string_view text_;
    Scheme scheme_;
    std::optional<std::string_view> symmetry_, granularity_, range_, method_, storage_, sqrt2_, gamma_;
};

}  // namespace

Scheme parse_scheme(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace halfstep
