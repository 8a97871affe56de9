// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/device.h"

#include <QString>

namespace halfstep {

// What the window calls a device: most names are the makers' own, those of the list that are words are
// translated.
QString deviceName(const Device& device);

}  // namespace halfstep
