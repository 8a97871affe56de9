// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/training/batch.h"
#include "core/training/loss.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace halfstep::training {

struct Examples {
    Batch inputs;
    Batch targets;  // values, or one 1 in the column of the class
};

// Examples made by a formula: the same for the same seed, on every machine.
struct DataSet {
    std::string name;
    Loss loss = Loss::mean_squared_error;
    Examples training;
    Examples held_out;  // from the same formula, never trained on
};

// Two arms of a spiral, one and a half turns each, in [-1, 1]²; the points have noise, and the class is the
// arm.
DataSet spirals(std::uint64_t seed, std::size_t training = 512, std::size_t held_out = 1024);

// Two half circles that reach into each other, with more noise: no network gets all of them right.
DataSet moons(std::uint64_t seed, std::size_t training = 512, std::size_t held_out = 1024);

// Regression in three inputs of [-1, 1]: a sum of sines; training targets have noise, held-out ones do not.
DataSet waves(std::uint64_t seed, std::size_t training = 512, std::size_t held_out = 1024);

// "spirals", "moons" or "waves". Throws Error that names them for any other word.
DataSet data_set(std::string_view name, std::uint64_t seed);
std::vector<std::string> data_set_names();

}  // namespace halfstep::training
