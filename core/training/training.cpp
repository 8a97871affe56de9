// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/training.h"

#include "core/base/error.h"
#include "core/training/backpropagation.h"
#include "core/training/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace halfstep::training {
namespace {

constexpr std::uint64_t order_stream = 21;

void check(const TrainingRequest& request) {
    const auto refuse = [](std::string problem, std::string advice) {
        throw Error(std::move(problem), {}, std::move(advice));
    };
    if (!request.data || request.data->training.inputs.rows == 0)
        refuse("There is nothing to train on", "Give training examples");
    const std::vector<std::size_t> sizes = request.start.sizes();
    const Examples& examples = request.data->training;
    if (sizes.empty() || sizes.front() != examples.inputs.columns || sizes.back() != examples.targets.columns)
        refuse(fmt::format("The network does not fit '{}', which has {} inputs and {} outputs",
                           request.data->name, examples.inputs.columns, examples.targets.columns),
               "Make its first and last layer of that size");
    if (request.settings.batch_size == 0) refuse("Batches of no examples teach nothing", "Give at least 1");
    const int bits = request.quantization.activation_bits;
    if (bits != 0 && (bits < 2 || bits > 16))
        refuse(fmt::format("Activations cannot have {} bits", bits), "Give 2 to 16, or 0 for float");
}

// Batches of the examples in an order that is drawn anew for each pass over them; a rest that does not fill a
// batch is left out.
class Batches {
  public:
    Batches(const Examples& examples, std::size_t size, std::uint64_t seed)
        : examples_(examples),
          order_(examples.inputs.rows),
          batch_{{std::min(size, order_.size()), examples.inputs.columns},
                 {std::min(size, order_.size()), examples.targets.columns}},
          next_(order_.size()),
          random_(seed, order_stream) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    const Examples& next() {
        const std::size_t size = batch_.inputs.rows;
        if (next_ + size > order_.size()) {
            random_.shuffle(order_);
            next_ = 0;
        }
        for (std::size_t i = 0; i < size; ++i) {
            std::ranges::copy(examples_.inputs.row(order_[next_ + i]), batch_.inputs.row(i).begin());
            std::ranges::copy(examples_.targets.row(order_[next_ + i]), batch_.targets.row(i).begin());
        }
        next_ += size;
        return batch_;
    }

  private:
    const Examples& examples_;
    std::vector<std::size_t> order_;
    Examples batch_;
    std::size_t next_;
    Random random_;
};

// One training on its way.
class Trainer {
  public:
    Trainer(const TrainingRequest& request, const JobContext& job)
        : request_(request),
          job_(job),
          batches_(request.data->training, request.settings.batch_size, request.seed),
          optimizer_(request.settings.optimizer, request.start) {
        result_.network = request.start;
        if (request.quantization.activation_bits == 0) return;
        result_.ranges = request.ranges ? *request.ranges
                                        : calibrated_ranges(request.start, request.data->training.inputs,
                                                            request.settings.batch_size);
    }

    TrainingResult run() {
        const std::size_t steps = request_.settings.steps;
        note_point(0);
        for (std::size_t step = 0; step < steps; ++step) {
            job_.throw_if_stopped();
            take_step(step);
            if (is_point(step + 1)) note_point(step + 1);
            job_.report(static_cast<double>(step + 1) / static_cast<double>(steps));
        }
        result_.deployed = deployed(result_.network, request_.quantization, result_.ranges);
        result_.training = evaluate(result_.deployed, request_.data->training, request_.data->loss, job_);
        result_.held_out = evaluate(result_.deployed, request_.data->held_out, request_.data->loss, job_);
        return std::move(result_);
    }

  private:
    // The gradient is that of the deployed network, and moves the float weights.
    void take_step(std::size_t step) {
        const Examples& batch = batches_.next();
        const DeployedNetwork now = deployed(result_.network, request_.quantization, result_.ranges);
        const ForwardPass<float> pass = forward(now.network, batch.inputs, now.grids);
        LossAtOutputs<float> at = loss_at(request_.data->loss, pass.outputs, batch.targets);
        if (!std::isfinite(at.value))
            throw Error(fmt::format("The loss is no longer a number at step {}", step + 1), {},
                        "Train with a lower learning rate");
        const DenseNetwork gradient = backward(now.network, pass, std::move(at.gradient));
        optimizer_.step(result_.network, gradient, rate(step));
        if (request_.quantization.activation_bits > 0) result_.ranges.observe(pass.limits);
    }

    float rate(std::size_t step) const {
        const TrainingSettings& settings = request_.settings;
        if (settings.steps < 2) return settings.rate;
        const float done = static_cast<float>(step) / static_cast<float>(settings.steps - 1);
        return settings.rate + (settings.last_rate - settings.rate) * done;
    }

    // Points lie evenly, the last one at the end.
    bool is_point(std::size_t step) const {
        const std::size_t points = std::min(request_.settings.curve_points, request_.settings.steps);
        return points > 0 &&
               step * points / request_.settings.steps != (step - 1) * points / request_.settings.steps;
    }

    void note_point(std::size_t step) {
        if (request_.settings.curve_points == 0) return;
        const DeployedNetwork now = deployed(result_.network, request_.quantization, result_.ranges);
        const DataSet& data = *request_.data;
        result_.curve.push_back({step, evaluate(now, data.training, data.loss, job_).loss,
                                 evaluate(now, data.held_out, data.loss, job_).loss});
        if (request_.on_point) request_.on_point(result_.curve.back());
    }

    const TrainingRequest& request_;
    const JobContext& job_;
    Batches batches_;
    Optimizer optimizer_;
    TrainingResult result_;
};

}  // namespace

// By parts of the examples, so that a stop is felt and activations stay in the cache.
Evaluation evaluate(const DeployedNetwork& network, const Examples& examples, Loss loss,
                    const JobContext& job) {
    constexpr std::size_t rows_at_once = 64;
    Batch outputs{0, examples.targets.columns};
    for (std::size_t first = 0; first < examples.inputs.rows; first += rows_at_once) {
        job.throw_if_stopped();
        const Batch part = rows_of(examples.inputs, first, rows_at_once);
        const Batch values = forward(network.network, part, network.grids).outputs;
        outputs.rows += values.rows;
        outputs.values.insert(outputs.values.end(), values.values.begin(), values.values.end());
    }
    Evaluation result{loss_at(loss, outputs, examples.targets).value, {}};
    if (loss == Loss::cross_entropy) result.accuracy = accuracy(outputs, examples.targets);
    return result;
}

TrainingResult train(const TrainingRequest& request, const JobContext& job) {
    check(request);
    return Trainer(request, job).run();
}

}  // namespace halfstep::training
