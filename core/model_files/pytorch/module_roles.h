// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <string_view>

namespace halfstep {

// Sets role and axes of a tensor by its name (see assign_role), and by the class of the module it belongs to
// ("torch.nn.modules.conv.ConvTranspose2d"; empty where it is not known).
void assign_role(TensorInfo& tensor, std::string_view module_class);

}  // namespace halfstep
