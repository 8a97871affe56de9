// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quantize/measurement.h"
#include "core/tensor/dtype.h"
#include "core/tensor/tensor_info.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <filesystem>
#include <string>
#include <vector>

// What tests/oracle/measure_oracle.py, a program of its own in another language, says of small tensors.
namespace halfstep::testing {

struct Sample {
    std::string name;
    DType dtype = DType::f32;
    MatrixShape shape;
    std::vector<float> values;
};

// Tensors of all kinds: prime lengths, rows shorter than a group, zero rows, outliers, NaN, extremes.
std::vector<Sample> oracle_samples();

// Schemes of every family, with every option.
QStringList oracle_notations();

void write_samples(const std::filesystem::path& path, const std::vector<Sample>& samples);

// The oracle's "tensors" for a safetensors file; empty, with the reason in `failure`, where it did not run.
QJsonArray ask_oracle(const std::filesystem::path& python, const std::filesystem::path& file,
                      const QStringList& notations, QString& failure);

// The figures in which ours differ from the oracle's by more than 1e-6, or nothing. Of fitted grids (mse,
// kmeans) only the error is compared; that of mse by channel and group may be larger by `fit_slack`,
// relative.
QString difference(const QJsonObject& expected, const Measurement& ours, double fit_slack);

}  // namespace halfstep::testing
