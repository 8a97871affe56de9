// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/exports/runtimes/config_target.h"
#include "core/exports/shell_words.h"
#include "core/exports/targets.h"
#include "core/quantize/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

// Source: exllamav2/conversion/{convert_exl2,optimize,qparams,quantize}.py of exllamav2 (0.3.2, da07fac). Its
// converter reads a file of what it measured on each half of a layer and chooses one of the options there:
// one option is no choice. The head has its own flag. Codes are symmetric, scales have four bits.
namespace halfstep {
namespace {

struct Half {
    std::string_view key;
    std::vector<std::string_view> matrices;
};
const std::array<Half, 2>& halves() {
    static const std::array<Half, 2> halves{{{"self_attn", {"q_proj", "k_proj", "v_proj", "o_proj"}},
                                             {"mlp", {"gate_proj", "up_proj", "down_proj"}}}};
    return halves;
}

constexpr int scale_bits = 4;
constexpr std::string_view layers = "model.layers.";

// What the converter counts for a matrix (QParams.total_bits): codes, the scales of each group with a 16-bit
// factor and 32 bits of its place, and the order of the rows.
std::uint64_t stored_bits_of(const PlannedModule& module) {
    const MatrixShape shape = module.shape;
    const std::uint64_t groups = (shape.inputs + module.scheme.group_size - 1) / module.scheme.group_size;
    return shape.inputs * shape.channels * static_cast<std::uint64_t>(module.scheme.bits) +
           groups * (16 + 32 + shape.channels * scale_bits) + shape.inputs * 32;
}

ConfigJson parameters_of(const Scheme& scheme) {
    return {{"group_size", {{std::to_string(scheme.bits), scheme.group_size}}},
            {"bits", {scheme.bits}},
            {"bits_prop", {1}},
            {"scale_bits", scale_bits}};
}

ErrorSums errors_of(const ExportRequest& request, const TensorInfo& tensor) {
    const Scheme& scheme = *request.plan.find(tensor.name);
    for (const TensorMeasurement& measured : request.measurements)
        if (measured.tensor == tensor.name)
            for (const Measurement& result : measured.results)
                if (result.scheme == scheme && result.refused.empty()) return result.sums;
    return measure_tensor(request.model, tensor, std::span(&scheme, 1), request.job).results.at(0).sums;
}

class ExLlamaV2 : public ConfigTarget {
  public:
    std::string_view name() const override { return "exllamav2"; }
    std::string_view writes() const override {
        return "a measurement file that leaves exllamav2's convert.py no choice, and the command for it";
    }
    bool may_keep() const override { return false; }
    std::string_view file_ending() const override { return ".measurement.json"; }
    bool shows_measurements() const override { return true; }

  private:
    using ByName = std::map<std::string, const PlannedModule*, std::less<>>;

    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.groups.multiples_of = 32;
        RuntimeFormat int2;
        int2.groups.multiples_of = 16;
        RuntimeFormats formats{"exllamav2", integer_formats({3, 4, 5, 6, 8}, integers)};
        formats.rows.push_back(integer_formats({2}, int2).front());
        return formats;
    }
    QuantizedKinds kinds() const override { return {.runtime = "exllamav2"}; }

    static ByName by_name(const PlannedModules& modules) {
        ByName found;
        for (const PlannedModule& module : modules.quantized)
            if (module.tensor->role != Role::output_head) found.emplace(module.module, &module);
        return found;
    }

    std::string why_not_as_a_whole(const PlannedModules& modules) const override {
        for (const PlannedModule& module : modules.kept)
            if (module.tensor->role != Role::output_head)
                return fmt::format(
                    "exllamav2 quantizes all matrices of its layers, and '{}' is kept. Take "
                    "int8:g128 for it",
                    module.module);
        const ByName found = by_name(modules);
        std::size_t known = 0;
        for (std::size_t layer = 0; known < found.size(); ++layer)
            for (const Half& half : halves())
                for (const std::string_view matrix : half.matrices) {
                    if (!found.contains(key(layer, half, matrix)))
                        return fmt::format(
                            "exllamav2 knows layers of four matrices in self_attn and three in "
                            "mlp, and there is no '{}'. Take another target",
                            key(layer, half, matrix));
                    ++known;
                }
        return {};
    }

