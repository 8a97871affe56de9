// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lessons/stages/training_run.h"

#include "core/base/job_phases.h"
#include "core/training/backpropagation.h"
#include "core/training/dynamic_ranges.h"
#include "core/training/quantization_experiment.h"

#include <cmath>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t curve_points = 60;
constexpr std::size_t surface_resolution = 17;
constexpr double surface_range = 0.8;
constexpr std::size_t directions = 12;

training::ExperimentRequest experiment(const TrainingPlan& plan) {
    training::ExperimentRequest request = training::default_experiment(plan.data);
    request.float_training.curve_points = curve_points;
    request.second_training.curve_points = curve_points;
    return request;
}

training::TrainingRequest requestFor(
    const TrainingPlan& plan, TrainingPhase phase, std::shared_ptr<const training::DataSet> data,
    training::DenseNetwork start,
    const std::function<void(TrainingPhase, const training::CurvePoint&)>& on_point) {
    const training::ExperimentRequest all = experiment(plan);
    training::TrainingRequest request;
    request.data = std::move(data);
    request.start = std::move(start);
    request.settings = phase == TrainingPhase::first ? all.float_training : all.second_training;
    request.seed = phase == TrainingPhase::first ? plan.seed : ~plan.seed;
    request.on_point = [phase, on_point](const training::CurvePoint& point) { on_point(phase, point); };
    return request;
}

std::vector<double> mapOf(const training::DeployedNetwork& network) {
    training::Batch places{map_resolution * map_resolution, 2};
    for (std::size_t i = 0; i < places.rows; ++i) {
        const auto at = [](std::size_t step) {
            return static_cast<float>(map_range *
                                      (2.0 * static_cast<double>(step) / (map_resolution - 1) - 1));
        };
        places.row(i)[0] = at(i % map_resolution);
        places.row(i)[1] = at(i / map_resolution);
    }
    const training::Batch outputs = training::forward(network.network, places, network.grids).outputs;
    std::vector<double> sure;
    for (std::size_t i = 0; i < outputs.rows; ++i)
        sure.push_back(1 / (1 + std::exp(static_cast<double>(outputs.row(i)[0] - outputs.row(i)[1]))));
    return sure;
}

double roundingOf(const training::DenseNetwork& network, const training::DenseNetwork& rounded) {
    double error = 0;
    double square = 0;
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const auto& exact = network.layers[i].weights.values;
        const auto& stored = rounded.layers[i].weights.values;
        for (std::size_t k = 0; k < exact.size(); ++k) {
            error += std::pow(static_cast<double>(stored[k]) - static_cast<double>(exact[k]), 2);
            square += std::pow(static_cast<double>(exact[k]), 2);
        }
    }
    return square > 0 ? std::sqrt(error / square) : 0;
}

void lookAround(TrainedOnce& trained, const JobContext& job) {
    const training::DataSet& data = *trained.floating->data;
    const auto surface = [&](const training::DenseNetwork& network, const JobContext& part) {
        return training::loss_surface(network, data.held_out, data.loss, surface_range, surface_resolution, 1,
                                      part);
    };
    const auto rise = [&](const training::DenseNetwork& network) {
        return training::sharpness(network, data.held_out, data.loss, trained.rounding, directions, 1, job);
    };
    trained.float_surface = surface(trained.floating->finished.network, phase_of(job, 0, 0.5));
    trained.aware_surface = surface(trained.aware.network, phase_of(job, 0.5, 1));
    trained.float_rise = rise(trained.floating->finished.network);
    trained.aware_rise = rise(trained.aware.network);
}

}  // namespace

std::size_t firstSteps(const TrainingPlan& plan) {
    return experiment(plan).float_training.steps;
}

std::size_t allSteps(const TrainingPlan& plan) {
    return firstSteps(plan) + experiment(plan).second_training.steps;
}

TrainedOnce trainOnce(const TrainingPlan& plan, std::shared_ptr<const FloatTraining> known,
                      const std::function<void(TrainingPhase, const training::CurvePoint&)>& on_point,
                      const JobContext& job) {
    if (known == nullptr) {
        auto fresh = std::make_shared<FloatTraining>();
        fresh->data = std::make_shared<const training::DataSet>(training::data_set(plan.data, plan.seed));
        const auto layers = experiment(plan).layers;
        fresh->base = training::train(requestFor(plan, TrainingPhase::first, fresh->data,
                                                 training::initial_network(layers, plan.seed), on_point),
                                      phase_of(job, 0, 0.4))
                          .network;
        fresh->finished =
            training::train(requestFor(plan, TrainingPhase::second, fresh->data, fresh->base, on_point),
                            phase_of(job, 0.4, 0.6));
        known = std::move(fresh);
    }
    TrainedOnce trained;
    trained.floating = std::move(known);
    const Scheme scheme = parse_scheme("int" + std::to_string(plan.bits));
    const training::DenseNetwork& exact = trained.floating->finished.network;
    const training::DeployedNetwork rounded{training::with_quantized_weights(exact, scheme), {}};
    trained.ptq = training::evaluate(rounded, trained.floating->data->held_out, trained.floating->data->loss);
    trained.rounding = roundingOf(exact, rounded.network);
    training::TrainingRequest aware =
        requestFor(plan, TrainingPhase::aware, trained.floating->data, trained.floating->base, on_point);
    aware.quantization.weights = scheme;
    trained.aware = training::train(aware, phase_of(job, 0.6, 0.85));
    trained.float_map = mapOf({exact, {}});
    trained.ptq_map = mapOf(rounded);
    trained.aware_map = mapOf(trained.aware.deployed);
    lookAround(trained, phase_of(job, 0.85, 1));
    return trained;
}

}  // namespace halfstep
