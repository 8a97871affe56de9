// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/issue.h"
#include "core/model_files/imatrix.h"
#include "core/model_files/model.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace halfstep {

// How much the inputs of one tensor matter: the mean squared activation of each column, for each of the
// matrices (experts) that are stacked in it.
class TensorImportance {
  public:
    // `entry` has a value for every input of each matrix, and outlives this.
    TensorImportance(const ImatrixEntry& entry, const TensorInfo& tensor);

    const ImatrixEntry& entry() const { return *entry_; }
    std::uint64_t inputs() const { return inputs_; }
    std::uint64_t matrices() const { return entry_->mean_squares.size() / inputs_; }

    // The importance of elements [first, first + count), counted row by row, of one row.
    std::span<const float> in_row(std::uint64_t first, std::size_t count) const;
    // The same of elements that may lie in several rows.
    void fill(std::uint64_t first, std::span<float> into) const;
    // Of each input, the mean over the matrices.
    std::vector<double> by_input() const;

  private:
    std::span<const float> row_from(std::uint64_t first) const;  // from the element to the end of its row

    const ImatrixEntry* entry_;
    std::uint64_t inputs_;
    std::uint64_t rows_of_matrix_;
};

// How many matrices are stacked in a tensor: all that its axes before those of the matrix count.
std::uint64_t stacked_matrices(const TensorInfo& tensor);

// An importance matrix for the tensors of a model. Immutable, shared by whoever measures with it.
class Importance {
  public:
    // Finds the entries of the model's tensors by the names that these have, or get, in GGUF. An entry of a
    // wrong length is left out, with an Issue for the tensor.
    static std::shared_ptr<const Importance> match(Imatrix imatrix, const Model& model);

    Importance(const Importance&) = delete;
    Importance& operator=(const Importance&) = delete;

    const Imatrix& imatrix() const { return imatrix_; }
    std::string name() const { return imatrix_.path.filename().string(); }
    const TensorImportance* find(std::string_view tensor) const;  // null where nothing is known
    std::size_t matched() const { return tensors_.size(); }
    const std::vector<std::string>& unmatched() const { return unmatched_; }  // weights that no tensor is
    // Of the file, and of tensors whose entries do not fit.
    const std::vector<Issue>& issues() const { return issues_; }

  private:
    explicit Importance(Imatrix imatrix) : imatrix_(std::move(imatrix)) {}
    void match_tensors(const Model& model);
    void take(const ImatrixEntry& entry, const TensorInfo& tensor);

    Imatrix imatrix_;
    std::unordered_map<std::string, TensorImportance> tensors_;  // by the model's own names
    std::vector<std::string> unmatched_;
    std::vector<Issue> issues_;
};

// Reads an importance matrix for a model. Throws Error for one that no tensor of the model has an entry in.
std::shared_ptr<const Importance> load_importance(const std::filesystem::path& path, const Model& model,
                                                  const JobContext& job = {});

}  // namespace halfstep
