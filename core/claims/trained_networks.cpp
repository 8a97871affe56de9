// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/claims/trained_networks.h"

#include <fmt/format.h>

namespace halfstep {

double TrainedNetwork::held_out_loss(const training::DenseNetwork& changed) const {
    return training::evaluate({changed, {}}, data->held_out, data->loss).loss;
}

std::vector<TrainedNetwork> trained_networks(const JobContext& job) {
    JobContext quiet = job;
    quiet.progress = nullptr;
    std::vector<TrainedNetwork> networks;
    for (const std::string& name : training::data_set_names())
        for (const std::uint64_t seed : {1U, 2U}) {
            training::TrainingRequest request;
            request.data = std::make_shared<const training::DataSet>(training::data_set(name, seed));
            const std::size_t inputs = request.data->training.inputs.columns;
            const std::size_t outputs = request.data->training.targets.columns;
            const std::vector<std::size_t> sizes{inputs, 32, 32, 32, 32, outputs};
            request.start = training::initial_network(sizes, seed);
            request.settings.steps = 1'500;
            request.seed = seed;
            networks.push_back({fmt::format("{}, seed {}", name, seed), request.data,
                                training::train(request, quiet).network});
        }
    return networks;
}

}  // namespace halfstep
