// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <QString>

namespace halfstep {

// Why no view has anything of the tensor to show, however it is quantized; empty where they have.
QString whyNothingToShow(const TensorInfo& tensor);

// Of a model without quantizable tensors, for the views that show nothing else.
QString nothingToQuantize();

}  // namespace halfstep
