// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace halfstep::lister {

// Why a file is not read, and which object in it is to blame.
class Refusal : public std::runtime_error {
  public:
    Refusal(std::string path, const std::string& problem, std::string advice = {})
        : std::runtime_error(problem), path_(std::move(path)), advice_(std::move(advice)) {}

    const std::string& path() const { return path_; }
    const std::string& advice() const { return advice_; }

  private:
    std::string path_;
    std::string advice_;
};

inline constexpr const char* damaged = "The file is damaged: download or export it again";

}  // namespace halfstep::lister
