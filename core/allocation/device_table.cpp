// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/allocation/device.h"
#include "core/allocation/known_devices.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/model_files/input_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <set>
#include <span>

namespace halfstep {
namespace {

using Json = nlohmann::ordered_json;

constexpr double gigabyte = 1e9;
constexpr std::uint64_t largest_file = std::uint64_t{4} << 20U;
constexpr const char* form =
    R"(A device is {"name": "...", "memory_gb": 24, "bandwidth_gb_s": 1008, "computes": ["16x16", "8x8"]})";

[[noreturn]] void refuse(std::string_view file, const std::string& device, const std::string& problem) {
    throw Error(problem, {std::string(file), device, {}}, form);
}

const Json* member(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

double positive(const Json& object, const char* key, std::string_view file, const std::string& device) {
    const Json* value = member(object, key);
    const double number = value != nullptr && value->is_number() ? value->get<double>() : 0;
    if (!(number > 0) || number > 1e9) refuse(file, device, fmt::format("{} is no number above 0", key));
    return number;
}

Device device_of(const Json& json, std::string_view file) {
    if (!json.is_object()) refuse(file, {}, "a device is no JSON object");
    const Json* name = member(json, "name");
    Device device;
    if (name == nullptr || !name->is_string() || name->get_ref<const std::string&>().empty())
        refuse(file, {}, "a device has no name");
    device.name = name->get<std::string>();
    device.memory =
        static_cast<std::uint64_t>(std::llround(positive(json, "memory_gb", file, device.name) * gigabyte));
    device.bandwidth = positive(json, "bandwidth_gb_s", file, device.name) * gigabyte;
    const Json* computes = member(json, "computes");
    if (computes == nullptr || !computes->is_array() || computes->empty())
        refuse(file, device.name, "computes is no list of widths");
    for (const Json& text : *computes) {
        const auto compute =
            text.is_string() ? parse_compute(text.get_ref<const std::string&>()) : std::nullopt;
        if (!compute) refuse(file, device.name, fmt::format("{} is no pair of widths", text.dump()));
        device.computes.push_back(*compute);
    }
    return device;
}

}  // namespace

std::optional<Device::Compute> parse_compute(std::string_view text) {
    Device::Compute compute;
    const char* const end = text.data() + text.size();
    const auto [middle, error] = std::from_chars(text.data(), end, compute.weight_bits);
    if (error != std::errc() || middle == end || *middle != 'x') return std::nullopt;
    const auto [rest, second] = std::from_chars(middle + 1, end, compute.activation_bits);
    const auto sane = [](int bits) { return bits >= 1 && bits <= 64; };
    if (second != std::errc() || rest != end || !sane(compute.weight_bits) || !sane(compute.activation_bits))
        return std::nullopt;
    return compute;
}

std::vector<Device> devices_from_json(std::string_view text, std::string_view file) {
    const Json json = Json::parse(text, nullptr, false);
    const Json* devices = json.is_object() ? member(json, "devices") : nullptr;
    const Json* version = json.is_object() ? member(json, "halfstep_devices") : nullptr;
    if (json.is_discarded() || devices == nullptr || !devices->is_array() || version == nullptr ||
        *version != 1)
        refuse(file, {}, "is no table of devices");
    std::vector<Device> table;
    std::set<std::string> names;
    for (const Json& device : *devices) {
        table.push_back(device_of(device, file));
        if (!names.insert(table.back().name).second)
            refuse(file, table.back().name, "the device stands twice");
    }
    return table;
}

std::string devices_to_json(const std::vector<Device>& devices) {
    Json table = Json::array();
    for (const Device& device : devices) {
        Json computes = Json::array();
        for (const Device::Compute& compute : device.computes)
            computes.push_back(fmt::format("{}x{}", compute.weight_bits, compute.activation_bits));
        table.push_back({{"name", device.name},
                         {"memory_gb", static_cast<double>(device.memory) / gigabyte},
                         {"bandwidth_gb_s", device.bandwidth / gigabyte},
                         {"computes", std::move(computes)}});
    }
    return Json{{"halfstep_devices", 1}, {"devices", std::move(table)}}.dump(2) + '\n';
}

const std::vector<Device>& known_devices() {
    static const std::vector<Device> devices =
        devices_from_json(known_devices_json, "resources/devices.json");
    return devices;
}

std::filesystem::path own_devices_path() {
    const char* config = std::getenv("XDG_CONFIG_HOME");
    const char* home = std::getenv("HOME");
    const std::filesystem::path folder = config != nullptr && *config == '/' ? std::filesystem::path(config)
                                         : home != nullptr ? std::filesystem::path(home) / ".config"
                                                           : std::filesystem::path(".");
    return folder / "halfstep" / "devices.json";
}

std::vector<Device> own_devices() {
    const std::filesystem::path path = own_devices_path();
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return {};
    const InputFile file(path);
    if (file.size() > largest_file) refuse(path.string(), {}, "is too large for a table of devices");
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    file.read_at(0, std::as_writable_bytes(std::span(text)));
    return devices_from_json(text, path.string());
}

void save_own_devices(const std::vector<Device>& devices) {
    const std::filesystem::path path = own_devices_path();
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    const std::string text = devices_to_json(devices);
    devices_from_json(text, path.string());  // what could not be read again is not written
    AtomicFile file(path, text.size());
    file.write(std::string_view(text));
    file.commit();
}

std::vector<Device> all_devices() {
    std::vector<Device> devices = own_devices();
    const std::size_t own = devices.size();
    for (const Device& known : known_devices())
        if (std::ranges::find(devices.begin(), devices.begin() + static_cast<std::ptrdiff_t>(own), known.name,
                              &Device::name) == devices.begin() + static_cast<std::ptrdiff_t>(own))
            devices.push_back(known);
    return devices;
}

}  // namespace halfstep
