// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace halfstep {

// A tensor's name with an ellipsis for as many of its words as must go until it `fits`. What tells it from
// its neighbours stays: words with digits and the last one, with the one before it where that is but "weight"
// or "bias". "layers.3…57.down_proj" of "layers.3.mlp.experts.57.down_proj". The first word is the last to
// go. Where all that is not enough, the whole name.
std::string narrow_name(std::string_view name, const std::function<bool(std::string_view)>& fits);

}  // namespace halfstep
