// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/analysis/trace_text.h"

#include <QString>

namespace halfstep {

// The words of a trace in the language of the window, numbers with its decimal point.
class TraceSpeech : public TraceWording {
  public:
    std::string decimal_point() const override;

  protected:
    std::string said(const char* english) const override;
};

}  // namespace halfstep
