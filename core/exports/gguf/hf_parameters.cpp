// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/hf_parameters.h"

#include "core/base/error.h"
#include "core/exports/gguf/hf_files.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>

// Source: set_gguf_parameters of conversion/{base,llama,qwen,gemma}.py, gguf-py/gguf/constants.py
// (llama.cpp); the defaults are those of the Hugging Face configuration classes.
namespace halfstep {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t longest_head = 65536;
constexpr std::uint64_t largest_number = std::numeric_limits<std::uint32_t>::max();

[[noreturn]] void fail(const char* key, const char* problem) {
    throw Error(fmt::format("config.json: '{}' {}, and llama.cpp needs it", key, problem), {},
                "Download the model's config.json again");
}

std::optional<std::uint32_t> number(const Json& config, const char* key) {
    const std::optional<std::uint64_t> value = whole_number(config, key);
    if (value && *value > largest_number) fail(key, "is too large");
    return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
}

std::uint32_t needed(const Json& config, const char* key, std::optional<std::uint32_t> otherwise = {}) {
    const std::optional<std::uint32_t> value = number(config, key);
    if (value.value_or(otherwise.value_or(0)) == 0) fail(key, "is missing or no number");
    return value.value_or(otherwise.value_or(0));
}

// rope_parameters (since Transformers 5) or rope_scaling; of models with two kinds of layers, the ones that
// see everything.
const Json& rope_of(const Json& config) {
    const Json& both = member(config, "rope_parameters").is_object() ? member(config, "rope_parameters")
                                                                     : member(config, "rope_scaling");
    const Json& whole = member(both, "full_attention");
    return whole.is_object() ? whole : both;
}

std::optional<double> rope_base(const Json& config) {
    const std::optional<double> inside = real_number(rope_of(config), "rope_theta");
    return inside ? inside : real_number(config, "rope_theta");
}

std::optional<double> rope_base_of_windows(const Json& config) {
    const std::optional<double> inside =
        real_number(member(member(config, "rope_parameters"), "sliding_attention"), "rope_theta");
    return inside ? inside : real_number(config, "rope_local_base_freq");
}

std::string rope_type(const Json& config) {
    const Json& rope = rope_of(config);
    return text(rope, "rope_type").value_or(text(rope, "type").value_or(""));
}

// Sets the keys of one architecture.
class Parameters {
  public:
    Parameters(GgufMetadata& metadata, const Json& config, HfFamily family)
        : metadata_(metadata), config_(config), family_(family) {}

    void set() {
        const HfHeads heads = hf_heads(config_, family_);
        set("block_count", needed(config_, "num_hidden_layers"));
        set("context_length", needed(config_, "max_position_embeddings", default_context()));
        set("embedding_length", needed(config_, "hidden_size"));
        set("feed_forward_length", needed(config_, "intermediate_size"));
        set("attention.head_count", static_cast<std::uint32_t>(heads.queries));
        set("attention.head_count_kv", static_cast<std::uint32_t>(heads.keys));
        set("attention.key_length", static_cast<std::uint32_t>(heads.length));
        set("attention.value_length", static_cast<std::uint32_t>(heads.length));
        set("attention.layer_norm_rms_epsilon",
            static_cast<float>(real_number(config_, "rms_norm_eps").value_or(1e-6)));
        if (const auto vocabulary = number(config_, "vocab_size")) set("vocab_size", *vocabulary);
        set_rope(heads);
        if (family_ == HfFamily::gemma2 || family_ == HfFamily::gemma3) set_windows();
    }

  private:
    template <class T>
    void set(std::string_view key, T value) {
        metadata_.set(fmt::format("{}.{}", gguf_architecture(family_), key), value);
    }

    std::optional<std::uint32_t> default_context() const {
        if (family_ == HfFamily::gemma3) return 131072;
        return std::nullopt;
    }

