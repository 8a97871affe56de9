// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/sentence.h"

#include <fmt/args.h>
#include <fmt/format.h>

namespace halfstep {

std::string Sentence::text() const {
    return text(pattern_, std::locale::classic(), [](const std::string& word) { return word; });
}

std::string Sentence::text(const std::string& pattern, const std::locale& locale,
                           const std::function<std::string(const std::string&)>& word) const {
    fmt::dynamic_format_arg_store<fmt::format_context> store;
    for (const Value& value : values_) {
        if (const auto* text = std::get_if<std::string>(&value))
            store.push_back(word(*text));
        else if (const auto* whole = std::get_if<std::int64_t>(&value))
            store.push_back(*whole);
        else
            store.push_back(std::get<double>(value));
    }
    return fmt::vformat(locale, pattern, store);
}

}  // namespace halfstep
