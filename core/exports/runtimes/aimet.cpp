// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/job_phases.h"
#include "core/exports/runtimes/config_target.h"
#include "core/exports/targets.h"
#include "core/quantize/unit_grids.h"

#include <fmt/format.h>

#include <iterator>

// Source: Docs/api_docs/quantization_encoding_specification.rst and the exporters of version 1.0.0 in
// aimet_onnx/qc_quantize_op.py and aimet_torch/…/export_utils.py of AIMET (c51b284). Codes are unsigned
// there: x̂ = (q + offset)·scale with q from 0 to 2^b − 1, so that the offset of a symmetric grid is −2^(b−1),
// and of an asymmetric one minus its zero point.
namespace halfstep {
namespace {

std::string_view encoding_type(const Scheme& scheme) {
    switch (scheme.granularity) {
        case Granularity::tensor:
            return "PER_TENSOR";
        case Granularity::channel:
            return "PER_CHANNEL";
        case Granularity::group:
            return "PER_BLOCK";
    }
    return "";
}

// Writes a list, some elements at a time.
class ListWriter {
  public:
    explicit ListWriter(AtomicFile& file) : file_(file) {}

    template <class Number>
    void add(Number number) {
        if (!empty_) text_ += ',';
        empty_ = false;
        fmt::format_to(std::back_inserter(text_), "{}", number);
        constexpr std::size_t full = 1U << 16U;
        if (text_.size() >= full) flush();
    }

    void flush() {
        file_.write(std::string_view(text_));
        text_.clear();
    }

  private:
    AtomicFile& file_;
    std::string text_;
    bool empty_ = true;
};

// One entry after another, as they are computed.
class EncodingsWriter {
  public:
    EncodingsWriter(const ExportRequest& request, AtomicFile& file) : request_(request), file_(file) {}

    void add(const PlannedModule& module, const JobContext& job) {
        const Scheme& scheme = *request_.plan.find(module.tensor->name);  // with its range
        ConfigJson head{{"name", module.module},
                        {"dtype", "INT"},
                        {"bw", scheme.bits},
                        {"enc_type", encoding_type(scheme)},
                        {"is_sym", is_symmetric(scheme)}};
        if (scheme.group_size != 0) head["block_size"] = scheme.group_size;
        begin(head);
        file_.write(",\"scale\":[");
        ListWriter scales(file_);
        std::vector<std::int32_t> offsets;
        std::uint64_t units = 0;
        visit_unit_grids(request_.model, *module.tensor, scheme, job, [&](std::span<const UnitGrid> grids) {
            units += grids.size();
            for (const UnitGrid& grid : grids) {
                scales.add(grid.scale == 0 ? 1.0F : grid.scale);  // of zeros: any will do, but 0 divides them
                if (!is_symmetric(scheme)) offsets.push_back(-grid.zero_point);
            }
        });
        scales.flush();
        file_.write("],\"offset\":[");
        ListWriter written(file_);
        for (std::uint64_t unit = 0; unit < units; ++unit)
            written.add(is_symmetric(scheme) ? -(1 << (scheme.bits - 1))
                                             : offsets[static_cast<std::size_t>(unit)]);
        written.flush();
        file_.write("]}");
    }

    void add_float16(const PlannedModule& module) {
        begin({{"name", module.module}, {"dtype", "FLOAT"}, {"bw", 16}, {"enc_type", "PER_TENSOR"}});
        file_.write("}");
    }

  private:
    // An entry without its closing bracket.
    void begin(const ConfigJson& head) {
        std::string text = compact_json_text(head);
        text.pop_back();
        file_.write(std::string_view(first_ ? "\n" : ",\n"));
        file_.write(std::string_view("    " + text));
        first_ = false;
    }

    const ExportRequest& request_;
    AtomicFile& file_;
    bool first_ = true;
};

bool is_float16(const Scheme& scheme) {
    return scheme.family == Family::floating && scheme.float_format == FloatFormat::fp16;
}

class Aimet : public ConfigTarget {
  public:
    std::string_view name() const override { return "aimet"; }
    std::string_view writes() const override {
        return "parameter encodings (1.0.0) for AIMET and Qualcomm's converters, with all scales and offsets";
    }
    std::string_view file_ending() const override { return ".encodings"; }

  private:
    RuntimeFormats formats() const override {
        RuntimeFormat integers;
        integers.asymmetric = true;
        integers.by_tensor = integers.by_channel = true;
        integers.groups.multiples_of = 1;
        return {"AIMET", integer_formats({4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, integers)};
    }
    QuantizedKinds kinds() const override {
        return {.runtime = "AIMET",
                .embeddings = true,
                .convolutions = true,
                .recurrent = true,
                .names_weights = true,
                .gets_scales = true,
                .stores_float16 = true};
    }
    bool carries_range(const Scheme&) const override { return true; }

    // Not whole in memory: there may be a scale for every few weights.
    std::vector<std::filesystem::path> write_config(const ExportRequest& request,
                                                    const PlannedModules& modules) const override {
        std::uint64_t all = 0;
        for (const PlannedModule& module : modules.quantized)
            all += module.tensor->elements;
        AtomicFile file(request.out);
        file.write(
            std::string_view("{\n  \"version\": \"1.0.0\",\n  \"activation_encodings\": [],\n"
                             "  \"param_encodings\": ["));
        EncodingsWriter encodings(request, file);
        std::uint64_t done = 0;
        for (const PlannedModule& module : modules.quantized) {
            const auto fraction = [all](std::uint64_t part) {
                return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(all, 1));
            };
            const std::uint64_t end = done + module.tensor->elements;
            encodings.add(module, phase_of(request.job, fraction(done), fraction(end)));
            done = end;
        }
        std::vector<std::string> excluded;
        for (const PlannedModule& module : modules.kept) {
            if (is_float16(module.scheme))
                encodings.add_float16(module);
            else
                excluded.push_back(module.module);
        }
        file.write(std::string_view("\n  ],\n  \"excluded_layers\": "));
        file.write(std::string_view(compact_json_text(excluded) + "\n}\n"));
        file.commit();
        return {request.out};
    }
};

}  // namespace

std::unique_ptr<const ExportTarget> aimet_target() {
    return std::make_unique<Aimet>();
}

}  // namespace halfstep
