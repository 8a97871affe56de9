// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/sensitivity.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/model_files/input_file.h"
#include "core/model_files/row_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace halfstep {
namespace {

constexpr std::uint64_t largest_file = std::uint64_t{64} << 20U;

Sensitivities every_tensor(const Model& model, std::string source) {
    return {std::vector<double>(model.tensors().size(), 1.0), std::move(source), 0, {}};
}

// Σ E[x_j²]·w_ij² of a block of elements; weights that are no numbers count nothing.
class EnergySum {
  public:
    double add(const Model& model, const TensorInfo& tensor, const TensorImportance& importance,
               std::uint64_t first, std::size_t count) {
        weights_.resize(count);
        importance_.resize(count);
        reader_.read_floats(model, tensor, first, weights_);
        importance.fill(first, importance_);
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto weight = static_cast<double>(weights_[i]);
            const double energy = weight * weight * static_cast<double>(importance_[i]);
            if (std::isfinite(energy)) sum += energy;
        }
        return sum;
    }

  private:
    RowReader reader_;
    std::vector<float> weights_;
    std::vector<float> importance_;
};

struct EnergyTask {
    std::size_t tensor = 0;
    std::uint64_t first = 0;
    std::size_t count = 0;
    double energy = 0;
};

std::vector<EnergyTask> energy_tasks(const Importance& importance, const Model& model) {
    std::vector<EnergyTask> tasks;
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        const TensorInfo& tensor = model.tensors()[i];
        if (!tensor.quantizable || importance.find(tensor.name) == nullptr) continue;
        const std::uint64_t block = reading_block_elements(tensor);
        for (std::uint64_t first = 0; first < tensor.elements; first += block)
            tasks.push_back(
                {i, first, static_cast<std::size_t>(std::min(block, tensor.elements - first)), 0});
    }
    return tasks;
}

void note_unknown(Sensitivities& result, const Model& model) {
    const auto quantizable = static_cast<std::size_t>(
        std::ranges::count_if(model.tensors(), [](const TensorInfo& tensor) { return tensor.quantizable; }));
    if (result.known < quantizable)
        result.issues.push_back({Severity::note,
                                 {},
                                 fmt::format("{} of {} tensors have no sensitivity in {}: they count 1",
                                             quantizable - result.known, quantizable, result.source)});
}

std::string read_text(const InputFile& file, const std::filesystem::path& path) {
    if (file.size() > largest_file)
        throw Error("is too large for a list of sensitivities", {path.string(), {}, {}},
                    "Choose JSON {\"name\": number}, CSV lines name,number, or an importance matrix");
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(text)));
    return text;
}

// Both forms of importance matrices have bytes that no text has.
bool is_text(std::string_view text) {
    return !text.starts_with("GGUF") && text.find('\0') == std::string_view::npos;
}

}  // namespace

double role_sensitivity(Role role) {
    switch (role) {
        case Role::output_head:
            return 16;
        case Role::attention_v:
        case Role::attention_qkv:
        case Role::ffn_down:
            return 4;
        default:
            return 1;
    }
}

Sensitivities equal_sensitivities(const Model& model) {
    return every_tensor(model, "every tensor counts 1");
}

Sensitivities sensitivities_by_role(const Model& model) {
    Sensitivities result = every_tensor(model, "by role");
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        result.values[i] = role_sensitivity(model.tensors()[i].role);
        if (model.tensors()[i].quantizable) ++result.known;
    }
    return result;
}

Sensitivities sensitivities_from_importance(const Importance& importance, const Model& model,
                                            const JobContext& job) {
    Sensitivities result = every_tensor(model, importance.name());
    std::vector<EnergyTask> tasks = energy_tasks(importance, model);
    std::vector<EnergySum> workers(job.thread_count());
    parallel_for(tasks.size(), job, [&](std::size_t index, unsigned worker) {
        EnergyTask& task = tasks[index];
        const TensorInfo& tensor = model.tensors()[task.tensor];
        task.energy =
            workers[worker].add(model, tensor, *importance.find(tensor.name), task.first, task.count);
    });
    std::vector<double> energies(result.values.size(), 0);
    std::vector<bool> known(result.values.size(), false);
    double sum = 0;
    for (const EnergyTask& task : tasks) {
        energies[task.tensor] += task.energy;
        sum += task.energy;
        known[task.tensor] = true;
    }
    result.known = static_cast<std::size_t>(std::ranges::count(known, true));
    const double mean = sum / static_cast<double>(std::max<std::size_t>(1, result.known));
    for (std::size_t i = 0; i < energies.size(); ++i)
        if (known[i] && mean > 0) result.values[i] = energies[i] / mean;
    note_unknown(result, model);
    return result;
}

Sensitivities load_sensitivities(const std::filesystem::path& path, const Model& model,
                                 const JobContext& job) {
    const InputFile file(path);
    std::array<char, 64> start{};
    const auto seen = static_cast<std::size_t>(std::min<std::uint64_t>(start.size(), file.size()));
    file.read_at(0, std::as_writable_bytes(std::span(start)).first(seen));
    if (!is_text(std::string_view(start.data(), seen)))
        return sensitivities_from_importance(*load_importance(path, model, job), model, job);
    Sensitivities result = sensitivities_from_text(read_text(file, path), path.string(), model);
    result.source = path.filename().string();
    note_unknown(result, model);
    return result;
}

}  // namespace halfstep
