// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace halfstep {

enum class Severity { note, warning, error };

// A problem that does not stop the model from opening, or a scheme from being measured.
struct Issue {
    Severity severity = Severity::note;
    std::string tensor;  // empty where it concerns the whole model
    std::string message;

    friend bool operator==(const Issue&, const Issue&) = default;
};

}  // namespace halfstep
