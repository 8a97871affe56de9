// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/sensitivity.h"
#include "core/base/error.h"
#include "core/model_files/quotable.h"
#include "core/model_files/tensor_names.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace halfstep {
namespace {

using Json = nlohmann::json;

constexpr const char* forms = R"(Write {"name": number, ...} or lines of name,number)";

struct Entry {
    std::string name;
    double value = 0;
};

ErrorPlace place_of(std::string_view file, std::string_view name = {},
                    std::optional<std::uint64_t> byte = std::nullopt) {
    return {std::string(file), quotable(name), byte};
}

void check_value(const Entry& entry, std::string_view file) {
    if (!std::isfinite(entry.value) || entry.value < 0)
        throw Error(fmt::format("the sensitivity {} is not a finite number from 0 up", entry.value),
                    place_of(file, entry.name), forms);
}

// nlohmann's parser would drop all but the last of a repeated key; a handler sees each of them.
class EntryReader : public nlohmann::json_sax<Json> {
  public:
    explicit EntryReader(std::string_view file) : file_(file) {}

    std::vector<Entry> entries;

    bool null() override { return refuse("null"); }
    bool boolean(bool) override { return refuse("a boolean"); }
    bool string(string_t&) override { return refuse("a string"); }
    bool binary(binary_t&) override { return refuse("binary data"); }
    bool start_array(std::size_t) override { return refuse("an array"); }
    bool end_array() override { return true; }
    bool number_integer(number_integer_t value) override { return take(static_cast<double>(value)); }
    bool number_unsigned(number_unsigned_t value) override { return take(static_cast<double>(value)); }
    bool number_float(number_float_t value, const string_t&) override { return take(value); }
    bool start_object(std::size_t) override { return depth_++ == 0 || refuse("an object"); }
    bool end_object() override { return true; }
    bool key(string_t& name) override {
        entries.push_back({name, 0});
        return true;
    }
    bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception&) override {
        throw Error("is not valid JSON",
                    place_of(file_, {}, byte > 0 ? std::optional<std::uint64_t>(byte - 1) : std::nullopt),
                    forms);
    }

  private:
    bool take(double value) {
        if (entries.empty()) return refuse("a number");
        entries.back().value = value;
        return true;
    }
    bool refuse(const char* what) const {
        throw Error(
            fmt::format("holds {} where {} was expected", what,
                        entries.empty() ? "an object of names and numbers" : "a number"),
            place_of(file_, entries.empty() ? std::string_view{} : std::string_view(entries.back().name)),
            forms);
    }

    std::string_view file_;
    int depth_ = 0;
};

std::vector<Entry> json_entries(std::string_view text, std::string_view file) {
    EntryReader reader(file);
    Json::sax_parse(text, &reader);
    return std::move(reader.entries);
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "a,b" in quotes may hold commas, and doubled quotes for one.
std::string unquoted(std::string_view name) {
    if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
    std::string plain;
    const std::string_view inner = name.substr(1, name.size() - 2);
    for (std::size_t i = 0; i < inner.size(); ++i) {
        plain += inner[i];
        if (inner[i] == '"' && i + 1 < inner.size() && inner[i + 1] == '"') ++i;
    }
    return plain;
}

std::vector<Entry> csv_entries(std::string_view text, std::string_view file) {
    std::vector<Entry> entries;
    std::uint64_t line_start = 0;
    while (line_start < text.size()) {
        const std::size_t end = std::min(text.find('\n', line_start), text.size());
        const std::string_view line = trimmed(text.substr(line_start, end - line_start));
        const std::size_t comma = line.rfind(',');
        const auto value =
            comma == std::string_view::npos ? std::nullopt : number_of(trimmed(line.substr(comma + 1)));
        const bool title = line_start == 0 && comma != std::string_view::npos;
        if (value)
            entries.push_back({unquoted(trimmed(line.substr(0, comma))), *value});
        else if (!line.empty() && !title)
            throw Error(fmt::format("the line '{}' is not name,number", quotable(line)),
                        place_of(file, {}, line_start), forms);
        line_start = end + 1;
    }
    return entries;
}

// By the tensors' own names, and by those they get in GGUF.
std::unordered_map<std::string, std::size_t> places_by_name(const Model& model) {
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < model.tensors().size(); ++i)
        places.emplace(model.tensors()[i].name, i);
    for (std::size_t i = 0; i < model.tensors().size(); ++i)
        if (const auto name = gguf_name(model.tensors()[i].name)) places.emplace(*name, i);
    return places;
}

}  // namespace

Sensitivities sensitivities_from_text(std::string_view text, std::string_view file_for_errors,
                                      const Model& model) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte-order mark
    const std::string_view start = text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const bool json = start.starts_with('{') || start.starts_with('[');
    const std::vector<Entry> entries =
        json ? json_entries(text, file_for_errors) : csv_entries(text, file_for_errors);
    if (entries.empty()) throw Error("names no sensitivity", place_of(file_for_errors), forms);

    Sensitivities result{
        std::vector<double>(model.tensors().size(), 1.0), std::string(file_for_errors), 0, {}};
    const auto places = places_by_name(model);
    std::unordered_set<std::size_t> seen;
    std::vector<const Entry*> strangers;
    for (const Entry& entry : entries) {
        check_value(entry, file_for_errors);
        const auto place = places.find(entry.name);
        if (place == places.end()) {
            strangers.push_back(&entry);
            continue;
        }
        if (!seen.insert(place->second).second)
            throw Error("its sensitivity stands twice", place_of(file_for_errors, entry.name),
                        "Remove one of them");
        result.values[place->second] = entry.value;
        if (model.tensors()[place->second].quantizable) ++result.known;
    }
    if (seen.empty())
        throw Error(fmt::format("none of its {} names is a tensor of the model; the first is '{}'",
                                entries.size(), quotable(entries.front().name)),
                    place_of(file_for_errors), "halfstep-cli inspect MODEL lists the names");
    if (!strangers.empty())
        result.issues.push_back(
            {Severity::warning,
             {},
             fmt::format("{} of {} names are no tensors of the model, the first is '{}'", strangers.size(),
                         entries.size(), quotable(strangers.front()->name))});
    return result;
}

}  // namespace halfstep
