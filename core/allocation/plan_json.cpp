// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/plan.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model_files/input_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace halfstep {
namespace {

using Json = nlohmann::json;

constexpr int plan_version = 1;
constexpr std::uint64_t largest_plan_file = std::uint64_t{64} << 20U;
constexpr const char* not_a_plan = "Choose a plan that Halfstep saved";

ErrorPlace place_of(std::string_view file, std::string_view key = {}) {
    return {std::string(file), std::string(key), {}};
}

// A parsed plan file. nlohmann::json sorts its keys; the order in which the file names the tensors is kept
// beside it.
struct Document {
    Json json;
    std::vector<std::string> tensor_order;
};

// JSON leaves the meaning of a repeated key open; here it is a mistake, because one of two schemes would be
// dropped silently.
class KeyWatcher : public nlohmann::json_sax<Json> {
  public:
    KeyWatcher(std::vector<std::string>& tensor_order, std::string_view file)
        : tensor_order_(tensor_order), file_(file) {}

    bool start_object(std::size_t) override {
        open_.emplace_back();
        return true;
    }
    bool end_object() override {
        open_.pop_back();
        return true;
    }
    bool key(std::string& name) override {
        if (!open_.back().insert(name).second)
            throw Error("the key stands twice", place_of(file_, name), "Remove one of them");
        if (open_.size() == 1) section_ = name;
        if (open_.size() == 2 && section_ == "tensors") tensor_order_.push_back(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
        ErrorPlace place = place_of(file_);
        if (position > 0) place.byte_offset = position - 1;
        throw Error("is not valid JSON", std::move(place), not_a_plan);
    }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }

  private:
    std::vector<std::string>& tensor_order_;
    std::string_view file_;
    std::vector<std::unordered_set<std::string>> open_;  // keys of the objects that are not closed yet
    std::string section_;
};

Document parse(std::string_view text, std::string_view file) {
    Document document;
    KeyWatcher watcher(document.tensor_order, file);
    Json::sax_parse(text, &watcher);
    document.json = Json::parse(text);
    return document;
}

const Json& member(const Json& object, const char* key, std::string_view file) {
    const auto found = object.find(key);
    if (found == object.end()) throw Error("the key is missing", place_of(file, key), not_a_plan);
    return *found;
}

std::string text_member(const Json& object, const char* key, std::string_view file) {
    const Json& value = member(object, key, file);
    if (!value.is_string())
        throw Error(fmt::format("is a JSON {}, not a string", value.type_name()), place_of(file, key),
                    not_a_plan);
    return value.get<std::string>();
}

void check_version(const Json& document, std::string_view file) {
    const Json& version = member(document, "halfstep_plan", file);
    if (!version.is_number_integer())
        throw Error("is not a whole number", place_of(file, "halfstep_plan"), not_a_plan);
    if (version != plan_version)
        throw Error(fmt::format("plan version {} is not known, only {}", version.dump(), plan_version),
                    place_of(file, "halfstep_plan"), "Use a newer Halfstep");
}

Scheme scheme_of(const std::string& tensor, const Json& notation, std::string_view file) {
    if (!notation.is_string())
        throw Error(fmt::format("its scheme is a JSON {}, not a string", notation.type_name()),
                    place_of(file, tensor), "Write a scheme such as \"int8\" or \"keep\"");
    try {
        return parse_scheme(notation.get_ref<const std::string&>());
    } catch (const Error& error) {
        throw Error(error.problem(), place_of(file, tensor), error.advice());
    }
}

// "locked": names of tensors of the plan, each once.
void read_locks(const Json& document, std::string_view file, Plan& plan) {
    const auto locked = document.find("locked");
    if (locked == document.end()) return;
    if (!locked->is_array())
        throw Error(fmt::format("is a JSON {}, not an array", locked->type_name()), place_of(file, "locked"),
                    not_a_plan);
    std::unordered_map<std::string_view, Plan::Entry*> entries;
    for (Plan::Entry& entry : plan.entries)
        entries.emplace(entry.tensor, &entry);
    for (const Json& name : *locked) {
        const auto found =
            name.is_string() ? entries.find(name.get_ref<const std::string&>()) : entries.end();
        if (found == entries.end())
            throw Error(fmt::format("{} is no tensor of the plan", name.dump()), place_of(file, "locked"),
                        "Take it away");
        found->second->locked = true;
    }
}

std::string quoted(const std::string& text) {
    try {
        return Json(text).dump();
    } catch (const Json::type_error&) {
        throw Error("the name is not UTF-8 and cannot be written to JSON", place_of({}, text),
                    "Rename the tensor in the model");
    }
}

}  // namespace

std::string plan_to_json(const Plan& plan) {
    std::string text = fmt::format("{{\n  \"halfstep_plan\": {},\n  \"model\": {},\n  \"fingerprint\": {},\n",
                                   plan_version, quoted(plan.model_name), quoted(plan.fingerprint));
    text += "  \"tensors\": {";
    const char* separator = "\n";
    for (const Plan::Entry& entry : plan.entries) {
        text += fmt::format("{}    {}: {}", separator, quoted(entry.tensor), quoted(to_string(entry.scheme)));
        separator = ",\n";
    }
    text += plan.entries.empty() ? "}" : "\n  }";
    std::string locked;
    for (const Plan::Entry& entry : plan.entries)
        if (entry.locked)
            locked += fmt::format("{}    {}", locked.empty() ? "" : ",\n", quoted(entry.tensor));
    if (!locked.empty()) text += fmt::format(",\n  \"locked\": [\n{}\n  ]", locked);
    text += "\n}\n";
    return text;
}

Plan plan_from_json(std::string_view text, std::string_view file_for_errors) {
    const auto [json, tensor_order] = parse(text, file_for_errors);
    if (!json.is_object()) throw Error("is not a plan", place_of(file_for_errors), not_a_plan);
    check_version(json, file_for_errors);

    Plan plan;
    plan.model_name = text_member(json, "model", file_for_errors);
    plan.fingerprint = text_member(json, "fingerprint", file_for_errors);
    const Json& tensors = member(json, "tensors", file_for_errors);
    if (!tensors.is_object())
        throw Error(fmt::format("is a JSON {}, not an object", tensors.type_name()),
                    place_of(file_for_errors, "tensors"), not_a_plan);
    plan.entries.reserve(tensor_order.size());
    for (const std::string& tensor : tensor_order)
        plan.entries.push_back({tensor, scheme_of(tensor, tensors.at(tensor), file_for_errors)});
    read_locks(json, file_for_errors, plan);
    return plan;
}

void save_plan(const Plan& plan, const std::filesystem::path& path) {
    const std::string text = plan_to_json(plan);
    AtomicFile file(path, text.size());
    file.write(std::string_view(text));
    file.commit();
}

Plan load_plan(const std::filesystem::path& path) {
    const InputFile file(path);
    if (file.size() > largest_plan_file)
        throw Error("is too large to be a plan", place_of(path.string()), not_a_plan);
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(text)));
    return plan_from_json(text, path.string());
}

}  // namespace halfstep
