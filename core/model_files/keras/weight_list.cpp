// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/weight_list.h"

#include "core/model_files/keras/keras_dtype.h"

#include <fmt/format.h>

#include <utility>

namespace halfstep {

TensorInfo& KerasWeightList::add(const KerasFile& from, const Hdf5Dataset& dataset, std::string name) {
    taken_.emplace(from.number, dataset.object);
    TensorInfo tensor;
    tensor.name = unique(std::move(name));
    tensor.file = from.number;
    NamedDType type = dtype_of(dataset.type, from.listing.text(dataset.path, "dtype"));
    tensor.dtype = type.dtype;
    tensor.dtype_name = std::move(type.name);
    for (const std::uint64_t extent : dataset.shape)
        tensor.shape.push_back(static_cast<std::int64_t>(extent));
    tensor.elements = dataset.elements;
    tensor.bytes = dataset.bytes;
    if (dataset.bytes > 0) {
        Hdf5Data data = data_of(dataset, from.file, cache_);
        tensor.file_offset = data.offset;
        if (data.file) {
            into_.further_files.push_back(std::move(data.file));
            tensor.file = static_cast<std::uint32_t>(into_.further_files.size());
        }
    }
    return into_.contents.tensors.emplace_back(std::move(tensor));
}

std::string KerasWeightList::unique(std::string name) {
    if (names_.insert(name).second) return name;
    for (std::size_t number = 1;; ++number) {
        std::string numbered = fmt::format("{}_{}", name, number);
        if (names_.insert(numbered).second) return numbered;
    }
}

}  // namespace halfstep
