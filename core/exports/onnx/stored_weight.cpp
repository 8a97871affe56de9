// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx/stored_weight.h"

#include "core/base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <span>
#include <string_view>

namespace halfstep {
namespace {

// Operator sets in which DequantizeLinear got what it needs (docs/Changelog.md).
constexpr std::int64_t opset_of_one_scale = 10;
constexpr std::int64_t opset_of_axes = 13;
constexpr std::int64_t opset_of_small_floats = 19;
constexpr std::int64_t opset_of_blocks = 21;  // and of 4 and 16 bits
constexpr std::int64_t opset_of_f16 = 7;      // Cast, by number (6), in the oldest set that can be raised
constexpr std::int64_t opset_of_bf16 = 13;    // Cast

constexpr std::string_view instead = "choose int8, int4:g32, fp8_e4m3 or fp16";

std::string_view code_type_name(const Scheme& scheme) {
    if (scheme.family == Family::floating) return scheme.float_format == FloatFormat::bf16 ? "bf16" : "f16";
    if (scheme.family == Family::small_float)
        return scheme.float_format == FloatFormat::fp8_e5m2 ? "f8_e5m2" : "f8_e4m3";
    const bool asymmetric = scheme.symmetry == Symmetry::asym;
    if (scheme.bits <= 4) return asymmetric ? "u4" : "i4";
    if (scheme.bits <= 8) return asymmetric ? "u8" : "i8";
    return asymmetric ? "u16" : "i16";
}

std::int64_t opset_of_type(const OnnxType& type) {
    switch (type.dtype) {
        case DType::i8:
        case DType::u8:
            return opset_of_one_scale;
        case DType::f8_e4m3:
        case DType::f8_e5m2:
            return opset_of_small_floats;
        case DType::bf16:
            return opset_of_bf16;
        case DType::f16:
            return opset_of_f16;
        default:
            return opset_of_blocks;
    }
}

std::uint64_t product(std::span<const std::int64_t> extents) {
    return std::accumulate(extents.begin(), extents.end(), std::uint64_t{1},
                           [](std::uint64_t so_far, std::int64_t extent) {
                               return so_far * static_cast<std::uint64_t>(extent);
                           });
}

// Finds the axis, and the blocks along it, that give every unit of a scheme its scale.
class ScaleLayout {
  public:
    ScaleLayout(const TensorInfo& tensor, const Scheme& scheme, StoredWeight& weight)
        : tensor_(tensor), scheme_(scheme), weight_(weight), matrix_(matrix_shape(tensor)) {
        for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis)
            (is_input(static_cast<int>(axis)) ? inputs_ : rows_).push_back(static_cast<int>(axis));
    }

    void find() {
        const std::uint64_t group =
            scheme_.granularity == Granularity::group ? scheme_.group_size : matrix_.inputs;
        const bool one_a_row = group >= matrix_.inputs;
        if (scheme_.granularity == Granularity::tensor || (one_a_row && matrix_.channels <= 1)) return;
        if (one_a_row && long_axes(rows_) <= 1) return one_for_each_index();
        blocks(one_a_row ? matrix_.inputs : group);
    }

  private:
    // A tensor without axes of inputs is one row.
    bool is_input(int axis) const {
        if (!tensor_.input_axis) return true;
        return axis != tensor_.channel_axis.value_or(-1) && axis >= *tensor_.input_axis;
    }

    std::int64_t extent(int axis) const { return tensor_.shape[static_cast<std::size_t>(axis)]; }

    std::size_t long_axes(const std::vector<int>& axes) const {
        return static_cast<std::size_t>(
            std::ranges::count_if(axes, [&](int axis) { return extent(axis) > 1; }));
    }

    void one_for_each_index() {
        const auto longest = std::ranges::max_element(rows_, {}, [&](int axis) { return extent(axis); });
        weight_.axis = *longest;
        weight_.scale_shape = {extent(*longest)};
        weight_.opset = std::max(weight_.opset, opset_of_axes);
    }

    // Groups count the inputs in the order of the file. They are blocks of one axis where that is the last of
    // them, and a group does not go on at the next index of those before it.
    void blocks(std::uint64_t group) {
        int along = inputs_.front();
        for (const int axis : inputs_)
            if (extent(axis) > 1) along = axis;
        const auto length = static_cast<std::uint64_t>(extent(along));
        const bool after_channels =
            matrix_layout(tensor_).outer > 1 && tensor_.channel_axis && along > *tensor_.channel_axis;
        if (after_channels || (long_axes(inputs_) > 1 && length % group != 0))
            throw Error(
                fmt::format("{} has scales of groups of {} weights that run over several axes of it ({}), "
                            "which ONNX cannot hold",
                            to_string(scheme_), group, fmt::join(tensor_.shape, " x ")),
                {{}, tensor_.name, {}}, "Choose one scale a channel or a tensor for it");
        weight_.axis = along;
        weight_.block_size = std::min(group, length);
        weight_.scale_shape = tensor_.shape;
        weight_.scale_shape[static_cast<std::size_t>(along)] =
            static_cast<std::int64_t>((length + weight_.block_size - 1) / weight_.block_size);
        weight_.opset = std::max(weight_.opset, opset_of_blocks);
    }