    void set_rope(const HfHeads& heads) {
        if (family_ == HfFamily::llama) set("rope.dimension_count", static_cast<std::uint32_t>(heads.length));
        std::optional<double> base = rope_base(config_);
        if (!base && family_ == HfFamily::gemma3) base = 1'000'000;
        if (base) set("rope.freq_base", static_cast<float>(*base));
        if (const auto local = rope_base_of_windows(config_))
            set("rope.freq_base_swa", static_cast<float>(*local));
        const std::string type = rope_type(config_);
        const std::optional<double> factor = real_number(rope_of(config_), "factor");
        if ((type != "linear" && type != "yarn") || !factor) return;
        set("rope.scaling.type", type.c_str());
        set("rope.scaling.factor", static_cast<float>(*factor));
        if (type == "yarn") set_yarn();
    }

    void set_yarn() {
        const Json& rope = rope_of(config_);
        set("rope.scaling.original_context_length",
            needed(rope, "original_max_position_embeddings", number(config_, "max_position_embeddings")));
        const auto set_if_there = [&](const char* theirs, const char* ours) {
            if (const auto value = real_number(rope, theirs)) set(ours, static_cast<float>(*value));
        };
        set_if_there("extrapolation_factor", "rope.scaling.yarn_ext_factor");
        set_if_there("attention_factor", "rope.scaling.yarn_attn_factor");
        set_if_there("beta_fast", "rope.scaling.yarn_beta_fast");
        set_if_there("beta_slow", "rope.scaling.yarn_beta_slow");
    }

    void set_windows() {
        if (const auto window = number(config_, "sliding_window")) set("attention.sliding_window", *window);
        if (const auto cap = real_number(config_, "attn_logit_softcapping"))
            set("attn_logit_softcapping", static_cast<float>(*cap));
        if (const auto cap = real_number(config_, "final_logit_softcapping"))
            set("final_logit_softcapping", static_cast<float>(*cap));
    }

    GgufMetadata& metadata_;
    const Json& config_;
    HfFamily family_;
};

}  // namespace

HfHeads hf_heads(const Json& config, HfFamily family) {
    const bool gemma3 = family == HfFamily::gemma3;
    HfHeads heads;
    heads.queries =
        needed(config, "num_attention_heads", gemma3 ? std::optional<std::uint32_t>(8) : std::nullopt);
    heads.keys =
        needed(config, "num_key_value_heads", gemma3 ? 4U : static_cast<std::uint32_t>(heads.queries));
    const std::optional<std::uint32_t> usual =
        is_gemma(family) ? 256U : static_cast<std::uint32_t>(needed(config, "hidden_size") / heads.queries);
    heads.length = needed(config, "head_dim", usual);
    if (heads.length > longest_head) fail("head_dim", "is too large");
    return heads;
}

void set_hf_parameters(GgufMetadata& metadata, const Json& config, HfFamily family) {
    Parameters(metadata, config, family).set();
}

std::vector<float> llama3_rope_factors(const Json& config, std::uint64_t head_length) {
    if (rope_type(config) != "llama3") return {};
    const Json& rope = rope_of(config);
    const double base = rope_base(config).value_or(10000);
    const double factor = real_number(rope, "factor").value_or(8);
    const double low = real_number(rope, "low_freq_factor").value_or(1);
    const double high = real_number(rope, "high_freq_factor").value_or(4);
    const double context = real_number(rope, "original_max_position_embeddings").value_or(8192);
    std::vector<float> factors;
    for (std::uint64_t pair = 0; pair < head_length / 2; ++pair) {
        const double wavelength =
            2 * std::numbers::pi *
            std::pow(base, 2 * static_cast<double>(pair) / static_cast<double>(head_length));
        // Short waves stay, long ones are stretched, those between go over smoothly.
        double divisor = 1;
        if (wavelength > context / low) {
            divisor = factor;
        } else if (wavelength >= context / high) {
            const double smooth = (context / wavelength - low) / (high - low);
            divisor = 1 / ((1 - smooth) / factor + smooth);
        }
        factors.push_back(static_cast<float>(divisor));
    }
    return factors;
}

}  // namespace halfstep
