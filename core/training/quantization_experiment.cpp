// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/quantization_experiment.h"

#include "core/base/error.h"
#include "core/base/job_phases.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

namespace halfstep::training {
namespace {

void check(const ExperimentRequest& request) {
    if (request.seeds.empty())
        throw Error("An experiment without seeds has no outcome", {}, "Give at least one");
    if (request.schemes.empty())
        throw Error("An experiment without schemes compares nothing", {}, "Give at least one");
}

// The progress of parts that run side by side and weigh the same.
class SharedProgress {
  public:
    SharedProgress(const JobContext& job, std::size_t parts) : job_(job), fractions_(parts) {}

    JobContext job_of(std::size_t part) {
        JobContext job = job_;
        if (job_.progress) job.progress = [this, part](double fraction) { note(part, fraction); };
        return job;
    }

  private:
    void note(std::size_t part, double fraction) {
        const std::scoped_lock lock(mutex_);
        done_ += fraction - fractions_[part];
        fractions_[part] = fraction;
        const double now = std::min(1.0, done_ / static_cast<double>(fractions_.size()));
        if (now < reported_) return;
        reported_ = now;
        job_.report(now);
    }

    const JobContext& job_;
    std::mutex mutex_;
    std::vector<double> fractions_;
    double done_ = 0;
    double reported_ = 0;
};

// All trainings of one seed.
class SeedRun {
  public:
    SeedRun(const ExperimentRequest& request, std::uint64_t seed)
        : request_(request),
          seed_(seed),
          data_(std::make_shared<const DataSet>(data_set(request.data, seed))) {}

    // One outcome a scheme.
    std::vector<SeedOutcome> run(const JobContext& job) {
        const double trainings = static_cast<double>(request_.schemes.size()) + 2;
        std::size_t done = 0;
        const auto next_job = [&] {
            const auto before = static_cast<double>(done++);
            return phase_of(job, before / trainings, (before + 1) / trainings);
        };
        base_ = train(first_training(), next_job()).network;
        const TrainingResult trained = train(second_training({}), next_job());
        const ActivationRanges ranges =
            calibrated_ranges(trained.network, data_->training.inputs, request_.second_training.batch_size);
        std::vector<SeedOutcome> outcomes;
        for (const Scheme& scheme : request_.schemes) {
            const FakeQuantization quantization{scheme, request_.activation_bits};
            const DeployedNetwork ptq = deployed(trained.network, quantization, ranges);
            outcomes.push_back({seed_, trained.held_out, evaluate(ptq, data_->held_out, data_->loss),
                                train(second_training(quantization), next_job()).held_out});
        }
        return outcomes;
    }

  private:
    TrainingRequest first_training() const {
        TrainingRequest training;
        training.data = data_;
        training.start = initial_network(request_.layers, seed_);
        training.settings = request_.float_training;
        training.seed = seed_;
        return training;
    }

    // From the first one's network on. The order of the examples is a new one, the same for all.
    TrainingRequest second_training(const FakeQuantization& quantization) const {
        TrainingRequest training;
        training.data = data_;
        training.start = base_;
        training.settings = request_.second_training;
        training.seed = ~seed_;
        training.quantization = quantization;
        return training;
    }

    const ExperimentRequest& request_;
    std::uint64_t seed_;
    std::shared_ptr<const DataSet> data_;
    DenseNetwork base_;
};

}  // namespace

ExperimentRequest default_experiment(const std::string& data, OptimizerSettings::Kind optimizer) {
    ExperimentRequest request;
    request.data = data;
    const DataSet examples = data_set(data, 1);
    request.layers = {examples.training.inputs.columns, 32, 32, examples.training.targets.columns};
    for (const char* scheme : {"int8:tensor", "int4:tensor", "int3:tensor", "int2:tensor"})
        request.schemes.push_back(parse_scheme(scheme));
    const bool adam = optimizer == OptimizerSettings::Kind::adam;
    request.float_training.optimizer.kind = optimizer;
    request.float_training.rate = adam ? 0.01F : 0.05F;
    request.second_training = request.float_training;
    request.second_training.steps = request.float_training.steps / 2;
    request.second_training.rate = adam ? 0.003F : 0.015F;
    for (TrainingSettings* settings : {&request.float_training, &request.second_training})
        settings->last_rate = settings->rate / 30;
    return request;
}

std::size_t SchemeOutcome::qat_below_ptq() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        seeds, [](const SeedOutcome& outcome) { return outcome.qat.loss < outcome.ptq.loss; }));
}

EvaluationSummary summary_of(std::span<const SeedOutcome> seeds, Evaluation SeedOutcome::*which) {
    EvaluationSummary summary;
    const auto count = static_cast<double>(seeds.size());
    for (const SeedOutcome& seed : seeds) {
        const Evaluation& evaluation = seed.*which;
        summary.mean_loss += evaluation.loss / count;
        summary.worst_loss = std::max(summary.worst_loss, evaluation.loss);
        if (!evaluation.accuracy) continue;
        summary.mean_accuracy = summary.mean_accuracy.value_or(0) + *evaluation.accuracy / count;
        summary.worst_accuracy = std::min(summary.worst_accuracy.value_or(1), *evaluation.accuracy);
    }
    return summary;
}

std::vector<SchemeOutcome> compare_ptq_and_qat(const ExperimentRequest& request, const JobContext& job) {
    check(request);
    std::vector<std::vector<SeedOutcome>> by_seed(request.seeds.size());
    SharedProgress progress(job, by_seed.size());
    JobContext quiet = job;
    quiet.progress = nullptr;
    parallel_for(by_seed.size(), quiet, [&](std::size_t i, unsigned) {
        by_seed[i] = SeedRun(request, request.seeds[i]).run(progress.job_of(i));
    });

    std::vector<SchemeOutcome> outcomes;
    for (std::size_t scheme = 0; scheme < request.schemes.size(); ++scheme) {
        outcomes.push_back({request.schemes[scheme], {}});
        for (const std::vector<SeedOutcome>& seed : by_seed)
            outcomes.back().seeds.push_back(seed[scheme]);
    }
    return outcomes;
}

}  // namespace halfstep::training
