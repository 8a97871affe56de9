// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/device_option.h"

#include "app/cli/command.h"
#include "core/base/figure_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace halfstep::cli {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return result;
}

}  // namespace

Device device_argument(const std::string& text) {
    std::vector<Device> found;
    for (const Device& device : all_devices()) {
        if (device.name == text) return device;
        if (lower(device.name).find(lower(text)) != std::string::npos) found.push_back(device);
    }
    if (found.size() == 1) return found.front();
    std::string names;
    for (const Device& device : found)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", device.name);
    throw UsageError(found.empty()
                         ? fmt::format("--device: there is no '{}' (halfstep-cli devices lists them)", text)
                         : fmt::format("--device: '{}' may be any of {}", text, names));
}

std::string computes_text(const Device& device) {
    std::string text;
    for (const Device::Compute& compute : device.computes)
        text += fmt::format("{}{}x{}", text.empty() ? "" : " ", compute.weight_bits, compute.activation_bits);
    return text;
}

std::string device_line(const Device& device, const DeviceCost& cost) {
    std::string line = fmt::format("{}: {} ({} of {} of memory), compute x {:.3f}", device.name,
                                   cost.fits ? "fits" : "does not fit", size_text(cost.bytes),
                                   size_text(device.memory), cost.compute_ratio);
    if (cost.tokens_per_second)
        line += fmt::format(", estimate: {} tokens/s", count_text(two_digits(*cost.tokens_per_second)));
    return line + '\n';
}

nlohmann::ordered_json device_json(const Device& device, const DeviceCost& cost) {
    using Json = nlohmann::ordered_json;
    return {{"name", device.name},
            {"fits", cost.fits},
            {"memory_share", cost.memory_share},
            {"compute_ratio", cost.compute_ratio},
            {"estimated_tokens_per_second", cost.tokens_per_second ? Json(*cost.tokens_per_second) : Json()}};
}

}  // namespace halfstep::cli
