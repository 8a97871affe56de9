// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"
#include "core/base/job_context.h"
#include "core/model_files/model.h"
#include "core/quantize/importance.h"
#include "core/quantize/measurement.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

struct ExportRequest {
    const Model& model;
    const Plan& plan;
    std::filesystem::path out;  // the file to write; further ones get its name with something appended
    // What was measured, for targets that show it: any tensors, any schemes. Figures of the plan's own
    // schemes are left empty where they are not among these.
    std::span<const TensorMeasurement> measurements = {};
    JobContext job = {};
    // Called for what the user has to know of what was written: where it differs from the plan.
    std::function<void(const Issue&)> on_issue = {};
    const Importance* importance = nullptr;  // for targets that quantize; null: none
};

// What a target writes: the quantized model, the configuration of who quantizes or runs it, or the plan for
// people and their tables.
enum class TargetKind { model, configuration, report };

// Somewhere a plan can go.
class ExportTarget {
  public:
    virtual ~ExportTarget() = default;

    virtual std::string_view name() const = 0;    // as in "--to NAME"
    virtual std::string_view writes() const = 0;  // one line for people
    virtual TargetKind kind() const = 0;

    // Why the target cannot carry a scheme, and what to take instead; empty where it can.
    virtual std::string why_not(const Scheme& scheme) const = 0;

    // Why the target would not store this tensor in this scheme, as it is measured and costed: it cannot be
    // applied, the runtime leaves such tensors alone, or it takes another type instead. Empty where it would.
    std::string why_not_for(const Model& model, const TensorInfo& tensor, const Scheme& scheme) const;

    // Why one plan cannot have both schemes, and what to do; empty where it can. Decided by their kinds:
    // schemes that go together with a third one go together.
    virtual std::string why_not_together(const Scheme& first, const Scheme& second) const;

    // Tensors that what the target writes has one setting for: they have one scheme where they are quantized.
    struct SharedSetting {
        std::string what;                  // "'mlp.up_proj' in all layers"
        std::vector<std::string> tensors;  // in model order
    };
    virtual std::vector<SharedSetting> shared_settings(const Model& model) const;

    // Whether single tensors that it would quantize may be kept.
    virtual bool may_keep() const { return true; }

    // What the names of its files usually end in: ".json".
    virtual std::string_view file_ending() const = 0;

    // Whether measurements of the plan's schemes make what it writes better.
    virtual bool shows_measurements() const = 0;

    // Throws Error for a plan that does not fit the model or that the target cannot carry.
    void check(const ExportRequest& request) const;

    // Checks, writes its files, each atomically, and returns them.
    std::vector<std::filesystem::path> export_plan(const ExportRequest& request) const;

  private:
    // Whether the target takes another type for a tensor that a scheme does not fit; the others refuse it.
    virtual bool finds_another_type(const TensorInfo& tensor, const Scheme& scheme) const;

    // Where it does so without refusing: what it stores instead, as a sentence.
    virtual std::string stored_otherwise(const TensorInfo& tensor, const Scheme& scheme) const;

    void refuse_what_does_not_fit(const ExportRequest& request) const;

    // For what no single scheme shows: two of them that do not go together, a tensor that cannot be named.
    virtual void check_as_a_whole(const ExportRequest& request) const;

    // The same for one tensor, whatever becomes of the others. Here: a plan for it alone.
    virtual void check_alone(const Model& model, const TensorInfo& tensor, const Scheme& scheme) const;

    virtual std::vector<std::filesystem::path> write(const ExportRequest& request) const = 0;
};

// A scheme of that format which the target can carry: the format's own default where it can, else the first
// of the usual symmetries and granularities; none where it has nothing of that format.
std::optional<Scheme> carried_scheme(const ExportTarget& target, const Scheme& format);

// All targets, in the order in which they are listed.
std::span<const std::unique_ptr<const ExportTarget>> export_targets();

// Throws Error, naming the targets that there are, where there is none of that name.
const ExportTarget& find_export_target(std::string_view name);

}  // namespace halfstep
