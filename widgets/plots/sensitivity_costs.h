// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <cstddef>
#include <optional>
#include <vector>

namespace halfstep {

// What a set of schemes does to the tensors of a model, in the model's order.
struct SensitivityData {
    struct Row {
        QString tensor;
        std::optional<int> block;
        double sensitivity = 1;
        std::vector<std::optional<double>>
            rel_error;                            // one for each scheme; none: not applicable or no figure
        std::optional<double> planned_rel_error;  // of the plan's own scheme
        QString planned_scheme;
    };

    QStringList schemes;
    std::vector<Row> rows;
};

// Stands for the index of a scheme below: each tensor with the scheme that the plan gives it.
inline constexpr int planned_scheme = -1;

bool hasPlan(const SensitivityData& data);
int blockCount(const SensitivityData& data);  // the highest block and one

// sensitivity · rel_error²; none where there is no figure, or an infinite one.
std::optional<double> costOf(const SensitivityData::Row& row, int scheme);

// The tensors that have a cost, most first; of equal ones in the model's order.
struct CostRanking {
    struct Place {
        std::size_t row = 0;
        double cost = 0;
    };
    std::vector<Place> places;
    double total = 0;
};
CostRanking rankByCost(const SensitivityData& data, int scheme);

// Σ cost of everything up to a depth: 0 is what stands before the blocks, b + 1 is block b, the last one is
// what follows them. Empty where no tensor has a cost.
std::vector<double> costThroughDepth(const SensitivityData& data, int scheme);

}  // namespace halfstep
