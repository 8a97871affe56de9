// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <QString>

namespace halfstep {

QString roleText(Role role);    // "FFN down", translated
bool isFeedForward(Role role);  // gate, up, fused gate and up, down

}  // namespace halfstep
