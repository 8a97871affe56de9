// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/store/hdf5_writer.h"
#include "core/store/image_seal.h"
#include "core/store/workspace.h"
#include "core/store/workspace_layout.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_map>

namespace halfstep {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

void write_model(Hdf5Writer& file, const Workspace& workspace) {
    file.attribute("/", "halfstep_workspace", workspace_layout::version);
    file.attribute("/", "model_path", workspace.model_path);
    file.attribute("/", "fingerprint", workspace.fingerprint);
    file.attribute("/", "format", workspace.format);
    file.attribute("/", "architecture", workspace.architecture);
}

void write_tensors(Hdf5Writer& file, const std::vector<Workspace::Tensor>& tensors) {
    std::size_t rank = 1;
    for (const auto& tensor : tensors)
        rank = std::max(rank, tensor.shape.size());
    std::vector<std::string> names;
    std::vector<std::string> dtypes;
    std::vector<std::string> roles;
    std::vector<std::int64_t> shapes(tensors.size() * rank, -1);
    std::vector<std::int64_t> elements;
    std::vector<std::int64_t> bytes;
    std::vector<std::int64_t> quantizable;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const Workspace::Tensor& tensor = tensors[i];
        names.push_back(tensor.name);
        dtypes.push_back(tensor.dtype);
        roles.push_back(tensor.role);
        std::ranges::copy(tensor.shape, shapes.begin() + static_cast<std::ptrdiff_t>(i * rank));
        elements.push_back(static_cast<std::int64_t>(tensor.elements));
        bytes.push_back(static_cast<std::int64_t>(tensor.bytes));
        quantizable.push_back(tensor.quantizable ? 1 : 0);
    }
    file.group("/tensors");
    file.texts("/tensors/name", names);
    file.texts("/tensors/dtype", dtypes);
    file.texts("/tensors/role", roles);
    file.numbers("/tensors/shape", {tensors.size(), rank}, shapes);
    file.numbers("/tensors/elements", {tensors.size()}, elements);
    file.numbers("/tensors/bytes", {tensors.size()}, bytes);
    file.numbers("/tensors/quantizable", {tensors.size()}, quantizable);
}

using Statistics = std::vector<std::optional<TensorStatistics>>;

void write_statistics(Hdf5Writer& file, const Statistics& statistics) {
    const auto column = [&](const char* name, const std::function<double(const TensorStatistics&)>& value) {
        std::vector<double> values;
        for (const auto& tensor : statistics)
            values.push_back(tensor ? value(*tensor) : missing);
        file.numbers(name, {values.size()}, values);
    };
    file.group("/statistics");
    for (const auto& [name, member] : workspace_layout::counts)
        column(name, [field = member](const TensorStatistics& tensor) {
            return static_cast<double>(tensor.*field);
        });
    for (const auto& [name, member] : workspace_layout::moments)
        column(name, [field = member](const TensorStatistics& tensor) {
            return tensor.count > 0 ? tensor.*field : missing;
        });
    column("/statistics/first_non_finite", [](const TensorStatistics& tensor) {
        return tensor.first_non_finite ? static_cast<double>(*tensor.first_non_finite) : missing;
    });
}

// The measurements as a table: a row for each scheme, a column for each tensor.
class Table {
  public:
    Table(const Workspace& workspace, const std::string& file) : tensors_(workspace.tensors.size()) {
        std::unordered_map<std::string_view, std::size_t> column_of;
        for (std::size_t i = 0; i < tensors_; ++i)
            column_of.emplace(workspace.tensors[i].name, i);
        for (const TensorMeasurement& tensor : workspace.measurements)
            for (const Measurement& result : tensor.results)
                add_row(to_string(result.scheme));
        cells_.resize(schemes_.size() * tensors_);
        for (const TensorMeasurement& tensor : workspace.measurements) {
            const auto column = column_of.find(tensor.tensor);
            if (column == column_of.end())
                throw Error("was measured, but the model has no such tensor", {file, tensor.tensor, {}});
            for (const Measurement& result : tensor.results)
                cells_[row_of_.at(to_string(result.scheme)) * tensors_ + column->second] = &result;
        }
    }

    void write(Hdf5Writer& file) const {
        file.group("/measurements");
        file.texts("/measurements/scheme", schemes_);
        write_refusals(file);
        write_figures(file);
        for (const auto& [name, member] : workspace_layout::sums)
            column(file, name, [field = member](const Measurement& result) { return result.sums.*field; });
        column(file, "/measurements/count",
               [](const Measurement& result) { return static_cast<double>(result.sums.count); });
        column(file, "/measurements/clipped_count",
               [](const Measurement& result) { return static_cast<double>(result.sums.clipped); });
        write_weighted(file);
    }

