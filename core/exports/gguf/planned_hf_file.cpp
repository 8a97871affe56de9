// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"
#include "core/exports/gguf/hf_family.h"
#include "core/exports/gguf/hf_files.h"
#include "core/exports/gguf/hf_parameters.h"
#include "core/exports/gguf/hf_vocabulary.h"
#include "core/exports/gguf/planned_file.h"
#include "core/exports/gguf/stored_types.h"
#include "core/exports/llama_quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace halfstep {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::string_view embedding_name = "token_embd.weight";
constexpr std::uint64_t most_tokens = std::uint64_t{1} << 22U;
constexpr std::string_view head_name = "output.weight";

class HfPlanner {
  public:
    HfPlanner(const Model& model, const Plan& plan)
        : model_(model), folder_(folder_of(model)), config_(read_hf_json(folder_, "config.json")) {
        for (const Plan::Entry& entry : plan.entries)
            planned_.emplace(entry.tensor, &entry.scheme);
        refuse_quantized();
        config_ = config_.is_object() ? language_config(config_) : Json::object();
        const std::string own_type = text(config_, "model_type").value_or("");
        family_ = hf_family(own_type);
        if (family_) heads_ = hf_heads(config_, *family_);
        architecture_ = family_ ? std::string(gguf_architecture(*family_)) : own_type;
    }

    PlannedGguf run(const JobContext& job) {
        for (const TensorInfo& tensor : model_.tensors())
            add(tensor);
        if (family_) add_rope_factors();
        set_metadata(job);
        return std::move(result_);
    }

  private:
    static fs::path folder_of(const Model& model) { return model.files().front()->path().parent_path(); }

    void refuse_quantized() const {
        const Json& quantization = member(config_, "quantization_config");
        if (!quantization.is_object()) return;
        throw Error(fmt::format("its weights are quantized already ({}), only plain ones become GGUF",
                                text(quantization, "quant_method").value_or("by an unknown method")),
                    {(folder_ / "config.json").string(), "quantization_config", {}},
                    "Start from the model that was quantized");
    }

    void add(const TensorInfo& tensor) {
        if (!family_) return add(tensor, tensor.name, tensor.quantizable && ggml_dimensions(tensor) >= 2);
        if (is_left_out(tensor.name)) {
            ++left_out_;
            return;
        }
        const std::optional<std::string> name = gguf_name(tensor.name, *family_);
        if (!name)
            throw Error(
                fmt::format("models of the family {} in llama.cpp have no such tensor", architecture_),
                {model_.path().string(), tensor.name, {}}, "Leave it out of the model");
        if (*name == head_name && head_is_embedding()) return;
        add(tensor, *name, llama_quantize_changes(*name, ggml_dimensions(tensor)));
        arrange(result_.file.tensors.back());
    }

    // Then llama.cpp uses the embedding, and a head that is stored all the same is ignored by everyone.
    bool head_is_embedding() const {
        return is_gemma(*family_) || boolean(config_, "tie_word_embeddings").value_or(false);
    }

    void add(const TensorInfo& tensor, std::string name, bool changes) {
        const auto found = planned_.find(tensor.name);
        StoredType stored =
            stored_type(tensor, found == planned_.end() ? Scheme{} : *found->second, changes, true);
        if (!stored.note.empty())
            result_.issues.push_back({Severity::warning, tensor.name, std::move(stored.note)});
        if (changes) weights_.push_back({name, stored.type, tensor.elements});
        GgufTensor& into = result_.file.tensors.emplace_back();
        into.name = std::move(name);
        into.shape = tensor.shape;
        into.type = stored.type;
        into.source = &tensor;
    }

    void arrange(GgufTensor& tensor) const {
        const auto is_of = [&](std::string_view part) {
            return tensor.name.find(fmt::format(".{}.", part)) != std::string::npos;
        };
        if (is_gemma(*family_) && tensor.source->name.ends_with("norm.weight")) tensor.added = 1;
        if (*family_ != HfFamily::llama || (!is_of("attn_q") && !is_of("attn_k"))) return;
        tensor.rotary_heads = is_of("attn_q") ? heads_.queries : heads_.keys;
        const std::uint64_t rows = tensor.elements() / std::max<std::uint64_t>(tensor.row_elements(), 1);
        if (tensor.source->measurable() && rows == tensor.rotary_heads * heads_.length &&
            heads_.length % 2 == 0)
            return;
        throw Error(fmt::format("it has {} rows, and {} heads of {} rows are what config.json says", rows,
                                tensor.rotary_heads, heads_.length),
                    {model_.path().string(), tensor.source->name, {}},
                    "Check that config.json belongs to these weights");
    }

    void add_rope_factors() {
        std::vector<float> factors = llama3_rope_factors(config_, heads_.length);
        if (factors.empty()) return;
        GgufTensor& tensor = result_.file.tensors.emplace_back();
        tensor.name = "rope_freqs.weight";
        tensor.shape = {static_cast<std::int64_t>(factors.size())};
        tensor.values = std::move(factors);
    }

    std::uint64_t vocabulary_rows() const {
        const auto found =
            std::ranges::find(result_.file.tensors, std::string(embedding_name), &GgufTensor::name);
        if (found == result_.file.tensors.end() || found->shape.size() != 2 || found->elements() == 0)
            throw Error("the model has no token embedding", {model_.path().string(), {}, {}},
                        "Open the whole model, not one part of it");
        const auto rows = static_cast<std::uint64_t>(found->shape.front());
        if (rows > most_tokens)
            throw Error(fmt::format("its token embedding has {} rows, more than any vocabulary", rows),
                        {model_.path().string(), found->source->name, {}},
                        "Check that config.json belongs to these weights");
        return rows;
    }

    void set_metadata(const JobContext& job) {
        GgufMetadata& metadata = result_.file.metadata;
        metadata.set("general.architecture", architecture_.empty() ? "unknown" : architecture_);
        metadata.set("general.type", "model");
        metadata.set("general.name", model_name());
        metadata.set("general.file_type", gguf_file_type(weights_));
        metadata.set("general.quantization_version", std::uint32_t{2});
        if (!family_) {
            result_.issues.push_back(
                {Severity::warning,
                 {},
                 fmt::format("llama.cpp will not know this model ({}): its tensors keep their own names",
                             architecture_.empty() ? "no config.json says what it is"
                                                   : "model_type " + architecture_)});
            return;
        }
        if (left_out_ > 0)
            result_.issues.push_back(
                {Severity::note,
                 {},
                 fmt::format("{} tensors are left out: llama.cpp does without", left_out_)});
        set_hf_parameters(metadata, config_, *family_);
        set_hf_tokens(metadata, folder_, config_, vocabulary_rows(), result_.issues, job);
    }

    std::string model_name() const {
        std::error_code error;
        const fs::path whole = fs::weakly_canonical(folder_.empty() ? fs::path(".") : folder_, error);
        return error ? folder_.filename().string() : whole.filename().string();
    }

    const Model& model_;
    std::unordered_map<std::string_view, const Scheme*> planned_;
    fs::path folder_;
    Json config_;
    std::optional<HfFamily> family_;
    std::string architecture_;
    HfHeads heads_;
    std::vector<TypedTensor> weights_;  // those that a scheme is for
    std::size_t left_out_ = 0;
    PlannedGguf result_;
};

}  // namespace

PlannedGguf planned_gguf_from_hf(const Model& model, const Plan& plan, const JobContext& job) {
    return HfPlanner(model, plan).run(job);
}

}  // namespace halfstep
