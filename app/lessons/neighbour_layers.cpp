// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/neighbour_layers.h"

#include "app/lessons/sampled_layer.h"
#include "core/allocation/sensitivity.h"
#include "core/analysis/what_if.h"
#include "widgets/style/tensor_name.h"

#include <algorithm>
#include <cmath>

namespace halfstep {
namespace {

constexpr MatrixShape most_rows{64, 1024};

// The tensors to choose from, in the order of the model.
std::vector<std::size_t> candidates(const LessonTensor& tensor) {
    std::vector<std::size_t> found;
    const std::vector<TensorInfo>& all = tensor.model->tensors();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (i == tensor.index || all[i].quantizable) found.push_back(i);
    return found;
}

}  // namespace

BudgetLayer budgetLayer(const QString& name, std::span<const float> values, const JobContext& job) {
    BudgetLayer layer;
    layer.name = name;
    layer.weights = static_cast<double>(values.size());
    const MomentTable table = MomentTable::build(values);
    if (!(table.value_squared() > 0)) return layer;
    layer.energy = table.value_squared() / static_cast<double>(table.count());
    for (int bits = least_layer_bits; bits <= most_layer_bits; ++bits) {
        job.throw_if_stopped();
        const auto answer =
            what_if(table, parse_scheme("int" + std::to_string(bits) + ":tensor:mse"), job)->answer;
        layer.error[static_cast<std::size_t>(bits - least_layer_bits)] =
            answer.sums.error_squared / answer.sums.value_squared;
    }
    return layer;
}

std::vector<BudgetLayer> neighbourLayers(const LessonTensor& tensor, std::size_t most,
                                         const JobContext& job) {
    const std::vector<std::size_t> all = candidates(tensor);
    const auto count = std::min(most, all.size());
    const auto own = static_cast<std::size_t>(std::ranges::find(all, tensor.index) - all.begin());
    const std::size_t before = std::min(own, (count - 1) / 2);
    const std::size_t first = std::min(own - before, all.size() - count);
    std::vector<BudgetLayer> layers;
    for (std::size_t i = first; i < first + count; ++i) {
        LessonTensor one = tensor;
        one.index = all[i];
        const TensorInfo& info = one.info();
        BudgetLayer layer = budgetLayer(shortTensorName(QString::fromStdString(info.name)),
                                        finiteRows(one, most_rows).values, job);
        layer.weights = static_cast<double>(std::max<std::uint64_t>(1, info.elements));
        layer.sensitivity = role_sensitivity(info.role);
        layers.push_back(std::move(layer));
    }
    return layers;
}

}  // namespace halfstep
