// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/pytorch/pickle_tree.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace halfstep {

// A call of one of the functions by which PyTorch's pickles make tensors (torch/_utils.py, torch/_tensor.py).
struct TensorCall {
    enum class Kind : std::uint8_t {
        strided,    // (storage, offset, size, stride, ...): the usual one
        typed,      // the same, with the dtype as argument 6: the storage has none
        quantized,  // the same, with a scale and a zero point as argument 4
        elsewhere,  // its elements are not in a storage: sparse, nested, on no device, made by a subclass
    };
    Kind kind = Kind::strided;
    std::string_view function;  // "torch._utils._rebuild_tensor_v2"
    std::span<const PickleRef> args;
    std::uint64_t position = 0;
};

// The call that makes a tensor, if `value` is one; a parameter's is that of the tensor in it.
std::optional<TensorCall> tensor_call(const PickleTree& tree, PickleRef value);

// Whether `value` is a dict or one of its kind.
bool is_dict(const PickleTree& tree, PickleRef value);
// Its keys and values, one after the other; none of anything else.
std::span<const PickleRef> dict_items(const PickleTree& tree, PickleRef value);
// The value of a key; None where there is none.
PickleRef dict_value(const PickleTree& tree, PickleRef dict, std::string_view key);

// The name of the class or function that an object is made by; of old whole modules, whose class stands
// outside of the pickle, that class. Empty where it is neither.
std::string_view class_of(const PickleTree& tree, PickleRef object);

}  // namespace halfstep
