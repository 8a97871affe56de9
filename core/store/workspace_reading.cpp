// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/workspace_reading.h"

#include "core/base/error.h"
#include "core/model_files/hdf5/hdf5_listing.h"
#include "core/model_files/input_file.h"
#include "core/store/image_seal.h"
#include "core/store/workspace.h"
#include "core/store/workspace_layout.h"
#include "core/store/workspace_tables.h"

#include <cmath>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

constexpr std::uint64_t largest_file = std::uint64_t{1} << 30U;
constexpr std::uint64_t highest_rank = 64;

// A count that was stored as a double.
std::uint64_t whole(const WorkspaceTables& file, const char* path, double value) {
    constexpr double above_all = 9007199254740992.0;  // 2^53: whole numbers end here
    if (!(value >= 0 && value <= above_all) || value != std::floor(value))
        file.fail(path, "holds a count that is none");
    return static_cast<std::uint64_t>(value);
}

std::uint64_t positive(const WorkspaceTables& file, const char* path, std::int64_t value) {
    if (value < 0) file.fail(path, "holds a negative size");
    return static_cast<std::uint64_t>(value);
}

Scheme scheme_of(const WorkspaceTables& file, const char* path, const std::string& text) {
    try {
        return parse_scheme(text);
    } catch (const Error& error) {
        file.fail(path, error.problem());
    }
}

std::vector<Workspace::Tensor> read_tensors(const WorkspaceTables& file) {
    const std::vector<std::string> names = file.texts("/tensors/name");
    const std::vector<std::uint64_t> column{names.size()};
    const std::vector<std::uint64_t> shape_extents = file.extents("/tensors/shape");
    if (shape_extents.size() != 2 || shape_extents[1] > highest_rank)
        file.fail("/tensors/shape", "is not a table of shapes");
    const auto rank = static_cast<std::size_t>(shape_extents[1]);
    const auto dtypes = file.texts("/tensors/dtype");
    const auto roles = file.texts("/tensors/role");
    if (dtypes.size() != names.size() || roles.size() != names.size())
        file.fail("/tensors", "has columns of different lengths");
    const auto shapes = file.integers("/tensors/shape", {names.size(), shape_extents[1]});
    const auto elements = file.integers("/tensors/elements", column);
    const auto bytes = file.integers("/tensors/bytes", column);
    const auto quantizable = file.integers("/tensors/quantizable", column);

    std::vector<Workspace::Tensor> tensors;
    tensors.reserve(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
        Workspace::Tensor tensor{names[i],
                                 dtypes[i],
                                 roles[i],
                                 {},
                                 positive(file, "/tensors/elements", elements[i]),
                                 positive(file, "/tensors/bytes", bytes[i]),
                                 quantizable[i] != 0};
        for (std::size_t axis = 0; axis < rank && shapes[i * rank + axis] >= 0; ++axis)
            tensor.shape.push_back(shapes[i * rank + axis]);
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

std::vector<std::optional<TensorStatistics>> read_statistics(const WorkspaceTables& file,
                                                             std::size_t tensors) {
    const std::vector<std::uint64_t> column{tensors};
    std::vector<std::optional<TensorStatistics>> statistics(tensors);
    for (const auto& [name, member] : workspace_layout::counts) {
        const std::vector<double> values = file.doubles(name, column);
        for (std::size_t i = 0; i < tensors; ++i) {
            if (std::isnan(values[i])) continue;
            if (!statistics[i]) statistics[i].emplace();
            (*statistics[i]).*member = whole(file, name, values[i]);
        }
    }
    for (const auto& [name, member] : workspace_layout::moments) {
        const std::vector<double> values = file.doubles(name, column);
        for (std::size_t i = 0; i < tensors; ++i)
            if (statistics[i] && !std::isnan(values[i])) (*statistics[i]).*member = values[i];
    }
    const char* first = "/statistics/first_non_finite";
    const std::vector<double> values = file.doubles(first, column);
    for (std::size_t i = 0; i < tensors; ++i)
        if (statistics[i] && !std::isnan(values[i]))
            statistics[i]->first_non_finite = whole(file, first, values[i]);
    return statistics;
}

struct Columns {
    std::vector<double> bits_per_weight;
    std::vector<double> bytes;
    std::vector<double> count;
    std::vector<double> clipped;
    std::vector<double> scale;
    std::vector<double> zero_point;
    std::vector<std::vector<double>> sums;
    std::vector<std::vector<double>> weighted_sums;  // none where no importance was known
    std::vector<std::int64_t> refusal;
    std::vector<std::string> reasons;
};

Columns read_columns(const WorkspaceTables& file, const std::vector<std::uint64_t>& extents) {
    Columns columns{file.doubles("/measurements/bits_per_weight", extents),
                    file.doubles("/measurements/bytes", extents),
                    file.doubles("/measurements/count", extents),
                    file.doubles("/measurements/clipped_count", extents),
                    file.doubles("/measurements/scale", extents),
                    file.doubles("/measurements/zero_point", extents),
                    {},
                    {},
                    file.integers("/measurements/refusal", extents),
                    file.texts("/measurements/refusal_reasons")};
    for (const auto& sum : workspace_layout::sums)
        columns.sums.push_back(file.doubles(sum.name, extents));
    if (file.has(workspace_layout::weighted_sums.front().name))
        for (const auto& sum : workspace_layout::weighted_sums)
            columns.weighted_sums.push_back(file.doubles(sum.name, extents));
    return columns;
}

// None where the scheme was not measured on the tensor.
std::optional<Measurement> read_cell(const WorkspaceTables& file, const Columns& columns, std::size_t cell,
                                     const Scheme& scheme) {
    Measurement result;
    result.scheme = scheme;
    if (const std::int64_t reason = columns.refusal[cell]; reason >= 0) {
        if (static_cast<std::uint64_t>(reason) >= columns.reasons.size())
            file.fail("/measurements/refusal", "names a reason that is not listed");
        result.refused = columns.reasons[static_cast<std::size_t>(reason)];
        return result;
    }
    if (std::isnan(columns.count[cell])) return std::nullopt;
    result.bits_per_weight = columns.bits_per_weight[cell];
    result.bytes = whole(file, "/measurements/bytes", columns.bytes[cell]);
    result.sums.count = whole(file, "/measurements/count", columns.count[cell]);
    result.sums.clipped = whole(file, "/measurements/clipped_count", columns.clipped[cell]);
    for (std::size_t i = 0; i < workspace_layout::sums.size(); ++i)
        result.sums.*workspace_layout::sums[i].member = columns.sums[i][cell];
    if (!columns.weighted_sums.empty() && !std::isnan(columns.weighted_sums.front()[cell])) {
        result.weighted.emplace();
        for (std::size_t i = 0; i < workspace_layout::weighted_sums.size(); ++i)
            (*result.weighted).*workspace_layout::weighted_sums[i].member = columns.weighted_sums[i][cell];
    }
    if (!std::isnan(columns.scale[cell])) result.scale = static_cast<float>(columns.scale[cell]);
    if (const double zero_point = columns.zero_point[cell]; !std::isnan(zero_point)) {
        if (std::abs(zero_point) > 65536)
            file.fail("/measurements/zero_point", "holds a number out of range");
        result.zero_point = static_cast<int>(zero_point);
    }
    return result;
}

std::vector<TensorMeasurement> read_measurements(const WorkspaceTables& file,
                                                 const std::vector<Workspace::Tensor>& tensors) {
    std::vector<Scheme> schemes;
    for (const std::string& text : file.texts("/measurements/scheme"))
        schemes.push_back(scheme_of(file, "/measurements/scheme", text));
    const Columns columns = read_columns(file, {schemes.size(), tensors.size()});
    std::vector<TensorMeasurement> measurements;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
        TensorMeasurement measurement{tensors[t].name, tensors[t].elements, {}};
        for (std::size_t s = 0; s < schemes.size(); ++s)
            if (auto result = read_cell(file, columns, s * tensors.size() + t, schemes[s]))
                measurement.results.push_back(std::move(*result));
        if (!measurement.results.empty()) measurements.push_back(std::move(measurement));
    }
    return measurements;
}

Plan read_plan(const WorkspaceTables& file) {
    Plan plan{file.text_attribute("/plan", "model"), file.text_attribute("/plan", "fingerprint"), {}};
    const auto tensors = file.texts("/plan/tensor");
    const auto schemes = file.texts("/plan/scheme");
    if (tensors.size() != schemes.size()) file.fail("/plan", "has columns of different lengths");
    for (std::size_t i = 0; i < tensors.size(); ++i)
        plan.entries.push_back({tensors[i], scheme_of(file, "/plan/scheme", schemes[i])});
    if (!file.has("/plan/locked")) return plan;
    std::unordered_map<std::string_view, Plan::Entry*> entries;
    for (Plan::Entry& entry : plan.entries)
        entries.emplace(entry.tensor, &entry);
    for (const std::string& name : file.texts("/plan/locked")) {
        const auto found = entries.find(name);
        if (found == entries.end()) file.fail("/plan/locked", "names a tensor that the plan does not");
        found->second->locked = true;
    }
    return plan;
}

}  // namespace

