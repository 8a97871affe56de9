// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <regex>
#include <string>
#include <vector>

namespace halfstep::cli {

// A pattern of the command line that has to match whole names. A bad one is a wrong usage.
class NamePattern {
  public:
    explicit NamePattern(const std::string& text);
    bool matches(const std::string& name) const;

  private:
    std::string text_;
    std::regex regex_;
};

// The quantizable tensors, or with a pattern (not empty) all measurable ones whose name matches. Throws Error
// where that leaves none.
std::vector<const TensorInfo*> tensors_to_measure(const Model& model, const std::string& pattern);

}  // namespace halfstep::cli
