// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/onnx/qdq_document.h"

#include <filesystem>
#include <vector>

namespace halfstep {

struct QdqWriting {
    const Model& model;
    const OnnxContents& source;
    const std::vector<StoredWeight>& weights;
    const QdqDocument& document;
    std::filesystem::path out;
    std::filesystem::path data_out;  // beside it; used where the document has data
};

// Writes the model and its data file, one weight after another in memory; checks what was written by reading
// it, and gives both files their names at the end. Returns what was measured of each weight.
std::vector<Measurement> write_qdq(const QdqWriting& writing, const JobContext& job);

}  // namespace halfstep
