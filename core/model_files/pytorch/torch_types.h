// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/dtype.h"

#include <cstdint>
#include <string_view>

namespace halfstep {

// An element type of PyTorch (c10/core/ScalarType.h, torch/storage.py).
struct TorchType {
    std::string_view name;     // of the dtype: "bfloat16" of torch.bfloat16
    std::string_view storage;  // of the storage class: "BFloat16" of torch.BFloat16Storage; may be none
    std::string_view listed;   // "bf16"
    DType dtype = DType::unknown;
    std::uint32_t bytes = 1;     // of an element, or of `per_byte` of them
    std::uint32_t per_byte = 1;  // elements packed into a byte
};

// Null for names that are not known. Names with their module: "torch.float8_e5m2", "torch.cuda.HalfStorage".
const TorchType* torch_type_named(std::string_view name);
const TorchType* torch_type_of_storage(std::string_view class_name);

}  // namespace halfstep
