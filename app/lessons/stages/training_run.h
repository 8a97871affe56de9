// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job_context.h"
#include "core/training/loss_surface.h"
#include "core/training/training.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace halfstep {

// The experiment of lesson 13, once: a network trained as float, rounded afterwards (PTQ), and trained on
// with rounding in the loop (QAT).

struct TrainingPlan {
    std::string data;  // of two inputs and two classes: "spirals", "moons"
    int bits = 3;
    std::uint64_t seed = 1;
};

enum class TrainingPhase { first, second, aware };  // to the first minimum; on as float; on with rounding

struct FloatTraining {
    std::shared_ptr<const training::DataSet> data;
    training::DenseNetwork base;        // after the first phase
    training::TrainingResult finished;  // after the second one
};

struct TrainedOnce {
    std::shared_ptr<const FloatTraining> floating;
    training::Evaluation ptq;  // held-out
    training::TrainingResult aware;
    // What is answered where: how sure the network is of the second class, over [-1.2, 1.2]².
    std::vector<double> float_map;
    std::vector<double> ptq_map;
    std::vector<double> aware_map;
    // Held-out loss around both minima of the unrounded weights, and how far it rises on average where
    // weights are moved as far as rounding moves them.
    training::LossSurface float_surface;
    training::LossSurface aware_surface;
    double rounding = 0;  // relative size of the rounding error
    double float_rise = 0;
    double aware_rise = 0;
};

inline constexpr int map_resolution = 56;
inline constexpr double map_range = 1.2;

// `known` is the float part of a former run with the same data and seed, or null. Throws Cancelled.
TrainedOnce trainOnce(const TrainingPlan& plan, std::shared_ptr<const FloatTraining> known,
                      const std::function<void(TrainingPhase, const training::CurvePoint&)>& on_point,
                      const JobContext& job);

// Where the second phase begins, and ends.
std::size_t firstSteps(const TrainingPlan& plan);
std::size_t allSteps(const TrainingPlan& plan);

}  // namespace halfstep
