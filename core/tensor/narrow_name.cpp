// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/narrow_name.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace halfstep {
namespace {

struct Word {
    std::string_view text;
    bool shown = true;
};

std::vector<Word> words_of(std::string_view name) {
    std::vector<Word> words;
    while (true) {
        const std::size_t end = name.find('.');
        words.push_back({name.substr(0, end)});
        if (end == std::string_view::npos) return words;
        name.remove_prefix(end + 1);
    }
}

// With one ellipsis for each run of words that are not shown.
std::string joined(const std::vector<Word>& words) {
    std::string text;
    bool gap = false;
    for (const Word& word : words) {
        if (!word.shown) {
            gap = true;
            continue;
        }
        if (gap)
            text += "…";
        else if (&word != words.data())
            text += '.';
        text += word.text;
        gap = false;
    }
    return text;
}

std::size_t words_kept(const std::vector<Word>& words) {
    const std::string_view last = words.back().text;
    return words.size() > 1 && (last == "weight" || last == "bias") ? 2 : 1;
}

}  // namespace

std::string narrow_name(std::string_view name, const std::function<bool(std::string_view)>& fits) {
    if (fits(name)) return std::string(name);
    std::vector<Word> words = words_of(name);
    const std::size_t removable = words.size() - words_kept(words);
    for (std::size_t place = 1; place <= removable; ++place) {
        Word& word = words[place % removable];
        if (std::ranges::any_of(word.text, [](char c) { return c >= '0' && c <= '9'; })) continue;
        word.shown = false;
        std::string narrow = joined(words);
        if (fits(narrow)) return narrow;
    }
    return std::string(name);
}

}  // namespace halfstep
