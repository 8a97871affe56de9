// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/device.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace halfstep::cli {

// The device whose name is or, whatever its case, contains the text. None or several such: a wrong usage that
// names them.
Device device_argument(const std::string& text);

std::string computes_text(const Device& device);  // "16x16 8x8"

// One line about what a plan costs on the device; the same as JSON.
std::string device_line(const Device& device, const DeviceCost& cost);
nlohmann::ordered_json device_json(const Device& device, const DeviceCost& cost);

}  // namespace halfstep::cli
