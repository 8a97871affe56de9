// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_info.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace halfstep {

// What a model costs at what error, and the plan of the moment.
struct BudgetData {
    struct Point {
        double bits = 0;  // a weight
        double loss = 0;  // Σ sensitivity·rel_error²
        std::uint64_t bytes = 0;
    };
    struct Named {
        QString name;
        Point at;
    };
    // A tensor of the plan, in the model's order.
    struct Cell {
        QString tensor;
        Role role = Role::other;
        std::optional<int> block;
        std::uint64_t elements = 0;
        double bits = 0;
        double former_bits = 0;  // before the budget was last changed
        QString scheme;
        QString former_scheme;
        std::optional<double> rel_error;
        std::optional<double> former_rel_error;
        bool locked = false;
    };

    // Corners of the Pareto front's hull, from the smallest plan to the most exact. Null where there is none;
    // shared, since it stays while a budget moves.
    std::shared_ptr<const std::vector<Point>> front;
    std::vector<Named> uniform;  // each candidate for all tensors
    std::vector<Named> methods;  // what others choose for this budget
    std::optional<Point> best;   // for this budget
    double gap = 0;              // of the best: 0 is proven
    std::optional<Point> plan;   // as it stands; the best one where nothing was changed since
    QString note;                // where there is no front: why
    double budget = 0;           // bits a weight
    std::vector<Cell> cells;

    bool hasFront() const { return front != nullptr && !front->empty(); }
};

}  // namespace halfstep
