// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/pytorch/pickle_tree.h"
#include "core/model_files/pytorch/tensor_call.h"
#include "core/model_files/pytorch/torch_types.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// A storage as a tensor names it: some elements under a key, which the container knows to find.
struct StorageName {
    std::string_view key;
    const TorchType* type = nullptr;
    std::uint64_t elements = 0;
    std::uint64_t first = 0;  // element of the storage under `key`: old files have views of storages

    std::uint64_t bytes() const;  // checked to be countable when it was read
    friend bool operator==(const StorageName&, const StorageName&) = default;
};

// Which elements of a storage a tensor shows. Offsets and strides in elements.
struct TensorView {
    StorageName storage;
    const TorchType* type = nullptr;
    bool negated = false;  // conjugated or negated when it is read: PyTorch's lazy views
    std::uint64_t offset = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
    std::uint64_t elements = 1;

    bool contiguous() const;  // in row-major order, without a gap
    std::uint64_t bytes() const;
    friend bool operator==(const TensorView&, const TensorView&) = default;
};

// How to refuse what a pickle says: what is wrong, and where.
using PickleFailure = std::function<void(const std::string& problem, std::uint64_t position)>;

// A persistent value as the name of a storage.
StorageName read_storage_name(const PickleTree& tree, PickleRef persistent, const PickleFailure& fail);

// What a call (not one of TensorCall::elsewhere) makes; checked to lie inside the storage that it names.
TensorView read_tensor_view(const PickleTree& tree, const TensorCall& call, const PickleFailure& fail);

}  // namespace halfstep
