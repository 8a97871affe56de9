// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace halfstep {

// The part of a tensor's name that tells it from its neighbours, for narrow places: "layers.3.mlp.up_proj"
// for "model.layers.3.mlp.up_proj.weight". Never empty where the name is not.
QString shortTensorName(const QString& name);

}  // namespace halfstep
