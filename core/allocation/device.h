// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/allocation/plan.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep {

// What a model is to run on.
struct Device {
    // Matrix products of weights and activations of so many bits, at full rate.
    struct Compute {
        int weight_bits = 16;
        int activation_bits = 16;
        friend bool operator==(const Compute&, const Compute&) = default;
    };
    std::string name;
    std::uint64_t memory = 0;  // bytes
    double bandwidth = 0;      // bytes a second
    std::vector<Compute> computes;

    friend bool operator==(const Device&, const Device&) = default;
};

// "8x16": weight x activation bits, 1 to 64 each. None for anything else.
std::optional<Device::Compute> parse_compute(std::string_view text);

// {"halfstep_devices":1,"devices":[{"name":..,"memory_gb":..,"bandwidth_gb_s":..,"computes":["16x16","8x8"]}]}
// with 1 GB = 10⁹ bytes and weight x activation bits. Throws Error for anything else, for a name that stands
// twice or is empty, and for figures that are not positive.
std::vector<Device> devices_from_json(std::string_view text, std::string_view file_for_errors);
std::string devices_to_json(const std::vector<Device>& devices);

// The table of resources/devices.json.
const std::vector<Device>& known_devices();

// $XDG_CONFIG_HOME/halfstep/devices.json, or the same in ~/.config: the user's own.
std::filesystem::path own_devices_path();
std::vector<Device> own_devices();                          // none where there is no such file
void save_own_devices(const std::vector<Device>& devices);  // atomically; makes the folder

// The user's own first, then those that are known and have no name of these.
std::vector<Device> all_devices();

// Bits of a code as a matrix product sees it: those that are stored, without scales.
int code_bits(const Scheme& scheme, double bits_per_weight);

// Weight bits times activation bits of the cheapest product that the device computes and that is wide enough
// for both; where it has none, of the cheapest in as many passes as it takes. 0 where it computes nothing.
double device_product(const Device& device, int weight_bits, int activation_bits = 0);

// What a plan costs on a device.
struct DeviceCost {
    std::uint64_t bytes =
        0;  // of all tensors; what a runtime needs besides (caches, activations) is not in it
    double memory_share = 0;  // of the device's memory
    bool fits = false;        // the tensors alone
    // Σ n·(b_w·b_a)/(w_0·a_0)/Σ n over the weights n of the quantizable tensors, with w_0 = a_0 = 16 and
    // b_w·b_a the cheapest product the device computes that is wide enough for the scheme's codes; where it
    // has none, the widest. Bit operations as in HAWQ-V3 (Yao et al. 2021).
    double compute_ratio = 0;
    // An estimate: bandwidth over the bytes that one token of a language model reads, which is every tensor
    // once, but of the embeddings only rows where an output head has weights of its own. None for other
    // models.
    std::optional<double> tokens_per_second;
};
DeviceCost device_cost(const Model& model, const Plan& plan, const Device& device);

// An estimate, rounded to the two digits that it deserves.
std::uint64_t two_digits(double estimate);

}  // namespace halfstep
