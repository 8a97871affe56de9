// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/memory_model.h"

#include "core/base/error.h"
#include "core/model_files/input_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

namespace halfstep {
namespace {

TensorInfo described(const MemoryTensor& tensor, std::uint64_t offset) {
    TensorInfo info;
    info.name = tensor.name;
    info.dtype = DType::f32;
    info.dtype_name = traits(DType::f32).name;
    info.shape = {static_cast<std::int64_t>(tensor.shape.channels),
                  static_cast<std::int64_t>(tensor.shape.inputs)};
    info.elements = tensor.values.size();
    info.bytes = tensor.values.size() * sizeof(float);
    info.role = tensor.role;
    info.channel_axis = 0;
    info.input_axis = 1;
    info.quantizable = true;
    info.file_offset = offset;
    return info;
}

void check(const std::string& model, const MemoryTensor& tensor, std::set<std::string>& names) {
    if (tensor.shape.channels * tensor.shape.inputs != tensor.values.size())
        throw Error(fmt::format("{}: {} is said to be {} x {}, but has {} values", model, tensor.name,
                                tensor.shape.channels, tensor.shape.inputs, tensor.values.size()));
    if (!names.insert(tensor.name).second)
        throw Error(fmt::format("{}: {} stands there twice", model, tensor.name));
}

}  // namespace

std::shared_ptr<const Model> model_of_matrices(const std::string& name, std::vector<MemoryTensor> tensors) {
    Model::Contents contents;
    contents.path = name;
    contents.format = "memory";
    std::set<std::string> names;
    std::uint64_t bytes = 0;
    for (const MemoryTensor& tensor : tensors) {
        check(name, tensor, names);
        contents.tensors.push_back(described(tensor, bytes));
        bytes += contents.tensors.back().bytes;
    }
    std::vector<std::byte> held(bytes);
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const TensorInfo& info = contents.tensors[i];
        if (info.bytes > 0) std::memcpy(held.data() + info.file_offset, tensors[i].values.data(), info.bytes);
        std::vector<float>().swap(tensors[i].values);  // one copy of large matrices is enough
    }
    contents.files.push_back(std::make_shared<const InputFile>(name, std::move(held)));
    return std::make_shared<const Model>(std::move(contents));
}

}  // namespace halfstep
