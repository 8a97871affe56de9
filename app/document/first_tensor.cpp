// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/document/first_tensor.h"

#include <algorithm>

namespace halfstep {
namespace {

int interest(const TensorInfo& tensor) {
    if (tensor.quantizable) return tensor.block ? 3 : 2;
    return tensor.has_weights() ? 1 : 0;
}

}  // namespace

int firstTensor(std::span<const TensorInfo> tensors) {
    const auto first = std::ranges::max_element(tensors, {}, interest);  // the first of equal ones
    return first == tensors.end() ? -1 : static_cast<int>(first - tensors.begin());
}

}  // namespace halfstep
