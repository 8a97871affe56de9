// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

#include <fmt/format.h>

#include <utility>

namespace halfstep {
namespace {

std::string sentence(const std::string& problem, const ErrorPlace& place, const std::string& advice) {
    std::string text;
    if (!place.file.empty()) text += place.file + ": ";
    if (!place.tensor.empty()) text += "'" + place.tensor + "': ";
    if (place.byte_offset) text += fmt::format("at byte {}: ", *place.byte_offset);
    text += problem;
    if (!advice.empty()) text += ". " + advice;
    return text;
}

}  // namespace

Error::Error(std::string problem, ErrorPlace place, std::string advice)
    : std::runtime_error(sentence(problem, place, advice)),
      problem_(std::move(problem)),
      place_(std::move(place)),
      advice_(std::move(advice)) {}

}  // namespace halfstep
