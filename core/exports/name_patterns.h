// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// A set of names as one pattern: parts that follow each other, each with one or more alternatives. The names
// are all combinations: {"model.layers."} {"0", "1"} {".mlp.up_proj", ".mlp.down_proj"} are four.
struct NamePattern {
    std::vector<std::vector<std::string>> parts;
};

enum class Alternate { numbers, numbers_and_words };

// Patterns that stand for the names, each for other ones, and for nothing else. Names that differ in one
// number (a layer's, an expert's) become one pattern; with numbers_and_words, so do patterns that then differ
// in what stands between numbers. In the order in which the first name of each was met.
std::vector<NamePattern> name_patterns(std::span<const std::string> names, Alternate alternate);

// As a regular expression, anchored at both ends, alternatives in brackets: ^blk\.(0|1)\.ffn_down\.weight$.
// `escape` gives a piece of a name as it is to stand there.
std::string regex_of(const NamePattern& pattern, const std::function<std::string(std::string_view)>& escape);

// The same without the anchors.
std::string regex_body_of(const NamePattern& pattern,
                          const std::function<std::string(std::string_view)>& escape);

// The escape for Python's re and for PCRE.
std::string escaped_for_python(std::string_view text);

// A name as a glob of Python's fnmatch that matches nothing else.
std::string glob_of(std::string_view name);

}  // namespace halfstep
