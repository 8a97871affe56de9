// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model_files/keras/keras_words.h"

#include "core/model_files/quotable.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace halfstep {
namespace {

constexpr std::size_t longest_metadata = 65'536;
constexpr std::size_t most_named = 20;

// Names that Keras gives to models on its own.
constexpr std::array nothing_saying_names =
    std::to_array<std::string_view>({"model", "functional", "sequential"});

void note(FileContents& contents, Severity severity, std::string message) {
    contents.issues.push_back({severity, {}, std::move(message)});
}

void add_property(FileContents& contents, const char* key, const std::string& value) {
    if (!value.empty() && value.size() <= longest_property)
        contents.properties.emplace_back(key, quotable(value));
}

std::string version_in(const std::string& metadata) {
    if (metadata.size() > longest_metadata) return {};
    const auto json = nlohmann::json::parse(metadata, nullptr, false);
    const auto found = json.is_object() ? json.find("keras_version") : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void describe(const KerasConfig& config, FileContents& contents) {
    add_property(contents, "model_class", config.model.class_name);
    const std::string& name = config.model.name;
    const bool says_something =
        !name.empty() &&
        std::ranges::find(nothing_saying_names, without_number(name)) == nothing_saying_names.end();
    contents.architecture = quotable(says_something ? name : config.model.class_name);
    if (std::ranges::any_of(config.model.layers, &KerasLayer::channels_first))
        note(contents, Severity::note,
             "convolutions are in Theano's order [outputs, inputs, kernel…], as Keras 1 could store them");
}

void note_code(const KerasConfig& config, FileContents& contents) {
    for (std::size_t i = 0; i < config.lambdas.size() && i < most_named; ++i)
        note(contents, Severity::warning,
             fmt::format("layer {} is a Lambda: its Python code is not run, nor shown",
                         quotable(config.lambdas[i])));
    if (config.carries_code && config.lambdas.empty())
        note(contents, Severity::warning,
             "the configuration carries Python code, which is not run, nor shown");
}

}  // namespace

KerasConfig take_words(const KerasWords& words, FileContents& contents) {
    add_property(contents, "keras_version",
                 words.version.empty() ? version_in(words.metadata) : words.version);
    add_property(contents, "backend", words.backend);
    if (words.config.empty()) return {};
    KerasConfig config = read_keras_config(words.config);
    if (config.valid)
        describe(config, contents);
    else
        note(contents, Severity::warning,
             "the configuration of the model is not valid and was not used: the layers' classes are guessed "
             "from their names");
    note_code(config, contents);
    return config;
}

}  // namespace halfstep