Workspace read_workspace(std::shared_ptr<const InputFile> file, const Hdf5Listing& listing) {
    const WorkspaceTables tables(std::move(file), listing);
    if (tables.number_attribute("", "halfstep_workspace") != workspace_layout::version)
        tables.fail("halfstep_workspace", "the version of the workspace is not known");

    Workspace workspace;
    workspace.model_path = tables.text_attribute("", "model_path");
    workspace.fingerprint = tables.text_attribute("", "fingerprint");
    workspace.format = tables.text_attribute("", "format");
    workspace.architecture = tables.text_attribute("", "architecture");
    workspace.tensors = read_tensors(tables);
    if (tables.has_group("/statistics"))
        workspace.statistics = read_statistics(tables, workspace.tensors.size());
    if (tables.has_group("/measurements"))
        workspace.measurements = read_measurements(tables, workspace.tensors);
    if (tables.has_group("/plan")) workspace.plan = read_plan(tables);
    return workspace;
}

Workspace load_workspace(const std::filesystem::path& path) {
    auto file = std::make_shared<const InputFile>(path);
    if (file->size() > largest_file)
        throw Error("is too large to be a workspace", {path.string(), {}, {}},
                    "Choose a workspace that Halfstep saved");
    check_seal(*file);
    const Hdf5Listing listing = list_hdf5(*file, {});
    return read_workspace(std::move(file), listing);
}

}  // namespace halfstep
