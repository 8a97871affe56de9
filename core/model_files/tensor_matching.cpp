// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/tensor_matching.h"

#include "core/model_files/tensor_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace halfstep {
namespace {

// Architectures whose queries and keys convert_hf_to_gguf.py of llama.cpp permutes (LlamaModel.permute), by
// their names in GGUF.
constexpr std::array<std::string_view, 7> permuted_architectures{"llama", "minicpm", "olmo",      "arctic",
                                                                 "deci",  "granite", "granitemoe"};

// 0 where the text is not a number: a list of one for each layer, for instance.
std::uint64_t number_of(const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// Heads of the queries, or those of the keys where these are fewer; 0 where the model does not say it.
std::uint64_t head_count(const Model& model, bool keys) {
    const std::string of_gguf = model.architecture() + ".attention.head_count";
    std::vector<std::string> wanted;
    if (keys) wanted = {of_gguf + "_kv", "num_key_value_heads", "n_kv_heads"};
    wanted.insert(wanted.end(), {of_gguf, "num_attention_heads", "n_heads"});
    for (const std::string& key : wanted)
        for (const auto& [name, text] : model.properties())
            if (name == key) return number_of(text);
    return 0;
}

// Queries or keys by their name in Hugging Face models.
bool has_halves(std::string_view name) {
    return name.find("self_attn.q_proj.") != std::string_view::npos ||
           name.find("self_attn.k_proj.") != std::string_view::npos;
}

// Whether the converter permutes: what a GGUF file is says it; names of llama2.c are of Llama itself.
bool converter_permutes(const Model& first, const Model& second) {
    for (const Model* model : {&first, &second})
        if (model->format() == "gguf") return gguf_pairs_rows(model->architecture());
    return true;
}

void find_row_order(const Model& first, const Model& second, TensorMatch& match) {
    const bool halves_first = has_halves(match.first->name);
    if (halves_first == has_halves(match.second->name)) return;
    if (!converter_permutes(first, second)) return;
    const bool keys = (halves_first ? match.first : match.second)->name.find("k_proj") != std::string::npos;
    std::uint64_t heads = head_count(first, keys);
    if (heads == 0) heads = head_count(second, keys);
    if (heads == 0) {
        match.problem =
            "the rows are in another order, which depends on the number of heads, and neither model says it";
        return;
    }
    const std::uint64_t rows =
        match.first->shape.empty() ? 0 : static_cast<std::uint64_t>(match.first->shape.front());
    if (rows % heads != 0 || rows / heads % 2 != 0) {
        match.problem = fmt::format("its {} rows cannot be divided into {} heads", rows, heads);
        return;
    }
    match.rows = {rows / heads, !halves_first};
}

// The same matrix, whatever axes of one element stand beside it.
std::string why_not_comparable(const TensorInfo& first, const TensorInfo& second) {
    const MatrixLayout a = matrix_layout(first);
    const MatrixLayout b = matrix_layout(second);
    if (a.rows() == b.rows() && a.inputs() == b.inputs()) return {};
    return fmt::format("the shapes differ: {} rows of {} weights, and {} of {}", a.rows(), a.inputs(),
                       b.rows(), b.inputs());
}

// A model's tensors that are not matched by their own names, by their names in GGUF; none for those that two
// tensors would get.
class GgufNames {
  public:
    explicit GgufNames(const Model& model, const std::unordered_set<const TensorInfo*>& taken) {
        for (const TensorInfo& tensor : model.tensors()) {
            if (taken.contains(&tensor)) continue;
            const auto name = gguf_name(tensor.name);
            if (!name) continue;
            const auto [place, is_new] = tensors_.emplace(*name, &tensor);
            if (!is_new) place->second = nullptr;
        }
    }

    const TensorInfo* find(const std::string& name) const {
        const auto found = tensors_.find(name);
        return found == tensors_.end() ? nullptr : found->second;
    }

  private:
    std::unordered_map<std::string, const TensorInfo*> tensors_;
};

// By the tensor of the first model.
std::unordered_map<const TensorInfo*, const TensorInfo*> pairs_of(const Model& first, const Model& second) {
    std::unordered_map<const TensorInfo*, const TensorInfo*> pairs;
    std::unordered_set<const TensorInfo*> taken;
    for (const TensorInfo& tensor : first.tensors()) {
        const TensorInfo* same = second.find(tensor.name);
        if (same == nullptr) continue;
        pairs.emplace(&tensor, same);
        taken.insert(&tensor);
        taken.insert(same);
    }
    const GgufNames ours(first, taken);
    const GgufNames theirs(second, taken);
    for (const TensorInfo& tensor : first.tensors()) {
        const auto name = taken.contains(&tensor) ? std::nullopt : gguf_name(tensor.name);
        if (!name || ours.find(*name) != &tensor) continue;
        if (const TensorInfo* other = theirs.find(*name)) pairs.emplace(&tensor, other);
    }
    return pairs;
}

}  // namespace

bool gguf_pairs_rows(std::string_view architecture) {
    return std::ranges::find(permuted_architectures, architecture) != permuted_architectures.end();
}

std::uint64_t RowOrder::counterpart(std::uint64_t row) const {
    if (head_rows == 0) return row;
    const std::uint64_t half = head_rows / 2;
    const std::uint64_t within = row % head_rows;
    const std::uint64_t first_of_head = row - within;
    return first_of_head +
           (pairs_together ? within % 2 * half + within / 2 : within % half * 2 + within / half);
}

ModelMatch match_tensors(const Model& first, const Model& second) {
    const auto pairs = pairs_of(first, second);
    ModelMatch match;
    std::unordered_set<const TensorInfo*> matched;
    for (const TensorInfo& tensor : first.tensors()) {
        const auto found = pairs.find(&tensor);
        if (found == pairs.end()) {
            match.only_first.push_back(&tensor);
            continue;
        }
        matched.insert(found->second);
        TensorMatch& both = match.both.emplace_back(TensorMatch{&tensor, found->second, {}, {}});
        both.problem = why_not_comparable(*both.first, *both.second);
        if (both.problem.empty()) find_row_order(first, second, both);
    }
    for (const TensorInfo& tensor : second.tensors())
        if (!matched.contains(&tensor)) match.only_second.push_back(&tensor);
    return match;
}

}  // namespace halfstep
