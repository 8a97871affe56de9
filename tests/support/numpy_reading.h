// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model_files/model.h"

#include <QJsonArray>

#include <filesystem>
#include <string>
#include <vector>

namespace halfstep::testing {

// What tests/oracle/read_weights.py says of a model, and the values of its tensors that hold weights, one
// after another.
struct NumpyReading {
    QJsonArray tensors;
    std::vector<double> values;
};

// Has the oracle read the model. Values go through the file `dump`. Needs python_with_numpy().
NumpyReading read_by_numpy(const std::filesystem::path& model, const std::filesystem::path& dump);

// Where the model as opened first differs from what NumPy read, names, types, shapes and every bit of every
// weight, as double and as float; empty where it does not.
std::string first_difference(const Model& model, const NumpyReading& reading);

}  // namespace halfstep::testing
