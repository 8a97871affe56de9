// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/block_reader.h"

#include "core/kernels/kernel_table.h"

namespace halfstep {

Window BlockReader::read(const Model& model, const TensorInfo& tensor, std::uint64_t first,
                         std::uint64_t count) {
    const auto n = static_cast<std::size_t>(count);
    if (values_.size() < n) values_.resize(n);
    const std::span<float> values(values_.data(), n);
    if (tensor.dtype == DType::f16 || tensor.dtype == DType::bf16) {
        const std::size_t size = n * sizeof(std::uint16_t);
        if (bytes_.size() < size) bytes_.resize(size);
        model.read_bytes(tensor, first * sizeof(std::uint16_t), {bytes_.data(), size});
        const kernels::KernelTable& kernel = kernels::kernel_table();
        const auto* from = reinterpret_cast<const std::uint16_t*>(bytes_.data());
        (tensor.dtype == DType::f16 ? kernel.convert_f16 : kernel.convert_bf16)(from, n, values.data());
    } else {
        model.read_floats(tensor, first, values);
    }
    return {first, values};
}

}  // namespace halfstep