    std::vector<Issue> further_issues(const Model&, const PlannedModules& modules) const override {
        for (const PlannedModule& module : modules.kept)
            return {{Severity::warning, module.tensor->name,
                     "exllamav2 always quantizes the output head: it gets 8 bits, where it is to be kept"}};
        return {};
    }

    static std::string key(std::size_t layer, const Half& half, std::string_view matrix) {
        return fmt::format("{}{}.{}.{}", layers, layer, half.key, matrix);
    }

    static ConfigJson option(const ExportRequest& request, const ByName& found, std::size_t layer,
                             const Half& half) {
        ConfigJson matrices = ConfigJson::object();
        std::uint64_t bits = 0;
        ErrorSums sums;
        for (const std::string_view matrix : half.matrices) {
            const PlannedModule& module = *found.at(key(layer, half, matrix));
            bits += stored_bits_of(module);
            sums += errors_of(request, *module.tensor);
            matrices[std::string(matrix)] = parameters_of(module.scheme);
        }
        // The converter takes the logarithm of the error, which must not be 0.
        constexpr double least = 1e-9;
        const double error = std::clamp(rel_error(sums).value_or(least), least, 1.0);
        ConfigJson option{{"accuracy", 1 - error}, {"total_bits", bits}};
        option.update(matrices);
        return option;
    }

    static std::string measurement_text(const ExportRequest& request, const PlannedModules& modules) {
        const ByName found = by_name(modules);
        const std::size_t count = found.size() / (halves()[0].matrices.size() + halves()[1].matrices.size());
        ConfigJson measurement = ConfigJson::object();
        for (std::size_t layer = 0; layer < count; ++layer)
            for (const Half& half : halves())
                measurement[fmt::format("{}{}.{}", layers, layer, half.key)] =
                    ConfigJson::array({option(request, found, layer, half)});
        return json_text({{"measurement", std::move(measurement)}, {"last_module_idx", 2 * count + 2}});
    }

    // Rounded up, so that the converter's budget holds every option.
    static double bits_per_weight(const ByName& found) {
        double bits = 0;
        double weights = 0;
        for (const auto& [name, module] : found) {
            bits += static_cast<double>(stored_bits_of(*module));
            weights += static_cast<double>(module->weights());
        }
        return std::ceil(bits / weights * 100) / 100;
    }

    static std::string command_text(const ExportRequest& request, const PlannedModules& modules) {
        const auto head = std::ranges::find_if(modules.quantized, [](const PlannedModule& module) {
            return module.tensor->role == Role::output_head;
        });
        constexpr int most_head_bits = 8;
        return fmt::format(
            "# A shell command that carries the plan out with exllamav2's source tree. The folder after -o "
            "is "
            "for its work,\n# the one after -cf gets the model.\n"
            "python3 convert.py \\\n  -i {} \\\n  -o work \\\n  -cf {} \\\n  -m {} \\\n  -b {:.2f} -hb {}\n",
            in_the_shell(request.model.path().string()),
            in_the_shell(request.plan.model_name.empty() ? "quantized" : request.plan.model_name + "-exl2"),
            in_the_shell(request.out.string()), bits_per_weight(by_name(modules)),
            head == modules.quantized.end() ? most_head_bits : head->scheme.bits);
    }

    std::vector<std::filesystem::path> write_config(const ExportRequest& request,
                                                    const PlannedModules& modules) const override {
        std::filesystem::path command = request.out;
        command += ".command.txt";
        write_whole_file(request.out, measurement_text(request, modules));
        write_whole_file(command, command_text(request, modules));
        return {request.out, command};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> exllamav2_target() {
    return std::make_unique<ExLlamaV2>();
}

}  // namespace halfstep