    const TensorInfo& tensor_;
    const Scheme& scheme_;
    StoredWeight& weight_;
    MatrixShape matrix_;
    std::vector<int> inputs_;
    std::vector<int> rows_;
};

// Codes of fewer than 8 bits, the first one in the low bits; of others, the bytes that their type needs.
std::vector<std::byte> packed(const OnnxType& type, std::vector<std::byte> codes) {
    if (type.bits >= 8) return codes;
    const std::size_t together = 8 / type.bits;
    const auto mask = static_cast<std::byte>((1U << type.bits) - 1);
    const std::size_t bytes = (codes.size() + together - 1) / together;
    for (std::size_t i = 0; i < bytes; ++i) {
        std::byte byte{};
        for (std::size_t j = 0; j < together && i * together + j < codes.size(); ++j)
            byte |= (codes[i * together + j] & mask) << (j * type.bits);
        codes[i] = byte;
    }
    codes.resize(bytes);
    return codes;
}

std::vector<std::byte> zero_point_codes(const StoredWeight& weight,
                                        const std::vector<std::int32_t>& zero_points) {
    const std::size_t width = weight.code_type->bits == 16 ? 2 : 1;
    std::vector<std::byte> codes(weight.scale_count() * width);
    for (std::size_t i = 0; i < zero_points.size(); ++i)
        std::memcpy(codes.data() + i * width, &zero_points[i], width);
    return packed(*weight.code_type, std::move(codes));
}

// Units are counted row by row; where the inputs stand before the channels, scales stand as they do.
template <class Value>
std::vector<Value> in_order_of_file(const StoredWeight& weight, std::vector<Value> units) {
    const MatrixLayout layout = matrix_layout(*weight.tensor);
    if (weight.block_size == 0 || layout.outer == 1 || layout.channels == 1) return units;
    const std::uint64_t groups = units.size() / layout.rows();
    std::vector<Value> ordered(units.size());
    for (std::uint64_t matrix = 0; matrix < layout.matrices; ++matrix)
        for (std::uint64_t channel = 0; channel < layout.channels; ++channel)
            for (std::uint64_t group = 0; group < groups; ++group)
                ordered[(matrix * groups + group) * layout.channels + channel] =
                    units[(matrix * layout.channels + channel) * groups + group];
    return ordered;
}

}  // namespace

std::uint64_t StoredWeight::code_bytes() const {
    return (tensor->elements * code_type->bits + 7) / 8;
}

std::uint64_t StoredWeight::scale_count() const {
    return product(scale_shape);
}

std::uint64_t StoredWeight::scale_bytes() const {
    return cast_only ? 0 : scale_count() * sizeof(float);
}

std::uint64_t StoredWeight::zero_point_bytes() const {
    return zero_points ? (scale_count() * code_type->bits + 7) / 8 : 0;
}

std::string why_not_in_onnx(const Scheme& scheme) {
    if (scheme.family == Family::keep || has_plain_codes(scheme)) return {};
    if (scheme.family == Family::floating) return "fp32 is what most ONNX models hold already: choose keep";
    return fmt::format("DequantizeLinear knows no {}: {}", format_name(scheme), instead);
}

StoredWeight stored_weight(const TensorInfo& tensor, const Scheme& scheme) {
    StoredWeight weight;
    weight.tensor = &tensor;
    weight.scheme = scheme;
    weight.code_type = &onnx_type_named(code_type_name(scheme));
    weight.cast_only = scheme.family == Family::floating;
    weight.opset = opset_of_type(*weight.code_type);
    if (weight.cast_only) return weight;
    weight.opset = std::max(weight.opset, opset_of_one_scale);
    ScaleLayout(tensor, scheme, weight).find();
    // Without one it is 0; readers of 8-bit weights are used to finding one.
    weight.zero_points =
        scheme.symmetry == Symmetry::asym || (scheme.family == Family::integer && weight.block_size == 0);
    return weight;
}

WeightBytes weight_bytes(const StoredWeight& weight, TensorCodes codes) {
    WeightBytes bytes;
    bytes.codes = packed(*weight.code_type, std::move(codes.codes));
    if (weight.cast_only) return bytes;
    const std::vector<float> scales = in_order_of_file(weight, std::move(codes.scales));
    const std::span<const std::byte> scale_bytes = std::as_bytes(std::span(scales));
    bytes.scales.assign(scale_bytes.begin(), scale_bytes.end());
    if (weight.zero_points)
        bytes.zero_points = zero_point_codes(weight, in_order_of_file(weight, std::move(codes.zero_points)));
    return bytes;
}

}  // namespace halfstep
