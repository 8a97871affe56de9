// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings/device_name.h"

#include <QCoreApplication>

#include <array>

namespace halfstep {
namespace {

// From resources/devices.json, repeated here for the translators.
[[maybe_unused]] constexpr std::array names{
    QT_TRANSLATE_NOOP("Devices", "Desktop, two channels of DDR5-5600"),
    QT_TRANSLATE_NOOP("Devices", "Desktop, two channels of DDR4-3200"),
    QT_TRANSLATE_NOOP("Devices", "Phone, 8 GB of LPDDR5X-8533"),
    QT_TRANSLATE_NOOP("Devices", "Watch, 2 GB of LPDDR4X-4266")};

}  // namespace

QString deviceName(const Device& device) {
    return QCoreApplication::translate("Devices", device.name.c_str());
}

}  // namespace halfstep
