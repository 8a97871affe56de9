// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/schemes/scheme.h"
#include "core/tensor/tensor_info.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <vector>

namespace halfstep {

enum class LayerStatus : std::uint8_t {
    kept,     // not quantized, nothing to measure
    waiting,  // will be measured; figures are missing
    measuring,
    measured,
    stale,    // figures belong to an earlier scheme
    refused,  // the scheme cannot be applied; status_text says why
};

// One tensor as the layer table shows it. Figures that are not known yet are none.
struct LayerRow {
    QString name;
    Role role = Role::other;
    std::optional<int> block;
    std::vector<std::int64_t> shape;
    QString dtype;
    bool quantizable = true;
    Scheme scheme;
    bool locked = false;         // an allocation leaves the scheme as it is
    std::optional<double> bits;  // per weight
    std::optional<std::uint64_t> bytes;
    std::optional<double> sqnr_db;
    std::optional<double> rel_error;
    std::optional<double> sensitivity;
    LayerStatus status = LayerStatus::waiting;
    QString status_text;

    friend bool operator==(const LayerRow&, const LayerRow&) = default;
};

// The row of a tensor before anything is measured.
LayerRow layerRow(const TensorInfo& tensor, const Scheme& scheme);

QString shapeText(const std::vector<std::int64_t>& shape);  // "4096 × 11008"; "scalar" for rank 0

}  // namespace halfstep
