// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>

namespace halfstep {

// Where an error was found; parts that do not apply stay empty.
struct ErrorPlace {
    std::string file;
    std::string tensor;                        // or the metadata key
    std::optional<std::uint64_t> byte_offset;  // from the start of `file`
};

// The one exception of the engine: what happened, where, and what the user can do about it.
// what() is the whole sentence: "FILE: tensor 'T': at byte N: WHAT. ADVICE" (parts that are empty are left
// out).
class Error : public std::runtime_error {
  public:
    explicit Error(std::string problem, ErrorPlace place = {}, std::string advice = {});

    const std::string& problem() const { return problem_; }
    const ErrorPlace& place() const { return place_; }
    const std::string& advice() const { return advice_; }

  private:
    std::string problem_;
    ErrorPlace place_;
    std::string advice_;
};

// Thrown where a stop was asked for; carries nothing, because nothing went wrong.
class Cancelled : public std::exception {
  public:
    const char* what() const noexcept override { return "cancelled"; }
};

}  // namespace halfstep
