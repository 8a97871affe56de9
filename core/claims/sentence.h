// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <locale>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace halfstep {

// A sentence and the values in it, kept apart, so that it can be said in another language: a translation of
// the pattern takes the same values, in any order.
class Sentence {
  public:
    using Value = std::variant<std::string, std::int64_t, double>;

    Sentence() = default;
    // The pattern has a place for each value as fmt writes them: "{} of {:.2f}", "{1} of {0}".
    template <class... Values>
    explicit Sentence(std::string_view pattern, const Values&... values)
        : pattern_(pattern), values_{value_of(values)...} {}

    bool empty() const { return pattern_.empty(); }
    const std::string& pattern() const { return pattern_; }

    std::string text() const;  // in English

    // In another language: `pattern` is the translation, `word` translates the values that are words, and
    // numbers that ask for it ("{:.2Lf}") are written as in `locale`. Throws fmt::format_error where the
    // translation does not go with the values.
    std::string text(const std::string& pattern, const std::locale& locale,
                     const std::function<std::string(const std::string&)>& word) const;

    friend bool operator==(const Sentence&, const Sentence&) = default;

  private:
    static Value value_of(std::integral auto number) { return static_cast<std::int64_t>(number); }
    static Value value_of(std::floating_point auto number) { return static_cast<double>(number); }
    static Value value_of(std::string_view word) { return std::string(word); }

    std::string pattern_;
    std::vector<Value> values_;
};

}  // namespace halfstep
