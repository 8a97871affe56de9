// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/importance_summary.h"

#include <algorithm>
#include <numeric>

namespace halfstep {

ImportanceSummary summarize_importance(const TensorImportance& importance, std::size_t top_inputs) {
    const std::vector<double> values = importance.by_input();
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return values[i]; });

    ImportanceSummary summary;
    summary.count = importance.entry().count();
    summary.inputs = values.size();
    summary.max = values[order.front()];
    summary.min = values[order.back()];
    const std::size_t hundredth = (values.size() + 99) / 100;
    double sum = 0;
    double top = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        const double value = values[order[rank]];
        sum += value;
        if (rank < hundredth) top += value;
        if (rank < top_inputs) summary.top.push_back({order[rank], value});
    }
    summary.mean = sum / static_cast<double>(values.size());
    summary.top_hundredth_share = sum > 0 ? top / sum : 0;
    return summary;
}

}  // namespace halfstep
