// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/gguf/hf_files.h"

#include "core/base/error.h"
#include "core/model_files/input_file.h"
#include "core/model_files/model_folder.h"
#include "core/model_files/shallow_json.h"

#include <fmt/format.h>

#include <span>

namespace halfstep {

using Json = nlohmann::json;

std::optional<std::string> read_hf_file(const std::filesystem::path& folder, std::string_view name,
                                        std::uint64_t most) {
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(folder / name, error))) return std::nullopt;
    const InputFile file(folder / name, resolve_inside(folder, name));
    if (file.size() > most)
        throw Error(fmt::format("is {} bytes long, at most {} are read", file.size(), most),
                    {file.path().string(), {}, {}}, "Check that the file is what its name says");
    std::string content(static_cast<std::size_t>(file.size()), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(content.data(), content.size())));
    return content;
}

Json read_hf_json(const std::filesystem::path& folder, std::string_view name) {
    constexpr int deepest = 16;
    const std::optional<std::string> content = read_hf_file(folder, name, largest_hf_config);
    if (!content) return {};
    Json json = parse_shallow_json(*content, deepest);
    if (!json.is_object())
        throw Error("is not a JSON object", {(folder / name).string(), {}, {}}, "Download it again");
    return json;
}

const Json& member(const Json& object, const char* key) {
    static const Json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

std::optional<std::uint64_t> whole_number(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
}

std::optional<double> real_number(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::optional<bool> boolean(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
}

std::optional<std::string> text(const Json& object, const char* key) {
    const Json& value = member(object, key);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

}  // namespace halfstep
