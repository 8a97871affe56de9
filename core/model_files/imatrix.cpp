// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/imatrix.h"

#include "core/base/error.h"
#include "core/model_files/gguf.h"
#include "core/model_files/imatrix_forms.h"
#include "core/model_files/quotable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace halfstep {
namespace {

// Also false for NaN.
bool is_mean_square(float value) {
    return value >= 0 && value <= std::numeric_limits<float>::max();
}

}  // namespace

double ImatrixEntry::count() const {
    return counts.empty() ? 0 : *std::ranges::max_element(counts);
}

void take_entry(Imatrix& imatrix, ImatrixEntry entry) {
    const std::string name = quotable(entry.weight);
    const auto bad = std::ranges::count_if(entry.mean_squares, std::not_fn(is_mean_square));
    if (bad > 0) {
        const auto first = std::ranges::find_if_not(entry.mean_squares, is_mean_square);
        imatrix.issues.push_back(
            {Severity::warning, entry.weight,
             fmt::format("the importance matrix is damaged: {} of the {} values of '{}' are NaN, infinite or "
                         "negative, the first is number {}. It is not used",
                         bad, entry.mean_squares.size(), name, first - entry.mean_squares.begin())});
        return;
    }
    if (!std::ranges::all_of(entry.counts, [](double count) { return std::isfinite(count); })) {
        imatrix.issues.push_back({Severity::warning, entry.weight,
                                  fmt::format("the importance matrix is damaged: a count of '{}' is NaN or "
                                              "infinite. It is not used",
                                              name)});
        return;
    }
    if (entry.matrices_without_data > 0)
        imatrix.issues.push_back(
            {Severity::note, entry.weight,
             entry.counts.size() == 1
                 ? fmt::format("no activation reached '{}' when the importance matrix was made: all of its "
                               "columns count the same",
                               name)
                 : fmt::format("no activation reached {} of the {} experts of '{}' when the importance "
                               "matrix was made: all of their columns count 1",
                               entry.matrices_without_data, entry.counts.size(), name)});
    imatrix.entries.push_back(std::move(entry));
}

ImatrixRecord imatrix_record(const Imatrix& imatrix) {
    ImatrixRecord record{imatrix.path.string(), {}, static_cast<std::uint32_t>(imatrix.entries.size()), {}};
    if (!imatrix.datasets.empty()) record.dataset = imatrix.datasets.front();
    if (imatrix.chunk_count.value_or(0) > 0)
        record.chunks_count = static_cast<std::uint32_t>(*imatrix.chunk_count);
    return record;
}

Imatrix read_imatrix(const std::filesystem::path& path, const JobContext& job) {
    const InputFile file(path);
    Imatrix result = looks_like_gguf(file) ? read_gguf_imatrix(file, job) : read_dat_imatrix(file, job);
    result.path = path;
    if (result.entries.empty() && result.issues.empty())
        throw Error("this importance matrix has no entries", {path.string(), {}, {}},
                    "Let llama-imatrix make it again");
    return result;
}

}  // namespace halfstep
