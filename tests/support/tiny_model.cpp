// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tiny_model.h"

#include <utility>

namespace halfstep::testing {

TensorInfo described_matrix(std::string name, std::int64_t channels, std::int64_t inputs, DType dtype) {
    TensorInfo tensor;
    tensor.name = std::move(name);
    tensor.dtype = dtype;
    tensor.dtype_name = traits(dtype).name;
    tensor.shape = {channels, inputs};
    tensor.elements = static_cast<std::uint64_t>(channels * inputs);
    tensor.bytes = tensor.elements / traits(dtype).block_elements * traits(dtype).block_bits / 8;
    tensor.role = Role::ffn_up;
    tensor.channel_axis = 0;
    tensor.input_axis = 1;
    tensor.quantizable = is_measurable(dtype);
    return tensor;
}

TensorInfo described_vector(std::string name, std::int64_t elements, DType dtype) {
    TensorInfo tensor = described_matrix(std::move(name), 1, elements, dtype);
    tensor.shape = {elements};
    tensor.role = Role::norm;
    tensor.channel_axis.reset();
    tensor.input_axis.reset();
    tensor.quantizable = false;
    return tensor;
}

Model described_model(std::vector<TensorInfo> tensors, const std::filesystem::path& path,
                      std::string format) {
    std::uint64_t offset = 100;
    for (TensorInfo& tensor : tensors) {
        tensor.file_offset = offset;
        offset += tensor.bytes;
    }
    Model::Contents contents;
    contents.path = path;
    contents.format = std::move(format);
    contents.tensors = std::move(tensors);
    return Model(std::move(contents));
}

}  // namespace halfstep::testing
