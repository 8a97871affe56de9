// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>

#include <cstdint>

namespace halfstep {

// Which layers an edited scheme is meant for.
enum class ApplyScope : std::uint8_t {
    selected,   // the selected layers
    same_role,  // all layers that do what one of the selected ones does
    all_ffn,    // all feed-forward layers (gate, up, down)
    all,        // all quantizable layers
};

}  // namespace halfstep

Q_DECLARE_METATYPE(halfstep::ApplyScope)
