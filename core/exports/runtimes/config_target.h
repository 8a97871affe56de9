// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/export_target.h"
#include "core/exports/runtimes/planned_modules.h"
#include "core/exports/runtimes/runtime_formats.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

using ConfigJson = nlohmann::ordered_json;

// A target that writes the configuration of a runtime, or of the tool that quantizes for it: what it is told
// about each module. The weights are quantized there. One that computes scales itself says so.
class ConfigTarget : public ExportTarget {
  public:
    TargetKind kind() const override { return TargetKind::configuration; }
    bool shows_measurements() const override { return false; }
    std::string why_not(const Scheme& scheme) const override { return why_not_stored(formats(), scheme); }

  protected:
    virtual RuntimeFormats formats() const = 0;
    virtual QuantizedKinds kinds() const = 0;

    // Why a module cannot be stored with a scheme that the runtime has, whatever becomes of the others. Here:
    // groups that do not fit a row.
    virtual std::string why_not_module(const PlannedModule& module) const;

    // Why the modules cannot be in one configuration, though their schemes go together; empty where they can.
    virtual std::string why_not_as_a_whole(const PlannedModules& modules) const;

    // The parts of a scheme that the configuration carries; equal ones are told in one.
    virtual Scheme told(const Scheme& scheme) const;

    // Whether a scheme's range is among them. Here: no, the runtime finds its own.
    virtual bool carries_range(const Scheme& scheme) const;

    // Whether runtimes read it that join queries, keys and values.
    virtual bool is_for_joining_runtimes() const { return false; }

    // What else the user has to know.
    virtual std::vector<Issue> further_issues(const Model& model, const PlannedModules& modules) const;

    virtual std::vector<std::filesystem::path> write_config(const ExportRequest& request,
                                                            const PlannedModules& modules) const = 0;

  private:
    void check_as_a_whole(const ExportRequest& request) const final;
    void check_alone(const Model& model, const TensorInfo& tensor, const Scheme& scheme) const final;
    std::vector<std::filesystem::path> write(const ExportRequest& request) const final;

    void refuse_modules(const PlannedModules& modules) const;
    PlannedModules modules_of(const ExportRequest& request) const;
};

// One whose configuration is one text.
class TextConfigTarget : public ConfigTarget {
  protected:
    virtual std::string config_text(const ExportRequest& request, const PlannedModules& modules) const = 0;

  private:
    std::vector<std::filesystem::path> write_config(const ExportRequest& request,
                                                    const PlannedModules& modules) const final;
};

// {"quantization_config": …}, to be merged into config.json.
std::string as_quantization_config(ConfigJson config);

// Indented and ending in a line break, or all in one line. Throw Error where a name is no valid UTF-8.
std::string json_text(const ConfigJson& json);
std::string compact_json_text(const ConfigJson& json);

// The group size in configurations where -1 is a scale for each row.
std::int64_t group_size_or_minus_one(const Scheme& scheme);

inline bool is_symmetric(const Scheme& scheme) {
    return scheme.symmetry != Symmetry::asym;
}

}  // namespace halfstep
