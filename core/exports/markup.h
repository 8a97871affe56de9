// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace halfstep {

// Text made safe for HTML and SVG, between tags and in attributes. What is not UTF-8 and control characters
// come out as the replacement character.
std::string escaped_markup(std::string_view text);

// The start and the end of a text with an ellipsis between, at most `characters` long.
std::string shortened_middle(std::string_view text, std::size_t characters);

// Draws one inline picture. Colours come from the page: everything is styled by class.
class SvgWriter {
  public:
    // `label` says to those who cannot see it what the picture shows.
    SvgWriter(double width, double height, std::string_view label);

    // `tip` is shown by the browser while the pointer rests there.
    void rectangle(double x, double y, double width, double height, std::string_view style,
                   std::string_view tip = {});
    void line(double x1, double y1, double x2, double y2, std::string_view style);
    void text(double x, double y, std::string_view text, std::string_view style, std::string_view tip = {});

    std::string finish();

  private:
    std::string svg_;
};

}  // namespace halfstep
