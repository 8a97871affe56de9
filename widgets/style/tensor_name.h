// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <functional>

namespace halfstep {

// The part of a tensor's name that tells it from its neighbours, for narrow places: "layers.3.mlp.up_proj"
// for "model.layers.3.mlp.up_proj.weight". Never empty where the name is not.
QString shortTensorName(const QString& name);

// The name with an ellipsis for as many of its words as must go until it `fits` (see narrow_name).
QString narrowTensorName(const QString& name, const std::function<bool(const QString&)>& fits);

}  // namespace halfstep
