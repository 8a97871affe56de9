// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/model_comparison.h"

#include "core/base/parallel.h"
#include "core/kernels/kernel_table.h"
#include "core/model_files/row_reader.h"
#include "core/model_files/tensor_matching.h"
#include "core/quantize/element_progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace halfstep {
namespace {

using kernels::block_elements;
using kernels::segment_elements;

// Elements of a pair, counted row by row.
struct Block {
    std::size_t pair = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

struct BlockResult {
    ErrorSums sums;
    std::uint64_t left_out = 0;
};

// What one thread works with.
class BlockComparer {
  public:
    BlockResult run(const Model& model, const Model& original, const TensorMatch& match, const Block& block) {
        const auto n = static_cast<std::size_t>(block.count);
        values_.resize(n);
        stored_.resize(n);
        stored_rows_.read_floats(model, *match.first, block.first, stored_);
        read_original(original, match, block.first);
        BlockResult result;
        result.left_out = leave_out_non_finite();
        result.sums.count = block.count - result.left_out;
        for (std::size_t first = 0; first < n; first += segment_elements)
            add_segment(first, std::min(segment_elements, n - first), result.sums);
        return result;
    }

  private:
    // In the order that the model's rows have.
    void read_original(const Model& original, const TensorMatch& match, std::uint64_t first) {
        if (match.rows.head_rows == 0)
            return original_rows_.read_floats(original, *match.second, first, values_);
        // A vector is one row to the layout; here its elements are what is permuted.
        const std::uint64_t row_elements =
            match.second->shape.size() == 1 ? 1 : matrix_layout(*match.second).inputs();
        for (std::span<float> left = values_; !left.empty();) {
            const std::uint64_t row = match.rows.counterpart(first / row_elements);
            const std::uint64_t offset = first % row_elements;
            const auto n =
                static_cast<std::size_t>(std::min<std::uint64_t>(row_elements - offset, left.size()));
            original_rows_.read_floats(original, *match.second, row * row_elements + offset, left.first(n));
            left = left.subspan(n);
            first += n;
        }
    }

    // The sums leave out what is not a number in the original.
    std::uint64_t leave_out_non_finite() {
        std::uint64_t left_out = 0;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (std::isfinite(values_[i]) && std::isfinite(stored_[i])) continue;
            values_[i] = std::numeric_limits<float>::quiet_NaN();
            stored_[i] = 0;
            ++left_out;
        }
        return left_out;
    }

    void add_segment(std::size_t first, std::size_t n, ErrorSums& sums) const {
        kernels::WideSums wide{};
        kernels::kernel_table().compare_wide(&values_[first], &stored_[first], n, &wide);
        sums += {0,
                 0,
                 wide.error_squared,
                 wide.value_squared,
                 wide.product,
                 wide.quantized_squared,
                 wide.max_abs_error};
    }

    RowReader stored_rows_;
    RowReader original_rows_;
    std::vector<float> values_;  // of the original
    std::vector<float> stored_;
};

std::string why_not_measurable(const TensorMatch& match) {
    for (const TensorInfo* tensor : {match.first, match.second})
        if (!tensor->measurable())
            return fmt::format("tensors of type {} are not measured", tensor->dtype_name);
    return match.problem;
}

ComparedTensor described(const TensorMatch& match) {
    ComparedTensor result;
    const TensorInfo& tensor = *match.first;
    result.name = tensor.name;
    result.original = match.second->name;
    result.dtype = tensor.dtype_name;
    result.original_dtype = match.second->dtype_name;
    result.elements = tensor.elements;
    result.bytes = tensor.bytes;
    if (tensor.elements != 0)
        result.bits_per_weight =
            8.0 * static_cast<double>(tensor.bytes) / static_cast<double>(tensor.elements);
    result.rows_permuted = match.rows.head_rows != 0;
    result.refused = why_not_measurable(match);
    return result;
}

std::vector<std::string> names_of(const std::vector<const TensorInfo*>& tensors) {
    std::vector<std::string> names;
    for (const TensorInfo* tensor : tensors)
        names.push_back(tensor->name);
    return names;
}

std::vector<Block> blocks_of(const std::vector<ComparedTensor>& tensors) {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        if (!tensors[i].refused.empty()) continue;
        for (std::uint64_t first = 0; first < tensors[i].elements; first += block_elements)
            blocks.push_back(
                {i, first, std::min<std::uint64_t>(block_elements, tensors[i].elements - first)});
    }
    return blocks;
}

}  // namespace

double ModelComparison::bits_per_weight() const {
    return elements == 0 ? 0.0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(elements);
}

ModelComparison compare_models(const Model& model, const Model& original, const JobContext& job) {
    const ModelMatch match = match_tensors(model, original);
    ModelComparison comparison;
    comparison.only_in_model = names_of(match.only_first);
    comparison.only_in_original = names_of(match.only_second);
    for (const TensorMatch& both : match.both)
        comparison.tensors.push_back(described(both));

    const std::vector<Block> blocks = blocks_of(comparison.tensors);
    ElementProgress progress(job);
    for (const Block& block : blocks)
        progress.expect(block.count);
    std::vector<BlockResult> results(blocks.size());
    std::vector<BlockComparer> comparers(job.thread_count());
    parallel_for(blocks.size(), progress.quiet_job(), [&](std::size_t index, unsigned worker) {
        const Block& block = blocks[index];
        results[index] = comparers[worker].run(model, original, match.both[block.pair], block);
        progress.add(block.count);
    });
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        ComparedTensor& tensor = comparison.tensors[blocks[i].pair];
        tensor.sums += results[i].sums;
        tensor.left_out += results[i].left_out;
    }
    for (const ComparedTensor& tensor : comparison.tensors) {
        if (!tensor.refused.empty()) continue;
        comparison.elements += tensor.elements;
        comparison.bytes += tensor.bytes;
        comparison.sums += tensor.sums;
    }
    return comparison;
}

}  // namespace halfstep
