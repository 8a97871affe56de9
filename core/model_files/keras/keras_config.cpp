// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_config.h"

#include "core/base/error.h"
#include "core/model_files/json_scanner.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace halfstep {
namespace {

constexpr int deepest_layer = 24;  // models inside models, wrappers inside wrappers
constexpr std::size_t most_layers = 100'000;

// Attributes of a layer that are layers.
constexpr std::array part_names = std::to_array<std::string_view>(
    {"layer", "cell", "forward_layer", "backward_layer", "attention_layer", "model"});

class ConfigReader {
  public:
    explicit ConfigReader(std::string_view text) : scanner_(text, {}) {}

    // Throws Error where the text is not JSON.
    KerasConfig read() {
        std::optional<KerasLayer> model = layer(0);
        scanner_.expect_end();
        config_.valid = model && has_config_;
        if (config_.valid) config_.model = std::move(*model);
        return std::move(config_);
    }

  private:
    // Passes over the value; nothing where it is no object.
    std::optional<KerasLayer> layer(int depth) {
        if (scanner_.peek() != '{' || depth > deepest_layer) {
            scanner_.skip();
            return std::nullopt;
        }
        if (++layers_ > most_layers) scanner_.fail("there are too many layers");
        KerasLayer layer;
        scanner_.object([&](const std::string& key) {
            if (key == "class_name")
                layer.class_name = text();
            else if (key == "name" && layer.name.empty())
                layer.name = text();
            else if (key == "config")
                config(layer, depth);
            else
                scanner_.skip();
        });
        if (layer.class_name == "Lambda") config_.lambdas.push_back(layer.name);
        return layer;
    }

    void config(KerasLayer& layer, int depth) {
        has_config_ = has_config_ || depth == 0;
        if (scanner_.peek() == '[') return list(layer.layers, depth);  // Sequential models before Keras 2.2
        if (scanner_.peek() != '{') return scanner_.skip();
        scanner_.object([&](const std::string& key) { setting(key, layer, depth); });
    }

    void setting(const std::string& key, KerasLayer& layer, int depth) {
        if (key == "name") {
            if (std::string name = text(); !name.empty()) layer.name = std::move(name);
        } else if (key == "use_bias" || key == "bias") {  // the latter in Keras 1
            layer.use_bias = flag();
        } else if (key == "scale") {
            layer.scale = flag();
        } else if (key == "center") {
            layer.center = flag();
        } else if (key == "equation") {
            layer.equation = text();
        } else if (key == "dim_ordering") {
            layer.channels_first = text() == "th";
        } else if (key == "layers" || key == "cells") {
            list(layer.layers, depth);
        } else if (std::ranges::find(part_names, key) != part_names.end()) {
            part(key, layer, depth);
        } else {
            scanner_.skip();
        }
    }

    void part(const std::string& key, KerasLayer& layer, int depth) {
        std::optional<KerasLayer> inner = this->layer(depth + 1);
        if (inner && !inner->class_name.empty()) layer.parts.push_back({key, std::move(*inner)});
    }

    void list(std::vector<KerasLayer>& into, int depth) {
        if (scanner_.peek() != '[') return scanner_.skip();
        scanner_.array([&] {
            if (std::optional<KerasLayer> inner = layer(depth + 1)) into.push_back(std::move(*inner));
        });
    }

    // The value where it is a text, else none.
    std::string text() {
        if (scanner_.peek() == '"') return scanner_.string();
        scanner_.skip();
        return {};
    }

    std::optional<bool> flag() {
        const char first = scanner_.peek();
        scanner_.skip();
        if (first != 't' && first != 'f') return std::nullopt;
        return first == 't';
    }

    JsonScanner scanner_;
    KerasConfig config_;
    bool has_config_ = false;
    std::size_t layers_ = 0;
};

}  // namespace

KerasConfig read_keras_config(std::string_view text) {
    if (text.size() > longest_keras_config) return {};
    try {
        KerasConfig config = ConfigReader(text).read();
        config.carries_code =
            !config.lambdas.empty() || text.find("\"__lambda__\"") != std::string_view::npos;
        return config;
    } catch (const Error&) {
        return {};
    }
}

}  // namespace halfstep
