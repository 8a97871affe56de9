// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_config.h"

#include "core/model_files/quotable.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace halfstep {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 96;  // some 20 models inside each other

// Attributes of a layer that are layers.
constexpr std::array part_names = std::to_array<const char*>(
    {"layer", "cell", "forward_layer", "backward_layer", "attention_layer", "model"});

// What is read of a configuration; everything else is dropped as soon as it is parsed.
constexpr std::array read_keys = std::to_array<std::string_view>(
    {"class_name", "config", "name", "layers", "cells", "use_bias", "scale", "center", "equation",
     "dim_ordering", "layer", "cell", "forward_layer", "backward_layer", "attention_layer", "model",
     "registered_name", "bias"});

std::string text_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<bool> flag_at(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_boolean() ? std::optional(found->get<bool>()) : std::nullopt;
}

class ConfigReader {
  public:
    KerasConfig read(std::string_view text) {
        if (text.size() > longest_keras_config) return {};
        const auto keep = [this](int depth, Json::parse_event_t event, const Json& value) {
            if (event == Json::parse_event_t::value && value == "__lambda__") config_.carries_code = true;
            if (event == Json::parse_event_t::key)
                return depth <= deepest &&
                       std::ranges::find(read_keys, value.get_ref<const std::string&>()) != read_keys.end();
            return depth <= deepest;
        };
        const Json json = Json::parse(text, keep, /*allow_exceptions=*/false);
        if (!json.is_object() || !json.contains("config")) return {};
        config_.valid = true;
        config_.model = layer_of(json);
        return std::move(config_);
    }

  private:
    KerasLayer layer_of(const Json& json) {
        KerasLayer layer;
        layer.class_name = text_at(json, "class_name");
        layer.name = text_at(json, "name");
        const auto config = json.find("config");
        if (config == json.end()) return layer;
        if (config->is_array()) add_layers(*config, layer.layers);  // Sequential models before Keras 2.2
        if (config->is_object()) take_settings(*config, layer);
        if (layer.class_name == "Lambda") {
            config_.lambdas.push_back(layer.name);
            config_.carries_code = true;
        }
        return layer;
    }

    void take_settings(const Json& config, KerasLayer& layer) {
        if (std::string name = text_at(config, "name"); !name.empty()) layer.name = std::move(name);
        layer.use_bias = flag_at(config, "use_bias");
        if (!layer.use_bias) layer.use_bias = flag_at(config, "bias");  // Keras 1
        layer.scale = flag_at(config, "scale");
        layer.center = flag_at(config, "center");
        layer.equation = text_at(config, "equation");
        layer.channels_first = text_at(config, "dim_ordering") == "th";
        for (const char* key : {"layers", "cells"}) {
            const auto layers = config.find(key);
            if (layers != config.end() && layers->is_array()) add_layers(*layers, layer.layers);
        }
        for (const char* part : part_names) {
            const auto found = config.find(part);
            if (found != config.end() && found->is_object() && found->contains("class_name"))
                layer.parts.emplace_back(part, layer_of(*found));
        }
    }

    void add_layers(const Json& list, std::vector<KerasLayer>& into) {
        for (const Json& entry : list)
            if (entry.is_object()) into.push_back(layer_of(entry));
    }

    KerasConfig config_;
};

}  // namespace

KerasConfig read_keras_config(std::string_view text) {
    return ConfigReader().read(text);
}

}  // namespace halfstep
