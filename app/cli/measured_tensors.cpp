// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/measured_tensors.h"

#include "app/cli/command.h"
#include "core/base/error.h"

#include <fmt/format.h>

#include <cstddef>
#include <optional>

namespace halfstep::cli {
namespace {

// The standard library's matcher recurses for each character; no name that people work with is this long.
constexpr std::size_t longest_name = 4096;

// Matched in steps in proportion to pattern and name, not by trying all ways, where the library can.
#ifdef __GLIBCXX__
constexpr auto syntax = std::regex_constants::ECMAScript | std::regex_constants::__polynomial;
#else
constexpr auto syntax = std::regex_constants::ECMAScript;
#endif

std::string bad_pattern(const std::string& text, const char* reason) {
    return fmt::format("'{}' is not a regular expression that can be used ({})", text, reason);
}

}  // namespace

NamePattern::NamePattern(const std::string& text) try : text_(text), regex_(text, syntax) {
} catch (const std::regex_error& error) {
    throw UsageError(bad_pattern(text, error.what()));
}

bool NamePattern::matches(const std::string& name) const try {
    return name.size() <= longest_name && std::regex_match(name, regex_);
} catch (const std::regex_error& error) {
    throw UsageError(bad_pattern(text_, error.what()));
}

std::vector<const TensorInfo*> tensors_to_measure(const Model& model, const std::string& pattern) {
    const auto wanted = pattern.empty() ? std::nullopt : std::optional<NamePattern>(pattern);
    std::vector<const TensorInfo*> tensors;
    bool any_name = false;
    for (const TensorInfo& tensor : model.tensors()) {
        const bool named = wanted ? wanted->matches(tensor.name) : tensor.quantizable;
        any_name = any_name || named;
        if (named && tensor.measurable()) tensors.push_back(&tensor);
    }
    if (!tensors.empty()) return tensors;
    const ErrorPlace place{model.path().string(), {}, {}};
    if (!wanted)
        throw Error("no tensor is a weight that is usually quantized", place,
                    "Name the tensors to measure with --tensors");
    if (any_name)
        throw Error(
            fmt::format("the tensors that '{}' matches are of types that cannot be measured", pattern), place,
            "halfstep-cli inspect lists the types");
    throw Error(fmt::format("no tensor has a name that '{}' matches as a whole", pattern), place,
                "halfstep-cli inspect lists the names");
}

}  // namespace halfstep::cli
