// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/variable_use.h"

#include "core/model_files/onnx/weight_use.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace halfstep {
namespace {

using Strings = std::span<const std::string_view>;

constexpr std::array norm_names = std::to_array<std::string_view>(
    {"gamma", "beta", "moving_mean", "moving_variance", "moving_var", "running_mean", "running_std"});
constexpr std::array recurrent_classes = std::to_array<std::string_view>(
    {"LSTM", "LSTMCell", "CuDNNLSTM", "GRU", "GRUCell", "CuDNNGRU", "SimpleRNN", "SimpleRNNCell"});
constexpr std::array transposed_classes = std::to_array<std::string_view>(
    {"Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Deconvolution2D"});
constexpr std::array attention_classes =
    std::to_array<std::string_view>({"MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"});
// Layers none of whose further variables is a matrix.
constexpr std::array without_matrices = std::to_array<std::string_view>({"PReLU", "Normalization"});

bool is_one_of(Strings list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

std::string_view last_part(std::string_view name) {
    return name.substr(name.rfind('/') + 1);
}

std::string_view part_before_last(std::string_view name) {
    const std::size_t end = name.rfind('/');
    return end == std::string_view::npos ? std::string_view() : last_part(name.substr(0, end));
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Which axes of an EinsumDense kernel are summed over: those that the equation "abc,cd->abd" has in the first
// operand and not in the result.
std::vector<bool> summed_axes(std::string_view equation, std::size_t rank) {
    const std::size_t comma = equation.find(',');
    const std::size_t arrow = equation.find("->");
    if (comma == std::string_view::npos || arrow == std::string_view::npos || arrow < comma) return {};
    const std::string_view kernel = equation.substr(comma + 1, arrow - comma - 1);
    const std::string_view result = equation.substr(arrow + 2);
    if (kernel.size() != rank) return {};
    std::vector<bool> summed;
    for (const char axis : kernel)
        summed.push_back(!contains(result, std::string_view(&axis, 1)));
    return summed;
}

class UseFinder {
  public:
    UseFinder(const TensorInfo& tensor, const KerasOwner& owner)
        : owner_(owner),
          class_(owner.class_name),
          leaf_(last_part(tensor.name)),
          part_(part_before_last(tensor.name)),
          rank_(tensor.shape.size()) {}

    WeightUse find() const {
        if (is_norm()) return {UseKind::norm, {}, {}};
        if (is_bias()) return {UseKind::bias, {}, {}};
        if (rank_ < 2 || is_quantization_part() || is_one_of(without_matrices, class_)) return {};
        if (leaf_ == "embeddings" || class_ == "Embedding") return {UseKind::embedding, 0, 1};
        if (is_depthwise()) return {UseKind::convolution, last() - 1, 0, {}, 2};
        if (is_recurrent()) return {UseKind::recurrent, 1, 0};
        if (is_attention()) return attention();
        if (class_ == "EinsumDense") return einsum();
        if (class_.starts_with("LocallyConnected") && rank_ == 3) return {UseKind::matrix, 2, 1};
        if (is_one_of(transposed_classes, class_)) return {UseKind::convolution, last() - 1, 0};
        if (rank_ == 2) return {UseKind::matrix, 1, 0};
        if (owner_.layer != nullptr && owner_.layer->channels_first) return {UseKind::convolution, 0, 1};
        return {UseKind::convolution, last(), 0};
    }

    // Which projection of an attention it is.
    std::optional<Role> projection() const {
        if (!is_attention()) return std::nullopt;
        for (const auto& [word, role] :
             {std::pair("output", Role::attention_output), std::pair("query", Role::attention_q),
              std::pair("key", Role::attention_k), std::pair("value", Role::attention_v)})
            if (contains(part_, word)) return role;
        return std::nullopt;
    }

  private:
    int last() const { return static_cast<int>(rank_) - 1; }

    bool is_norm() const {
        return is_one_of(norm_names, leaf_) || (contains(class_, "Normalization") && leaf_ == "scale");
    }
    bool is_bias() const {
        return leaf_ == "bias" || leaf_ == "b" || leaf_.starts_with("b_") || leaf_.ends_with("_bias");
    }
    // What scales a kernel that is stored in few bits.
    bool is_quantization_part() const {
        return leaf_.ends_with("_scale") || leaf_.ends_with("_zero") || leaf_.ends_with("_amax_history") ||
               leaf_ == "g_idx";
    }
    bool is_depthwise() const {
        return rank_ >= 3 && (leaf_ == "depthwise_kernel" || class_.starts_with("DepthwiseConv"));
    }
    bool is_recurrent() const {
        if (rank_ != 2) return false;
        return leaf_ == "recurrent_kernel" || is_one_of(recurrent_classes, class_) ||
               (leaf_ == "kernel" && owner_.has_recurrent_kernel);
    }

    bool is_attention() const { return is_one_of(attention_classes, class_) && rank_ == 3; }

    WeightUse attention() const {
        if (contains(part_, "output")) return {UseKind::matrix, 2, 0};
        return {UseKind::matrix, 1, 0, {}, 2};
    }

    WeightUse einsum() const {
        const std::vector<bool> summed =
            owner_.layer != nullptr ? summed_axes(owner_.layer->equation, rank_) : std::vector<bool>();
        const auto input = std::ranges::find(summed, true);
        const auto output = std::ranges::find(summed, false);
        const auto after_outputs = std::find(output, summed.end(), true);
        if (input == summed.end() || output == summed.end()) return {UseKind::matrix, last(), 0};
        return {UseKind::matrix,
                static_cast<int>(output - summed.begin()),
                static_cast<int>(input - summed.begin()),
                {},
                static_cast<int>(after_outputs - output)};
    }

    const KerasOwner& owner_;
    std::string_view class_;
    std::string_view leaf_;
    std::string_view part_;
    std::size_t rank_;
};

}  // namespace

void assign_role(TensorInfo& tensor, const KerasOwner& owner) {
    const UseFinder finder(tensor, owner);
    const std::optional<Role> projection = finder.projection();
    assign_role(tensor, finder.find());
    if (projection) tensor.role = *projection;
    tensor.block.reset();  // a number in a name of Keras counts variables, not blocks
}

}  // namespace halfstep