  private:
    void add_row(const std::string& scheme) {
        if (row_of_.emplace(scheme, schemes_.size()).second) schemes_.push_back(scheme);
    }

    // NaN where nothing was measured, where the scheme was refused, and where the figure does not exist.
    void column(Hdf5Writer& file, const char* name,
                const std::function<std::optional<double>(const Measurement&)>& value) const {
        std::vector<double> values;
        values.reserve(cells_.size());
        for (const Measurement* cell : cells_)
            values.push_back(cell != nullptr && cell->refused.empty() ? value(*cell).value_or(missing)
                                                                      : missing);
        file.numbers(name, {schemes_.size(), tensors_}, values);
    }

    void write_figures(Hdf5Writer& file) const {
        column(file, "/measurements/bits_per_weight",
               [](const Measurement& result) { return result.bits_per_weight; });
        column(file, "/measurements/bytes",
               [](const Measurement& result) { return static_cast<double>(result.bytes); });
        column(file, "/measurements/mse", [](const Measurement& result) { return mse(result.sums); });
        column(file, "/measurements/rel_error",
               [](const Measurement& result) { return rel_error(result.sums); });
        column(file, "/measurements/sqnr_db", [](const Measurement& result) { return sqnr_db(result.sums); });
        column(file, "/measurements/cosine", [](const Measurement& result) { return cosine(result.sums); });
        column(file, "/measurements/clipped",
               [](const Measurement& result) { return clipped_share(result.sums); });
        column(file, "/measurements/scale", [](const Measurement& result) -> std::optional<double> {
            return result.scale ? std::optional<double>(*result.scale) : std::nullopt;
        });
        column(file, "/measurements/zero_point", [](const Measurement& result) -> std::optional<double> {
            return result.zero_point ? std::optional<double>(*result.zero_point) : std::nullopt;
        });
    }

    void write_weighted(Hdf5Writer& file) const {
        if (std::ranges::none_of(cells_, [](const Measurement* cell) { return cell && cell->weighted; }))
            return;
        column(file, "/measurements/weighted_rel_error",
               [](const Measurement& result) { return result.weighted_rel_error(); });
        for (const auto& [name, member] : workspace_layout::weighted_sums)
            column(file, name, [field = member](const Measurement& result) {
                return result.weighted ? std::optional((*result.weighted).*field) : std::nullopt;
            });
    }

    // Most reasons are shared by many tensors: a list of them, and for each cell its place in it or -1.
    void write_refusals(Hdf5Writer& file) const {
        std::vector<std::string> reasons;
        std::unordered_map<std::string, std::int64_t> place_of;
        std::vector<std::int64_t> places;
        places.reserve(cells_.size());
        for (const Measurement* cell : cells_) {
            if (cell == nullptr || cell->refused.empty()) {
                places.push_back(-1);
                continue;
            }
            const auto [place, added] =
                place_of.emplace(cell->refused, static_cast<std::int64_t>(reasons.size()));
            if (added) reasons.push_back(cell->refused);
            places.push_back(place->second);
        }
        file.texts("/measurements/refusal_reasons", reasons);
        file.numbers("/measurements/refusal", {schemes_.size(), tensors_}, places);
    }

    std::size_t tensors_;
    std::vector<std::string> schemes_;
    std::unordered_map<std::string, std::size_t> row_of_;
    std::vector<const Measurement*> cells_;
};

void write_plan(Hdf5Writer& file, const Plan& plan) {
    std::vector<std::string> tensors;
    std::vector<std::string> schemes;
    std::vector<std::string> locked;
    for (const Plan::Entry& entry : plan.entries) {
        if (entry.locked) locked.push_back(entry.tensor);
        tensors.push_back(entry.tensor);
        schemes.push_back(to_string(entry.scheme));
    }
    file.group("/plan");
    file.attribute("/plan", "model", plan.model_name);
    file.attribute("/plan", "fingerprint", plan.fingerprint);
    file.texts("/plan/tensor", tensors);
    file.texts("/plan/scheme", schemes);
    if (!locked.empty()) file.texts("/plan/locked", locked);
}

}  // namespace

void save_workspace(const Workspace& workspace, const std::filesystem::path& path) {
    std::vector<std::byte> image;
    {
        Hdf5Writer file(path.string());
        write_model(file, workspace);
        write_tensors(file, workspace.tensors);
        if (!workspace.statistics.empty()) write_statistics(file, workspace.statistics);
        if (!workspace.measurements.empty()) Table(workspace, path.string()).write(file);
        if (workspace.plan) write_plan(file, *workspace.plan);
        image = sealed_image(file.finish());
    }
    AtomicFile file(path, image.size());
    file.write(image);
    file.commit();
}

}  // namespace halfstep
