// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/importance.h"

#include "core/base/error.h"
#include "core/model_files/quotable.h"
#include "core/model_files/tensor_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace halfstep {

std::uint64_t stacked_matrices(const TensorInfo& tensor) {
    if (!tensor.channel_axis || !tensor.input_axis) return 1;
    std::uint64_t matrices = 1;
    for (int axis = 0; axis < std::min(*tensor.channel_axis, *tensor.input_axis); ++axis)
        matrices *= static_cast<std::uint64_t>(tensor.shape[static_cast<std::size_t>(axis)]);
    return matrices;
}

TensorImportance::TensorImportance(const ImatrixEntry& entry, const TensorInfo& tensor)
    : entry_(&entry),
      inputs_(matrix_shape(tensor).inputs),
      rows_of_matrix_(matrix_shape(tensor).channels / stacked_matrices(tensor)) {}

std::span<const float> TensorImportance::row_from(std::uint64_t first) const {
    const std::uint64_t matrix = first / inputs_ / rows_of_matrix_;
    const std::uint64_t input = first % inputs_;
    return std::span(entry_->mean_squares)
        .subspan(static_cast<std::size_t>(matrix * inputs_ + input),
                 static_cast<std::size_t>(inputs_ - input));
}

std::span<const float> TensorImportance::in_row(std::uint64_t first, std::size_t count) const {
    return row_from(first).first(count);
}

void TensorImportance::fill(std::uint64_t first, std::span<float> into) const {
    while (!into.empty()) {
        const std::span<const float> row = row_from(first);
        const std::size_t count = std::min(row.size(), into.size());
        std::copy_n(row.begin(), count, into.begin());
        into = into.subspan(count);
        first += count;
    }
}

std::vector<double> TensorImportance::by_input() const {
    std::vector<double> means(static_cast<std::size_t>(inputs_));
    const std::uint64_t count = matrices();
    for (std::size_t i = 0; i < entry_->mean_squares.size(); ++i)
        means[i % means.size()] += static_cast<double>(entry_->mean_squares[i]);
    for (double& mean : means)
        mean /= static_cast<double>(count);
    return means;
}

std::shared_ptr<const Importance> Importance::match(Imatrix imatrix, const Model& model) {
    std::shared_ptr<Importance> result(new Importance(std::move(imatrix)));
    result->match_tensors(model);
    return result;
}

void Importance::match_tensors(const Model& model) {
    std::unordered_map<std::string_view, const ImatrixEntry*> entries;
    for (const ImatrixEntry& entry : imatrix_.entries)
        entries.emplace(entry.weight, &entry);
    std::unordered_map<std::string, std::string> own_names;  // of the model, by those in GGUF
    std::unordered_set<std::string_view> found;
    for (const TensorInfo& tensor : model.tensors()) {
        const std::string in_gguf = gguf_name(tensor.name).value_or(tensor.name);
        own_names.emplace(in_gguf, tensor.name);
        auto match = entries.find(tensor.name);
        if (match == entries.end()) match = entries.find(in_gguf);
        if (match == entries.end()) continue;
        found.insert(match->first);
        take(*match->second, tensor);
    }
    for (Issue issue : imatrix_.issues) {
        const auto own = own_names.find(issue.tensor);
        if (own != own_names.end()) issue.tensor = own->second;
        issues_.push_back(std::move(issue));
    }
    for (const ImatrixEntry& entry : imatrix_.entries)
        if (!found.contains(entry.weight)) unmatched_.push_back(entry.weight);
    if (unmatched_.empty()) return;
    issues_.push_back({Severity::note,
                       {},
                       fmt::format("{} of the {} entries of the importance matrix are for no tensor of this "
                                   "model: {}{}",
                                   unmatched_.size(), imatrix_.entries.size(), quotable(unmatched_.front()),
                                   unmatched_.size() == 1 ? "" : ", ...")});
}

void Importance::take(const ImatrixEntry& entry, const TensorInfo& tensor) {
    const std::uint64_t expected = stacked_matrices(tensor) * matrix_shape(tensor).inputs;
    if (tensor.elements != 0 && entry.mean_squares.size() == expected) {
        tensors_.emplace(tensor.name, TensorImportance(entry, tensor));
        return;
    }
    issues_.push_back({Severity::warning, tensor.name,
                       fmt::format("the importance matrix has {} values for it, {} were expected: it is "
                                   "measured without",
                                   entry.mean_squares.size(), expected)});
}

const TensorImportance* Importance::find(std::string_view tensor) const {
    const auto found = tensors_.find(std::string(tensor));
    return found == tensors_.end() ? nullptr : &found->second;
}

std::shared_ptr<const Importance> load_importance(const std::filesystem::path& path, const Model& model,
                                                  const JobContext& job) {
    std::shared_ptr<const Importance> importance = Importance::match(read_imatrix(path, job), model);
    if (importance->matched() > 0) return importance;
    const std::vector<Issue>& issues = importance->issues();
    throw Error("none of its entries can be used for a tensor of this model" +
                    (issues.empty() ? std::string() : ": " + issues.front().message),
                {path.string(), {}, {}}, "Choose the importance matrix that was made for this model");
}

}  // namespace halfstep
