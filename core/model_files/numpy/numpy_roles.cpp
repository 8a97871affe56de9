// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/numpy/numpy_roles.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace halfstep {
namespace {

constexpr std::string_view variables = "vars/";

// A name's last part, and whether it is a numbered variable of Keras.
struct ArrayName {
    explicit ArrayName(std::string_view name) : lower(name) {
        std::ranges::transform(lower, lower.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        last = std::string_view(lower).substr(std::min(lower.find_last_of("./") + 1, lower.size()));
        if (last.ends_with(":0")) last.remove_suffix(2);
        const std::string_view path = std::string_view(lower).substr(
            0, lower.size() - std::string_view(lower).substr(lower.find_last_of("./") + 1).size());
        const bool numbered = !last.empty() && last.find_first_not_of("0123456789") == std::string_view::npos;
        is_variable = numbered && (path == variables || path.ends_with(fmt::format("/{}", variables)));
        is_kernel = last == "kernel" || last.ends_with("_kernel");
    }

    bool contains(std::string_view word) const { return lower.find(word) != std::string::npos; }
    bool ends_with_any(std::span<const std::string_view> endings) const {
        return std::ranges::any_of(endings, [&](std::string_view end) { return last.ends_with(end); });
    }

    std::string lower;
    std::string_view last;
    bool is_variable = false;
    bool is_kernel = false;
};

void set_role(TensorInfo& tensor, Role role) {
    tensor.role = role;
    const bool weight = role != Role::norm && role != Role::bias && role != Role::other;
    tensor.quantizable = weight && tensor.shape.size() >= 2 && tensor.has_weights();
}

// Variables of Keras have no names of their own: their layer's and their rank tell what they are.
Role role_of_variable(const ArrayName& name, std::size_t rank) {
    if (name.contains("normalization")) return Role::norm;
    if (rank < 2) return Role::bias;
    if (name.contains("embedding")) return Role::token_embedding;
    if (name.contains("lstm") || name.contains("gru") || name.contains("rnn")) return Role::recurrent;
    return name.contains("conv") ? Role::convolution : Role::dense;
}

void set_role_by_ending(const ArrayName& name, TensorInfo& tensor) {
    constexpr std::array<std::string_view, 3> biases{"_b", "_b_ih", "_b_hh"};
    constexpr std::array<std::string_view, 2> recurrent{"_w_ih", "_w_hh"};
    constexpr std::array<std::string_view, 3> embeddings{"_emb", "_embed", "_embedding"};
    const std::size_t rank = tensor.shape.size();
    if (rank == 1 && name.ends_with_any(biases)) set_role(tensor, Role::bias);
    if (rank == 2 && name.ends_with_any(recurrent)) set_role(tensor, Role::recurrent);
    if (rank == 2 && name.ends_with_any(embeddings)) set_role(tensor, Role::token_embedding);
}

void put_outputs_last(TensorInfo& tensor) {
    tensor.channel_axis = static_cast<int>(tensor.shape.size()) - 1;
    tensor.input_axis = 0;
}

}  // namespace

void find_numpy_roles(std::span<TensorInfo> tensors, std::vector<Issue>& issues) {
    const TensorInfo* unsaid = nullptr;
    for (TensorInfo& tensor : tensors) {
        const ArrayName name(tensor.name);
        const std::size_t rank = tensor.shape.size();
        if (name.is_variable) {
            tensor.block.reset();  // its number is that of a variable
            set_role(tensor, role_of_variable(name, rank));
        } else {
            set_role_by_ending(name, tensor);
        }
        const bool outputs_last = name.is_variable || name.is_kernel;
        const bool table = tensor.role == Role::token_embedding || tensor.role == Role::position_embedding;
        if (outputs_last && !table && rank >= 2) put_outputs_last(tensor);
        if (!outputs_last && tensor.quantizable && unsaid == nullptr) unsaid = &tensor;
    }
    if (unsaid != nullptr)
        issues.push_back(
            {Severity::note, unsaid->name,
             "NumPy files do not say which axis is that of a weight's outputs: as in PyTorch, the "
             "first is taken for it"});
}

}  // namespace halfstep
